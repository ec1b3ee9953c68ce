import { z } from 'zod';

/** Jobs the server does itself. */
export const serverJobKinds = [
  'import-questions',
  'import-library',
  'import-answers',
  'import-comparisons',
  'make-pairs',
  'choose-pairs',
  'export-demonstrations',
  'export-comparisons',
  'verify-episodes',
] as const;
export const serverJobKindSchema = z.enum(serverJobKinds);
export type ServerJobKind = z.infer<typeof serverJobKindSchema>;

/** Jobs that model workers do from outside, through the API. */
export const modelJobKinds = [
  'ping',
  'train-ranker',
  'sample',
  'train-reward',
  'score-answers',
  'score',
] as const;
export const modelJobKindSchema = z.enum(modelJobKinds);
export type ModelJobKind = z.infer<typeof modelJobKindSchema>;

export const jobKinds = [...serverJobKinds, ...modelJobKinds] as const;
export const jobKindSchema = z.enum(jobKinds);
export type JobKind = z.infer<typeof jobKindSchema>;

/** What one kind of process does: servers, or model workers. */
export type QueueFamily = 'server' | 'model';

/** The queue of the server's jobs. */
export const serverQueueName = 'rookery-server';

/** The queue of one kind of model job: each has its own, so that a worker may take some kinds and leave others. */
export const modelQueueName = (kind: ModelJobKind): string => `rookery-model-${kind}`;

/** The PostgreSQL schema that holds the queues; a worker's database role sees nothing else. */
export const queueSchema = 'bullmq';

/** The queue's job names are the job kinds. The payload is ids: input and state are in the row `jobs`. */
export const jobPayloadSchema = z.object({ jobId: z.uuid(), attempt: z.int().min(1) });
export type JobPayload = z.infer<typeof jobPayloadSchema>;

/** Who does a kind of job. */
export function familyOf(kind: JobKind): QueueFamily {
  return (modelJobKinds as readonly JobKind[]).includes(kind) ? 'model' : 'server';
}

/** The queue a kind of job waits in. */
export function queueNameOf(kind: JobKind): string {
  const model = modelJobKindSchema.safeParse(kind);
  return model.success ? modelQueueName(model.data) : serverQueueName;
}

/**
 * The queue's own id of one attempt: the row and the attempt, so that adding an attempt twice adds it once, while
 * the next attempt is not taken for a finished one. Without `:`, which BullMQ refuses in ids.
 */
export function queueJobId(payload: JobPayload): string {
  return `${payload.jobId}-${payload.attempt}`;
}

/**
 * How long a worker's hold on a job lasts unless renewed, and how often stalled jobs are looked for, in
 * milliseconds: a job whose worker was killed starts again within the sum of both. `maxStalledCount` bounds how
 * often that happens to one attempt before the queue gives it up; killed workers are not the job's fault.
 */
export const workerTimings = { lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 10 } as const;
