import { ApiError } from '@rookery/shared/api';
import { policyVersions } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { FileAnswer } from '../../http/handlers.ts';
import { intactModel } from '../models/index.ts';
import { ofKey, versionNotFound } from './versions.ts';

/**
 * The model file of a trained version, if its bytes are what was trained.
 * @throws ApiError `not_found`; `wrong_state` when it has no file, or the file is missing or altered
 */
export async function modelFile(
  deps: Dependencies,
  key: { projectId: string; versionId: string },
): Promise<FileAnswer> {
  const [version] = await deps.db
    .select({ source: policyVersions.source, modelBlob: policyVersions.modelBlob })
    .from(policyVersions)
    .where(ofKey(key));
  if (!version) throw versionNotFound();
  const { source, modelBlob } = version;
  if (modelBlob === null) {
    throw new ApiError('wrong_state', `"${source}" has no model file: it asks an endpoint.`);
  }
  return intactModel(deps, { name: source, blobHash: modelBlob });
}
