import { ApiError, type JobState } from '@rookery/shared/api';
import type { LiveMessage } from '@rookery/shared/live';
import type { JobKind } from '@rookery/shared/queues';
import { and, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Queryable, Transaction } from '../../db/database.ts';
import { recordEvent, type EventRecord } from '../../db/events.ts';
import { jobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { checkRetry, followUp, tellFollowers } from './followers.ts';
import type { JobRow } from './presenter.ts';
import { jobNotFound, lockJob, type JobKey } from './queries.ts';

/**
 * Writes the row of a new job. Call `enqueueJob` once the transaction is committed, unless the job starts as
 * `uploading`: then `queueUploadedJob` does both.
 */
export async function createJob(
  tx: Queryable,
  options: {
    projectId: string;
    kind: JobKind;
    /** What the processor reads; JSON-safe. */
    input: Record<string, unknown>;
    /** The person's id; null: the server itself. */
    createdBy: string | null;
    state: 'queued' | 'uploading';
    at: Date;
  },
): Promise<JobRow> {
  const { projectId, kind, input, createdBy, state, at } = options;
  const [row] = await tx
    .insert(jobs)
    .values({ id: uuidv7(), projectId, kind, state, input, attempt: 1, createdBy, createdAt: at })
    .returning();
  if (!row) throw new Error('The job was not written.');
  await recordJobEvent(tx, { job: row, what: 'created', before: null, actorId: createdBy, at });
  return row;
}

/**
 * Adds the job's present attempt to its queue; adding it twice is the same as once. Call it after the row is
 * committed. When the queue cannot be reached the job is not lost: the sweeper adds what the queue does not have.
 */
export async function enqueueJob(
  deps: Dependencies,
  job: Pick<JobRow, 'id' | 'projectId' | 'kind' | 'attempt'>,
  options: { delayMs?: number } = {},
): Promise<void> {
  try {
    await deps.queues.add(job.kind, { jobId: job.id, attempt: job.attempt }, options);
  } catch (error) {
    deps.log.warn({ err: error, jobId: job.id }, 'job not added to the queue; the sweeper will add it');
  }
}

/**
 * Queues a job whose files are all uploaded; doing so twice is the same as once.
 * @throws ApiError `not_found`; `wrong_state` when it was cancelled meanwhile.
 */
export async function queueUploadedJob(
  deps: Dependencies,
  key: JobKey & { actorId: string | null },
): Promise<JobRow> {
  const { job, isNew } = await deps.db.transaction(async (tx) => {
    const before = await lockJob(tx, key);
    if (before.state === 'cancelled') {
      throw new ApiError('wrong_state', 'This import was cancelled. Begin a new one.');
    }
    if (before.state !== 'uploading') return { job: before, isNew: false };
    const change = { state: 'queued' } as const;
    return {
      job: await changeJob(deps, { tx, before, change, what: 'queued', actorId: key.actorId }),
      isNew: true,
    };
  });
  if (isNew) await enqueueJob(deps, job);
  return job;
}

/**
 * Ends a job that has not ended; what it did so far stays, and the attempt that runs is told to stop.
 * @throws ApiError `not_found`; `wrong_state` when it has ended.
 */
export async function cancelJob(deps: Dependencies, key: JobKey & { actorId: string | null }): Promise<void> {
  const job = await deps.db.transaction(async (tx) => {
    const before = await lockJob(tx, key);
    if (!isOpen(before.state)) {
      throw new ApiError(
        'wrong_state',
        `This job has ended already (${before.state}); there is nothing to cancel.`,
      );
    }
    // Without its token, every further write of the attempt that runs is refused.
    const change = { state: 'cancelled', attemptToken: null, endedAt: deps.clock() } as const;
    return changeJob(deps, { tx, before, change, what: 'cancelled', actorId: key.actorId });
  });
  await followUp(deps, job);
}

/**
 * Tries a failed job again, from its last checkpoint; a cancelled one too, while something waits for it.
 * @throws ApiError `not_found`; `wrong_state` when it is neither, or nothing would come of it any more.
 */
export async function retryJob(deps: Dependencies, key: JobKey & { actorId: string }): Promise<void> {
  const job = await deps.db.transaction(async (tx) => {
    const before = await lockJob(tx, key);
    const hasEnded = before.state === 'failed' || before.state === 'cancelled';
    const isAwaited = hasEnded && (await checkRetry(tx, before));
    if (before.state !== 'failed' && !isAwaited) {
      throw new ApiError('wrong_state', `Only a failed job can be tried again; this one is ${before.state}.`);
    }
    const change = {
      state: 'queued',
      attempt: before.attempt + 1,
      attemptToken: null,
      failures: 0,
      error: null,
      endedAt: null,
    } as const;
    return changeJob(deps, { tx, before, change, what: 'retried', actorId: key.actorId });
  });
  await enqueueJob(deps, job);
  await followUp(deps, job);
}

/** States of jobs that have not ended. */
export const openStates = ['uploading', 'held', 'queued', 'running'] as const satisfies JobState[];

const isOpen = (state: JobState): boolean => (openStates as readonly JobState[]).includes(state);

/**
 * Changes a locked row, with its event, its live message and what its feature makes hold with it; follow the commit with `followUp`
 * where the job may have ended or begun again.
 */
export async function changeJob(
  deps: Dependencies,
  options: {
    tx: Transaction;
    before: JobRow;
    change: Partial<typeof jobs.$inferInsert>;
    /** What happened, the second part of the event's kind. */
    what: string;
    /** Null: the server itself, or a model worker. */
    actorId: string | null;
  },
): Promise<JobRow> {
  const { tx, before, change, what, actorId } = options;
  const [job] = await tx
    .update(jobs)
    .set(change)
    .where(and(eq(jobs.projectId, before.projectId), eq(jobs.id, before.id)))
    .returning();
  if (!job) return jobNotFound();
  await recordJobEvent(tx, { job, what, before, actorId, at: deps.clock() });
  await tellFollowers(deps, { tx, before, job });
  await publishJob(deps, tx, job);
  return job;
}

/** Tells the project's leads how far a job is. */
export async function publishJob(deps: Dependencies, db: Queryable, job: JobRow): Promise<void> {
  await deps.live.publish(db, { projectId: job.projectId }, jobMessage(job));
}

export const jobMessage = (job: JobRow): LiveMessage => ({
  type: 'job',
  projectId: job.projectId,
  jobId: job.id,
  state: job.state,
  done: job.progressDone,
  total: job.progressTotal,
});

interface JobChange {
  job: JobRow;
  what: string;
  before: JobRow | null;
  actorId: string | null;
  at: Date;
}

export function jobEvent({ job, what, before, actorId, at }: JobChange): EventRecord {
  const summary = ({ kind, state, attempt, error }: JobRow) => ({ kind, state, attempt, error });
  return {
    projectId: job.projectId,
    actorId,
    objectType: 'job',
    objectId: job.id,
    kind: `job.${what}`,
    before: before && summary(before),
    after: summary(job),
    at,
  };
}

const recordJobEvent = (tx: Queryable, change: JobChange): Promise<void> => recordEvent(tx, jobEvent(change));
