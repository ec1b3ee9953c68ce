import type { JobKind } from '@rookery/shared/queues';
import { inArray } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvents } from '../../db/events.ts';
import { jobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { JobRow } from './presenter.ts';
import { jobEvent, jobMessage } from './service.ts';

/** Rows of one statement, whose values must stay fewer than PostgreSQL's 65,535. */
const rowsAtOnce = 1000;

/** Writes the rows of many new jobs of one kind that wait for the queue. Call `enqueueJobs` once the transaction is committed. */
export async function createJobs(
  tx: Transaction,
  options: {
    projectId: string;
    kind: JobKind;
    /** Of each job; JSON-safe. */
    inputs: readonly Record<string, unknown>[];
    createdBy: string | null;
    at: Date;
  },
): Promise<JobRow[]> {
  const { projectId, kind, inputs, createdBy, at } = options;
  const made: JobRow[] = [];
  for (let from = 0; from < inputs.length; from += rowsAtOnce) {
    const rows = inputs.slice(from, from + rowsAtOnce).map((input) => ({
      id: uuidv7(),
      projectId,
      kind,
      state: 'queued' as const,
      input,
      attempt: 1,
      createdBy,
      createdAt: at,
    }));
    const inserted = await tx.insert(jobs).values(rows).returning();
    // Rows come back in any order.
    const byId = new Map(inserted.map((row) => [row.id, row]));
    made.push(...rows.map(({ id }) => byId.get(id)!));
  }
  await recordEvents(
    tx,
    made.map((job) => jobEvent({ job, what: 'created', before: null, actorId: createdBy, at })),
  );
  return made;
}

/** Changes many rows that the caller has locked, all in the same way, with their events. Followers are not told: the caller is one. */
export async function changeJobs(
  deps: Dependencies,
  options: {
    tx: Transaction;
    before: readonly JobRow[];
    change: PgUpdateSetSource<typeof jobs>;
    what: string;
    actorId: string | null;
  },
): Promise<JobRow[]> {
  const { tx, before, change, what, actorId } = options;
  const at = deps.clock();
  const beforeById = new Map(before.map((job) => [job.id, job]));
  const ids = [...beforeById.keys()];
  const changed: JobRow[] = [];
  for (let from = 0; from < ids.length; from += rowsAtOnce) {
    const some = ids.slice(from, from + rowsAtOnce);
    changed.push(...(await tx.update(jobs).set(change).where(inArray(jobs.id, some)).returning()));
  }
  await recordEvents(
    tx,
    changed.map((job) => jobEvent({ job, what, before: beforeById.get(job.id) ?? null, actorId, at })),
  );
  return changed.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/**
 * Tells the leads that jobs were changed together, once that is committed: by one message, about the last of them, since
 * whoever hears of one reads the list again.
 */
export function announceJobs(deps: Dependencies, list: readonly JobRow[]): void {
  const last = list.at(-1);
  if (last) deps.live.publishSoon({ projectId: last.projectId }, jobMessage(last));
}

/** Payloads that are handed to the queue together. */
const enqueuedAtOnce = 500;

/** As `enqueueJob`, for many jobs of one kind. */
export async function enqueueJobs(deps: Dependencies, list: readonly JobRow[]): Promise<void> {
  const [first] = list;
  if (!first) return;
  try {
    for (let from = 0; from < list.length; from += enqueuedAtOnce) {
      const payloads = list
        .slice(from, from + enqueuedAtOnce)
        .map(({ id, attempt }) => ({ jobId: id, attempt }));
      await deps.queues.addMany(first.kind, payloads);
    }
  } catch (error) {
    deps.log.warn({ err: error }, 'jobs not added to the queue; the sweeper will add them');
  }
}
