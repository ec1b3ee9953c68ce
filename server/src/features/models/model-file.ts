import { ApiError } from '@rookery/shared/api';
import type { ModelJobKind } from '@rookery/shared/queues';
import type { Readable } from 'node:stream';
import { BlobTooLarge, type StoredBlob } from '../../blobs/index.ts';
import type { Queryable } from '../../db/database.ts';
import { blobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { FileAnswer } from '../../http/handlers.ts';
import { findModelJob, lockRunningAttempt } from '../jobs/index.ts';

/** Largest file of a model, in bytes. */
const maxModelBytes = 512 * 1024 * 1024;

/** Kinds of jobs that hand in a model file. */
const trainingKinds = ['train-ranker', 'train-reward'] as const satisfies ModelJobKind[];

/**
 * Stores the file that a running training attempt hands in; the same again is the same as once.
 * @throws ApiError `not_found`; `wrong_state` when the job does not train; `conflict` when the attempt no longer counts;
 *   `too_large`; `invalid_request` when the upload was cut off
 */
export async function storeModel(
  deps: Dependencies,
  upload: { jobId: string; attemptToken: string; tokenId: string; content: Readable },
): Promise<{ sha256: string; size: number }> {
  await findJobOfKinds(deps.db, upload, trainingKinds);
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

/**
 * A model job that a worker's token is for, if it is of one of these kinds.
 * @throws ApiError `not_found`; `wrong_state` when it is of another
 */
export async function findJobOfKinds(
  db: Queryable,
  key: { jobId: string; tokenId: string },
  kinds: readonly ModelJobKind[],
): ReturnType<typeof findModelJob> {
  const job = await findModelJob(db, key);
  if ((kinds as readonly string[]).includes(job.kind)) return job;
  throw new ApiError(
    'wrong_state',
    `This is a job of another kind (${job.kind}), not ${kinds.join(' or ')}.`,
  );
}

/**
 * A stored model file as an answer, if its bytes are what was trained.
 * @param name what messages and the file call it
 * @throws ApiError `wrong_state` when the file is missing or altered
 */
export async function intactModel(
  deps: Dependencies,
  { name, blobHash }: { name: string; blobHash: string },
): Promise<FileAnswer> {
  if (!(await deps.blobs.isIntact(blobHash))) {
    throw new ApiError(
      'wrong_state',
      `The model file of "${name}" is missing on the server, or is no longer what was trained: its SHA-256 is not ${blobHash}. ` +
        'Restore it from a backup, or train another version.',
    );
  }
  return {
    blobHash,
    fileName: `${name.replaceAll(' ', '-')}.onnx`,
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
