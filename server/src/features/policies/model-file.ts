import { ApiError } from '@rookery/shared/api';
import type { Readable } from 'node:stream';
import { BlobTooLarge, type StoredBlob } from '../../blobs/index.ts';
import type { Queryable } from '../../db/database.ts';
import { blobs, policyVersions } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { FileAnswer } from '../../http/handlers.ts';
import { findModelJob, lockRunningAttempt } from '../jobs/index.ts';
import { ofKey, versionNotFound } from './versions.ts';

/** Largest file of a model, in bytes. */
const maxModelBytes = 512 * 1024 * 1024;

/**
 * Stores the file that a running training attempt hands in; the same again is the same as once.
 * @throws ApiError `not_found`; `wrong_state` when the job does not train; `conflict` when the attempt no longer counts;
 *   `too_large`; `invalid_request` when the upload was cut off
 */
export async function storeModel(
  deps: Dependencies,
  upload: { jobId: string; attemptToken: string; tokenId: string; content: Readable },
): Promise<{ sha256: string; size: number }> {
  await checkTraining(deps.db, upload);
  const locked = { jobId: upload.jobId, attemptToken: upload.attemptToken, strength: 'share' } as const;
  // Asked before too, so that nobody sends a large file for nothing.
  await deps.db.transaction((tx) => lockRunningAttempt(tx, locked));
  const blob = await receive(deps, upload.content);
  await deps.db.transaction(async (tx) => {
    await lockRunningAttempt(tx, locked);
    await tx
      .insert(blobs)
      .values({ ...blob, createdAt: deps.clock() })
      .onConflictDoNothing();
  });
  return { sha256: blob.hash, size: blob.size };
}

/** @throws ApiError `not_found`; `wrong_state` when the job does not train a policy */
export async function checkTraining(
  db: Queryable,
  key: { jobId: string; tokenId: string },
): ReturnType<typeof findModelJob> {
  const job = await findModelJob(db, key);
  if (job.kind !== 'train-ranker') throw new ApiError('wrong_state', 'This job does not train a policy.');
  return job;
}

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
  if (!(await deps.blobs.isIntact(modelBlob))) {
    throw new ApiError(
      'wrong_state',
      `The model file of "${source}" is missing on the server, or is no longer what was trained: its SHA-256 is not ${modelBlob}. ` +
        'Restore it from a backup, or train another version.',
    );
  }
  return {
    blobHash: modelBlob,
    fileName: `${source.replaceAll(' ', '-')}.onnx`,
    mediaType: 'application/octet-stream',
  };
}

async function receive(deps: Dependencies, content: Readable): Promise<StoredBlob> {
  try {
    return await deps.blobs.write(content, { maxBytes: maxModelBytes });
  } catch (error) {
    if (error instanceof BlobTooLarge) {
      throw new ApiError('too_large', `A model file may have ${maxModelBytes / 1024 / 1024} MB at most.`);
    }
    if (!content.readableEnded) {
      throw new ApiError('invalid_request', 'The upload was cut off. Send the file again.', { cause: error });
    }
    throw error;
  }
}
