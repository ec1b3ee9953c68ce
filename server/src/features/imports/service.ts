import { ApiError } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import type { Readable } from 'node:stream';
import { BlobTooLarge, type StoredBlob } from '../../blobs/index.ts';
import { blobs, jobFiles } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createJob, findJob, lockJob, queueUploadedJob, type JobKey, type JobRow } from '../jobs/index.ts';
import { checkPath } from './paths.ts';

/** The kinds of jobs that take files. */
export const importKinds = [
  'import-questions',
  'import-library',
  'import-answers',
  'import-comparisons',
] as const;
export type ImportKind = (typeof importKinds)[number];

/** Largest file of an import, in bytes. */
export const maxFileBytes = 256 * 1024 * 1024;

/** Begins an import that waits for its files. */
export function createImport(
  deps: Dependencies,
  options: {
    projectId: string;
    kind: ImportKind;
    input: Record<string, unknown>;
    actorId: string;
  },
): Promise<JobRow> {
  const { projectId, kind, input, actorId } = options;
  return deps.db.transaction((tx) =>
    createJob(tx, { projectId, kind, input, createdBy: actorId, state: 'uploading', at: deps.clock() }),
  );
}

/**
 * Stores a file of an import as its bytes come; a file that was sent before under the same path is replaced.
 * @throws ApiError `not_found`, `invalid_request` (the path, or an upload that was cut off), `too_large`, `wrong_state` (it has begun).
 */
export async function addImportFile(
  deps: Dependencies,
  options: JobKey & { path: string; content: Readable },
): Promise<{ path: string; size: number; sha256: string }> {
  const { projectId, jobId } = options;
  const path = checkPath(options.path);
  checkUploading(await findJob(deps.db, options));
  const blob = await receive(deps, options.content);
  await deps.db.transaction(async (tx) => {
    checkUploading(await lockJob(tx, options));
    await tx
      .insert(blobs)
      .values({ ...blob, createdAt: deps.clock() })
      .onConflictDoNothing();
    const file = { blobHash: blob.hash, size: blob.size };
    await tx
      .insert(jobFiles)
      .values({ projectId, jobId, path, ...file })
      .onConflictDoUpdate({ target: [jobFiles.jobId, jobFiles.path], set: file });
  });
  return { path, size: blob.size, sha256: blob.hash };
}

/**
 * Starts an import that has its files; starting it twice is the same as once.
 * @throws ApiError `not_found`; `wrong_state` when it has no file, was cancelled, or is no import.
 */
export async function startImport(deps: Dependencies, key: JobKey & { actorId: string }): Promise<JobRow> {
  const job = await findJob(deps.db, key);
  checkImport(job);
  const [file] = await deps.db
    .select({ path: jobFiles.path })
    .from(jobFiles)
    .where(eq(jobFiles.jobId, job.id))
    .limit(1);
  if (!file)
    throw new ApiError('wrong_state', 'This import has no files yet. Add at least one, then start it.');
  return queueUploadedJob(deps, key);
}

async function receive(deps: Dependencies, content: Readable): Promise<StoredBlob> {
  try {
    return await deps.blobs.write(content, { maxBytes: maxFileBytes });
  } catch (error) {
    if (error instanceof BlobTooLarge) {
      const limit = maxFileBytes / 1024 / 1024;
      throw new ApiError(
        'too_large',
        `A file of an import may have ${limit} MB at most. Cut it into several files.`,
      );
    }
    if (!content.readableEnded) {
      throw new ApiError('invalid_request', 'The upload was cut off. Send the file again.', { cause: error });
    }
    throw error;
  }
}

function checkImport(job: JobRow): void {
  if (!(importKinds as readonly string[]).includes(job.kind)) {
    throw new ApiError('wrong_state', 'This job is no import.');
  }
}

/** @throws ApiError `wrong_state` when the job is no import, or one that has begun */
export function checkUploading(job: JobRow): void {
  checkImport(job);
  if (job.state !== 'uploading') {
    throw new ApiError(
      'wrong_state',
      'This import has begun and takes no more files. Begin another one for them.',
    );
  }
}
