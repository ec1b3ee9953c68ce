import { jobStates } from '@rookery/shared/api';
import { jobKinds } from '@rookery/shared/queues';
import { sql } from 'drizzle-orm';
import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { blobs } from './blobs.ts';
import { enumeration, id, oneOf, time } from './columns.ts';
import { people } from './people.ts';
import { projects } from './projects.ts';
import { workers } from './workers.ts';

/** Work on the queue: input and state are here, the queue carries only the id and the attempt. */
export const jobs = pgTable(
  'jobs',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    kind: enumeration('kind', jobKinds).notNull(),
    state: enumeration('state', jobStates).notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    /** Counts from 1. An attempt that died is followed by the next; the queue's job id is row and attempt. */
    attempt: integer('attempt').notNull(),
    /** Attempts that ended in an error or fell silent since the last checkpoint or the last wish to try again. */
    failures: integer('failures').notNull().default(0),
    /** Of the attempt that runs; a superseded attempt has another one and its writes are refused. */
    attemptToken: text('attempt_token'),
    /** The model worker that began the present attempt; null: a server, or none yet. */
    workerId: uuid('worker_id').references(() => workers.id),
    /** The last sign of life of the attempt that runs. */
    aliveAt: time('alive_at'),
    progressDone: integer('progress_done').notNull().default(0),
    progressTotal: integer('progress_total'),
    /** Where an attempt goes on after a restart; its meaning belongs to the kind. */
    checkpoint: jsonb('checkpoint').$type<Record<string, unknown>>(),
    result: jsonb('result').$type<Record<string, unknown>>(),
    problems: integer('problems').notNull().default(0),
    error: text('error'),
    fileName: text('file_name'),
    fileBlob: text('file_blob').references(() => blobs.hash),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
    startedAt: time('started_at'),
    endedAt: time('ended_at'),
  },
  (table) => [
    unique('jobs_in_project').on(table.projectId, table.id),
    index('jobs_order').on(table.projectId, table.createdAt),
    index('jobs_state').on(table.state),
    index('jobs_worker')
      .on(table.workerId)
      .where(sql`${table.workerId} is not null`),
    /** Jobs of a kind that ended lately, for their rate. */
    index('jobs_ended').on(table.projectId, table.kind, table.endedAt),
    oneOf('jobs_kind', table.kind, jobKinds),
    oneOf('jobs_state_known', table.state, jobStates),
  ],
);

/** The files of an import. */
export const jobFiles = pgTable(
  'job_files',
  {
    projectId: uuid('project_id').notNull(),
    jobId: uuid('job_id').notNull(),
    /** Relative to the imported folder, with forward slashes. */
    path: text('path').notNull(),
    blobHash: text('blob_hash')
      .notNull()
      .references(() => blobs.hash),
    size: bigint('size', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.path] }),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
  ],
);

/** Rows and files an import could not use, in order. */
export const jobProblems = pgTable(
  'job_problems',
  {
    projectId: uuid('project_id').notNull(),
    jobId: uuid('job_id').notNull(),
    number: integer('number').notNull(),
    file: text('file').notNull(),
    /** Counts from 1 within the file; null concerns the whole file. */
    row: integer('row'),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.number] }),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
  ],
);
