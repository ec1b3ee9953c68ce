import { ApiError, type Job, type JobProblem, type JobState } from '@rookery/shared/api';
import type { JobKind } from '@rookery/shared/queues';
import { and, asc, count, desc, eq, gt, lt, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { blobs, jobProblems, jobs, workers } from '../../db/schema/index.ts';
import { jobAnswer, type JobRow } from './presenter.ts';

export interface JobKey {
  projectId: string;
  jobId: string;
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
}

const ofKey = (key: JobKey) => and(eq(jobs.projectId, key.projectId), eq(jobs.id, key.jobId));

/** @throws ApiError `not_found` when the project has no such job. */
export async function findJob(db: Queryable, key: JobKey): Promise<JobRow> {
  const [row] = await db.select().from(jobs).where(ofKey(key));
  return row ?? jobNotFound();
}

/** As `findJob`, and nobody else changes the row until the transaction ends. */
export async function lockJob(tx: Queryable, key: JobKey): Promise<JobRow> {
  const [row] = await tx.select().from(jobs).where(ofKey(key)).for('update');
  return row ?? jobNotFound();
}

export async function readJob(db: Queryable, key: JobKey): Promise<Job> {
  const [row] = await selectJobs(db).where(ofKey(key));
  return row ? jobAnswer(row.job, row) : jobNotFound();
}

const selectJobs = (db: Queryable) =>
  db
    .select({ job: jobs, fileSize: blobs.size, worker: workers.name })
    .from(jobs)
    .leftJoin(blobs, eq(blobs.hash, jobs.fileBlob))
    .leftJoin(workers, eq(workers.id, jobs.workerId))
    .$dynamic();

/** Newest first. Ids are made in the order of time, so the cursor is the last id of the page before. */
export async function listJobs(
  db: Queryable,
  options: {
    projectId: string;
    limit: number;
    cursor?: string | undefined;
    kind?: JobKind | undefined;
    state?: JobState | undefined;
    planId?: string | undefined;
  },
): Promise<Page<Job>> {
  const { projectId, limit, kind, state, planId } = options;
  const before = parseCursor(z.uuid(), options.cursor);
  const matching = and(
    eq(jobs.projectId, projectId),
    // Requests that wait for a score are many, and nobody looks for one among the others.
    kind === undefined ? ne(jobs.kind, 'score') : eq(jobs.kind, kind),
    state === undefined ? undefined : eq(jobs.state, state),
    planId === undefined
      ? undefined
      : sql`${jobs.id} in (select job_id from samples where plan_id = ${planId} and number = 1)`,
  );
  const rows = await selectJobs(db)
    .where(and(matching, before === undefined ? undefined : lt(jobs.id, before)))
    .orderBy(desc(jobs.id))
    .limit(limit + 1);
  const [counted] = await db.select({ total: count() }).from(jobs).where(matching);
  const items = rows.slice(0, limit).map((row) => jobAnswer(row.job, row));
  return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null, total: counted?.total ?? 0 };
}

/** In the order they were met. `total` counts the stored ones; the job's own count goes on beyond them. */
export async function listProblems(
  db: Queryable,
  options: JobKey & { limit: number; cursor?: string | undefined },
): Promise<Page<JobProblem>> {
  const { projectId, jobId, limit } = options;
  await findJob(db, options);
  const after = parseCursor(
    z.coerce
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1),
    options.cursor,
  );
  const matching = and(eq(jobProblems.projectId, projectId), eq(jobProblems.jobId, jobId));
  const rows = await db
    .select({
      number: jobProblems.number,
      file: jobProblems.file,
      row: jobProblems.row,
      reason: jobProblems.reason,
    })
    .from(jobProblems)
    .where(and(matching, after === undefined ? undefined : gt(jobProblems.number, after)))
    .orderBy(asc(jobProblems.number))
    .limit(limit + 1);
  const [counted] = await db.select({ total: count() }).from(jobProblems).where(matching);
  const page = rows.slice(0, limit);
  return {
    items: page.map(({ file, row, reason }) => ({ file, row, reason })),
    nextCursor: rows.length > limit ? String(page.at(-1)!.number) : null,
    total: counted?.total ?? 0,
  };
}

function parseCursor<T>(schema: z.ZodType<T>, cursor: string | undefined): T | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new ApiError('invalid_request', 'The cursor is not one of this list. Start again without it.');
}

export function jobNotFound(): never {
  throw new ApiError('not_found', 'There is no such job in this project.');
}
