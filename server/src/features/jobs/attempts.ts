import { familyOf, type QueueFamily } from '@rookery/shared/queues';
import { and, eq, sql } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { StoredBlob } from '../../blobs/index.ts';
import type { Queryable, Transaction } from '../../db/database.ts';
import { blobs, jobProblems, jobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { followUp } from './followers.ts';
import type { JobRow } from './presenter.ts';
import { changeJob, enqueueJob, publishJob } from './service.ts';

/** A job is given up after so many attempts that failed or fell silent without getting further. */
export const maxFailures = 5;

/** How long the attempt after the nth failure waits, in milliseconds: 1, 4, 16 and 64 s. */
export const backoffMs = (failures: number): number => 1000 * 4 ** Math.max(0, failures - 1);

/** One run of one attempt: what it writes counts only while the row still has this token. */
export interface AttemptKey {
  jobId: string;
  attempt: number;
  token: string;
}

/** What a write of an attempt came to: it counted, or another run, a cancellation or the end came first. */
export type AttemptWrite = 'written' | 'superseded';

export type Beginning =
  | { job: JobRow & { attemptToken: string }; refused?: undefined }
  /** `missing`: no such job in this family; `superseded`: a later attempt exists or the job is held; `ended`: nothing is left to do. */
  | { job?: undefined; refused: 'missing' | 'superseded' | 'ended' };

/** What the feature that a kind of model job belongs to makes of the result that a worker hands in. */
export interface Conclusion {
  /**
   * Before the transaction that ends the job, while the attempt counts: what takes long. What it finds may have changed once that begins.
   * @throws ApiError when the result cannot be used
   */
  check?(deps: Dependencies, ended: { job: JobRow; result: Record<string, unknown> }): Promise<void>;
  /**
   * In the transaction that ends the job, whose row is locked: what has to hold together with that.
   * @returns what is kept as the result of the job
   * @throws ApiError when the result cannot be used
   */
  conclude(
    deps: Dependencies,
    ended: { tx: Transaction; job: JobRow; result: Record<string, unknown> },
  ): Promise<Record<string, unknown>>;
  /** Whether a job that is done was concluded with this same result. */
  isTheSame(tx: Transaction, ended: { job: JobRow; result: Record<string, unknown> }): Promise<boolean>;
}

/** The result is kept as it is handed in. */
const keptAsItIs: Conclusion = {
  conclude: (_deps, { result }) => Promise.resolve(result),
  isTheSame: (_tx, { job, result }) => Promise.resolve(isDeepStrictEqual(job.result, result)),
};

/** An error the client's or processor's words describe, for a lead to act on. */
export interface AttemptFailure {
  reason: string;
  /** True: trying again would not help. */
  isFinal: boolean;
}

/**
 * Begins an attempt that the queue delivered. Beginning the same attempt again supersedes the run before, whose
 * process the queue takes for dead: from here on its writes are refused.
 */
export async function beginAttempt(
  deps: Dependencies,
  options: { jobId: string; attempt: number; family: QueueFamily; workerId?: string },
): Promise<Beginning> {
  const { jobId, attempt, family, workerId = null } = options;
  return deps.db.transaction(async (tx): Promise<Beginning> => {
    const [before] = await tx.select().from(jobs).where(eq(jobs.id, jobId)).for('update');
    if (!before || familyOf(before.kind) !== family || attempt > before.attempt)
      return { refused: 'missing' };
    if (attempt < before.attempt || before.state === 'held') return { refused: 'superseded' };
    if (before.state !== 'queued' && before.state !== 'running') return { refused: 'ended' };
    const at = deps.clock();
    const attemptToken = randomUUID();
    // Without a checkpoint the work starts over, and would report its problems twice.
    const startsOver = before.checkpoint === null;
    if (startsOver && before.problems > 0) await tx.delete(jobProblems).where(eq(jobProblems.jobId, jobId));
    const job = await changeJob(deps, {
      tx,
      before,
      change: {
        state: 'running',
        attemptToken,
        workerId,
        aliveAt: at,
        startedAt: before.startedAt ?? at,
        ...(startsOver && { problems: 0, progressDone: 0, progressTotal: null }),
      },
      what: 'started',
      actorId: null,
    });
    return { job: { ...job, attemptToken } };
  });
}

/** Writes what a running attempt has to say, its sign of life with it. */
export async function writeAttempt(
  deps: Dependencies,
  key: AttemptKey,
  options: {
    change?: Pick<Partial<JobRow>, 'progressDone' | 'progressTotal' | 'checkpoint' | 'failures'>;
    db?: Queryable;
  } = {},
): Promise<AttemptWrite> {
  const { change = {}, db = deps.db } = options;
  const [job] = await db
    .update(jobs)
    .set({ ...change, aliveAt: deps.clock() })
    .where(isRun(key))
    .returning();
  if (!job) return 'superseded';
  if (change.progressDone !== undefined) await publishJob(deps, db, job);
  return 'written';
}

/** Takes `amount` numbers for problems; gives the first, or null when the attempt was superseded. */
export async function countProblems(db: Queryable, key: AttemptKey, amount: number): Promise<number | null> {
  const [row] = await db
    .update(jobs)
    .set({ problems: sql`${jobs.problems} + ${amount}` })
    .where(isRun(key))
    .returning({ problems: jobs.problems });
  return row ? row.problems - amount + 1 : null;
}

/**
 * Ends a job with its result. The same run may hand in the same result again; another result is refused.
 * @throws what the conclusion throws of a result that cannot be used: the attempt then runs on.
 */
export async function completeAttempt(
  deps: Dependencies,
  key: AttemptKey,
  outcome: {
    result: Record<string, unknown>;
    file?: { name: string; blob: StoredBlob } | undefined;
    conclusion?: Conclusion | undefined;
  },
): Promise<AttemptWrite> {
  const { result, file, conclusion = keptAsItIs } = outcome;
  if (conclusion.check) {
    const [job] = await deps.db.select().from(jobs).where(isRun(key));
    if (job) await conclusion.check(deps, { job, result });
  }
  const ended = await deps.db.transaction(async (tx): Promise<JobRow | AttemptWrite> => {
    const before = await lockRun(tx, key);
    if (before?.state === 'done') {
      return (await conclusion.isTheSame(tx, { job: before, result })) ? 'written' : 'superseded';
    }
    if (before?.state !== 'running') return 'superseded';
    const at = deps.clock();
    if (file) {
      await tx
        .insert(blobs)
        .values({ ...file.blob, createdAt: at })
        .onConflictDoNothing();
    }
    const change = {
      state: 'done',
      result: await conclusion.conclude(deps, { tx, job: before, result }),
      error: null,
      endedAt: at,
      ...(file && { fileName: file.name, fileBlob: file.blob.hash }),
    } as const;
    return changeJob(deps, { tx, before, change, what: 'done', actorId: null });
  });
  if (typeof ended === 'string') return ended;
  await followUp(deps, ended);
  return 'written';
}

/**
 * Ends a run that failed: the next attempt is queued after a while, or the job is given up with the reason. Reporting
 * it again is refused like any write of a superseded run.
 */
export async function failAttempt(
  deps: Dependencies,
  key: AttemptKey,
  failure: AttemptFailure,
): Promise<AttemptWrite> {
  const job = await deps.db.transaction(async (tx) => {
    const before = await lockRun(tx, key);
    return before?.state === 'running' ? endRun(deps, { tx, before, failure }) : null;
  });
  if (!job) return 'superseded';
  await enqueueNext(deps, job);
  return 'written';
}

/** Ends the run of a locked row that failed or fell silent; follow the commit with `enqueueNext`. */
export function endRun(
  deps: Dependencies,
  options: { tx: Transaction; before: JobRow; failure: AttemptFailure },
): Promise<JobRow> {
  const { tx, before, failure } = options;
  const failures = before.failures + 1;
  if (failure.isFinal || failures >= maxFailures) {
    const change = { state: 'failed', failures, error: failure.reason, endedAt: deps.clock() } as const;
    return changeJob(deps, { tx, before, change, what: 'failed', actorId: null });
  }
  // The reason stays visible while the next attempt waits.
  const change = {
    state: 'queued',
    failures,
    attempt: before.attempt + 1,
    attemptToken: null,
    aliveAt: null,
    error: failure.reason,
  } as const;
  return changeJob(deps, { tx, before, change, what: 'attempt-failed', actorId: null });
}

/** After the commit of `endRun`. */
export async function enqueueNext(deps: Dependencies, job: JobRow): Promise<void> {
  if (job.state === 'queued') await enqueueJob(deps, job, { delayMs: backoffMs(job.failures) });
  await followUp(deps, job);
}

const isRun = (key: AttemptKey) =>
  and(
    eq(jobs.id, key.jobId),
    eq(jobs.attempt, key.attempt),
    eq(jobs.attemptToken, key.token),
    eq(jobs.state, 'running'),
  );

/** The row of this run, ended or not, locked; undefined when it was superseded. */
async function lockRun(tx: Transaction, key: AttemptKey): Promise<JobRow | undefined> {
  const [row] = await tx
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, key.jobId), eq(jobs.attempt, key.attempt), eq(jobs.attemptToken, key.token)))
    .for('update');
  return row;
}
