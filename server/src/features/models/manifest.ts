import { ApiError } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { blobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

/** A manifest may be wrong in many places. */
const maxProblemLength = 500;

/** What every manifest of a trained model has. */
interface Manifest {
  model: { sha256: string; size: number };
  settings: unknown;
}

/**
 * The manifest that a training hands in as its result, if it is one, was made with the job's settings, and its file was handed in before and is there.
 * @throws ApiError `invalid_request`
 */
export async function checkManifest<M extends Manifest>(
  deps: Dependencies,
  handedIn: { tx: Transaction; result: unknown; settings: unknown; schema: z.ZodType<{ manifest: M }> },
): Promise<M> {
  const { tx, result, settings, schema } = handedIn;
  const parsed = schema.safeParse(result);
  if (!parsed.success) {
    throw refusedModel(
      `its manifest is not one that this server knows (${z.prettifyError(parsed.error).slice(0, maxProblemLength)})`,
    );
  }
  const { manifest } = parsed.data;
  if (!isDeepStrictEqual(manifest.settings, settings)) {
    throw refusedModel('it was not trained with the settings of the job');
  }
  const { sha256, size } = manifest.model;
  const [blob] = await tx
    .select({ hash: blobs.hash })
    .from(blobs)
    .where(and(eq(blobs.hash, sha256), eq(blobs.size, size)));
  if (!blob)
    throw refusedModel(`its model file of ${size} bytes with the SHA-256 ${sha256} was not handed in`);
  if (!(await deps.blobs.isIntact(sha256))) {
    throw new ApiError(
      'invalid_request',
      'The model file was damaged on the server after it was handed in. Look at its disk, then train again.',
    );
  }
  return manifest;
}

export const refusedModel = (why: string): ApiError =>
  new ApiError(
    'invalid_request',
    `The trained model was refused: ${why}. Update the model worker to the version of the server, then try again.`,
  );
