import { z } from 'zod';
import { jobKindSchema } from '../queues/index.ts';
import { idSchema, pageOf, pagingQuery, projectParams, sha256Schema, timeSchema } from './common.ts';
import { defineRoutes } from './route.ts';

/**
 * `uploading`: files are still being added to an import. `queued` may be an attempt after the first. `held`: it waits until
 * the sampling plan it belongs to is resumed.
 */
export const jobStates = ['uploading', 'held', 'queued', 'running', 'done', 'failed', 'cancelled'] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

/** A row or a file that could not be used. `row` counts from 1 within its file; null concerns the whole file. */
export const jobProblemSchema = z.object({
  file: z.string(),
  row: z.number().int().nullable(),
  reason: z.string(),
});
export type JobProblem = z.infer<typeof jobProblemSchema>;

export const jobSchema = z
  .object({
    id: idSchema,
    kind: jobKindSchema,
    state: jobStateSchema,
    attempt: z.number().int(),
    progress: z.object({ done: z.number().int(), total: z.number().int().nullable() }),
    result: z.record(z.string(), z.json()).nullable(),
    problems: z.number().int().describe('How many rows or files could not be used.'),
    error: z.string().nullable().describe('Why it failed, and what to do.'),
    file: z
      .object({ name: z.string(), size: z.number().int(), sha256: sha256Schema })
      .nullable()
      .describe('What an export made.'),
    worker: z.string().nullable().describe('Name of the model worker that began the present attempt.'),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof jobSchema>;

/** How the jobs of one kind stand in a project. */
export const jobFiguresSchema = z
  .object({
    kind: jobKindSchema,
    queued: z.number().int(),
    running: z.number().int(),
    held: z.number().int(),
    doneLastHour: z.number().int(),
    failedLastHour: z.number().int(),
    perMinute: z.number().describe('Jobs done in the last ten minutes, by the minute.'),
    medianSeconds: z.number().nullable().describe('Of those done in the last hour, begun to ended.'),
  })
  .meta({ id: 'JobFigures' });
export type JobFigures = z.infer<typeof jobFiguresSchema>;

export const jobParams = projectParams.extend({ jobId: idSchema });

export const jobRoutes = defineRoutes({
  listJobs: {
    method: 'GET',
    path: '/api/projects/:projectId/jobs',
    summary: 'Jobs of the project, newest first',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: projectParams,
    query: pagingQuery.extend({
      kind: jobKindSchema.optional(),
      state: jobStateSchema.optional(),
      planId: idSchema.optional().describe('Those of one sampling plan.'),
    }),
    status: 200,
    answer: pageOf(jobSchema),
  },
  listJobFigures: {
    method: 'GET',
    path: '/api/projects/:projectId/job-figures',
    summary: 'How many jobs of each kind wait, run and ended lately; kinds without any are left out',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.array(jobFiguresSchema),
  },
  getJob: {
    method: 'GET',
    path: '/api/projects/:projectId/jobs/:jobId',
    summary: 'One job',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: jobParams,
    status: 200,
    answer: jobSchema,
  },
  listJobProblems: {
    method: 'GET',
    path: '/api/projects/:projectId/jobs/:jobId/problems',
    summary: 'Rows and files that could not be used, by number and reason',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: jobParams,
    query: pagingQuery,
    status: 200,
    answer: pageOf(jobProblemSchema),
  },
  cancelJob: {
    method: 'POST',
    path: '/api/projects/:projectId/jobs/:jobId/cancel',
    summary: 'Cancel a job that has not ended; what it has done so far stays',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: jobParams,
    status: 200,
    answer: jobSchema,
    errors: ['wrong_state'],
  },
  retryJob: {
    method: 'POST',
    path: '/api/projects/:projectId/jobs/:jobId/retry',
    summary: 'Try a failed job again, or a cancelled one that a round waits for',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: jobParams,
    status: 202,
    answer: jobSchema,
    errors: ['wrong_state'],
  },
  downloadJobFile: {
    method: 'GET',
    path: '/api/projects/:projectId/jobs/:jobId/file',
    summary: 'What an export made; its SHA-256 is in the ETag and in Repr-Digest',
    tag: 'jobs',
    access: { project: ['lead'] },
    params: jobParams,
    status: 200,
    answer: 'binary',
    errors: ['wrong_state'],
  },
  createPing: {
    method: 'POST',
    path: '/api/projects/:projectId/pings',
    summary: 'Ask any model worker for a sign of life, through the queue',
    tag: 'workers',
    access: { project: ['lead'] },
    params: projectParams,
    status: 202,
    answer: jobSchema,
  },
});
