import type { Job } from '@rookery/shared/api';
import type { jobs } from '../../db/schema/index.ts';

export type JobRow = typeof jobs.$inferSelect;

/**
 * A job as the API answers it. `fileSize` is the size of its file's blob in bytes, and is needed once it has one; `worker` the name
 * of the model worker that began its attempt.
 */
export function jobAnswer(
  job: JobRow,
  { fileSize = null, worker = null }: { fileSize?: number | null; worker?: string | null } = {},
): Job {
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    attempt: job.attempt,
    progress: { done: job.progressDone, total: job.progressTotal },
    result: job.result as Job['result'],
    problems: job.problems,
    error: job.error,
    file:
      job.fileBlob !== null && job.fileName !== null && fileSize !== null
        ? { name: job.fileName, size: fileSize, sha256: job.fileBlob }
        : null,
    // The attempt that waits has none yet.
    worker: job.state === 'queued' || job.state === 'held' ? null : worker,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    endedAt: job.endedAt?.toISOString() ?? null,
  };
}
