import { and, asc, eq, gt, lt } from 'drizzle-orm';
import { jobs } from '../db/schema/index.ts';
import type { Dependencies } from '../dependencies.ts';
import { changeJob, endRun, enqueueJob, enqueueNext, type JobRow } from '../features/jobs/index.ts';

/** An attempt that has shown no sign of life for so long is taken for dead, in milliseconds. */
export const silentAfterMs = 60_000;
const everyMs = 15_000;
/** Of the advisory lock under which one server at a time sweeps. */
const sweepLock = 7_246_002;

export type Sweep = (deps: Dependencies) => Promise<unknown>;

/**
 * Sweeps now, and every 15 seconds from then on. Every server may run one: while one sweeps, the others pass.
 * @returns how to stop, which waits for the sweep that runs.
 */
export function startSweeper(deps: Dependencies, sweeps: readonly Sweep[]): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let running = run();

  async function run(): Promise<void> {
    try {
      await sweepOnce(deps, sweeps);
    } catch (error) {
      deps.log.warn({ err: error }, 'sweep failed; the next one follows');
    }
    if (!isStopped) timer = setTimeout(() => (running = run()), everyMs);
  }

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}

/** Runs each sweep, unless another server is sweeping. One that fails is logged and does not keep the others from running. */
export async function sweepOnce(deps: Dependencies, sweeps: readonly Sweep[]): Promise<void> {
  const client = await deps.pool.connect();
  // A connection that breaks while it waits in our hands must not end the process.
  let broken: Error | undefined;
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  try {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
      sweepLock,
    ]);
    if (rows[0]?.locked !== true) return;
    try {
      for (const sweep of sweeps) {
        await sweep(deps).catch((error: unknown) =>
          deps.log.error({ err: error, sweep: sweep.name }, 'sweep failed'),
        );
      }
    } finally {
      await client.query('select pg_advisory_unlock($1)', [sweepLock]);
    }
  } catch (error) {
    broken ??= error as Error;
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(broken);
  }
}

/** Gives every attempt that has fallen silent up, and queues the next. */
export async function sweepSilentJobs(deps: Dependencies): Promise<void> {
  const before = new Date(deps.clock().getTime() - silentAfterMs);
  const isSilent = and(eq(jobs.state, 'running'), lt(jobs.aliveAt, before));
  const silent = await deps.db.select({ id: jobs.id }).from(jobs).where(isSilent).orderBy(asc(jobs.id));
  for (const { id } of silent) {
    const job = await deps.db.transaction(async (tx) => {
      // Asked again with the row locked: it may have spoken meanwhile.
      const where = and(isSilent, eq(jobs.id, id));
      const [row] = await tx.select().from(jobs).where(where).for('update', { skipLocked: true });
      if (!row) return null;
      const reason =
        'The process that did this job stopped without a word. Look into the logs, then try again.';
      return endRun(deps, { tx, before: row, failure: { reason, isFinal: false } });
    });
    if (!job) continue;
    deps.log.warn({ jobId: id, attempt: job.attempt, state: job.state }, 'silent attempt given up');
    await enqueueNext(deps, job);
  }
}

/** Jobs that one sweep asks the queue for: each is a question to the queue, and many thousands may wait. */
const askedAtOnce = 2000;
/** The job after which a server's next sweep goes on, where there were more. */
const askedUpTo = new WeakMap<Dependencies, string>();

/**
 * Adds queued jobs that the queue does not have: it was wiped, or could not be reached when they were made. Where many wait, a sweep looks at
 * the next few thousand.
 */
export async function sweepLostJobs(deps: Dependencies): Promise<void> {
  const after = askedUpTo.get(deps);
  const rows = await deps.db
    .select()
    .from(jobs)
    .where(and(eq(jobs.state, 'queued'), after === undefined ? undefined : gt(jobs.id, after)))
    .orderBy(asc(jobs.id))
    .limit(askedAtOnce);
  const last = rows.length < askedAtOnce ? undefined : rows.at(-1);
  if (last) askedUpTo.set(deps, last.id);
  else askedUpTo.delete(deps);
  for (const row of rows) await addIfLost(deps, row);
}

async function addIfLost(deps: Dependencies, job: JobRow): Promise<void> {
  const payload = { jobId: job.id, attempt: job.attempt };
  if (await deps.queues.isPending(job.kind, payload)) return;
  await enqueueJob(deps, job);
  if (await deps.queues.isPending(job.kind, payload)) {
    deps.log.warn(payload, 'queued job was missing from the queue, and was added');
    return;
  }
  // The queue holds this attempt for ended, and would never deliver it: it needs the next one. A job that began or
  // ended in the meantime is left alone.
  const next = await deps.db.transaction(async (tx) => {
    const where = and(eq(jobs.id, job.id), eq(jobs.state, 'queued'), eq(jobs.attempt, job.attempt));
    const [before] = await tx.select().from(jobs).where(where).for('update', { skipLocked: true });
    const change = { attempt: job.attempt + 1 };
    return before ? changeJob(deps, { tx, before, change, what: 'requeued', actorId: null }) : null;
  });
  if (next) await enqueueJob(deps, next);
}
