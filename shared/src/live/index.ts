import { z } from 'zod';
import {
  assignmentStateSchema,
  comparisonStateSchema,
  idSchema,
  jobStateSchema,
  timeSchema,
} from '../api/index.ts';

/** Path of the WebSocket; it only pushes, and what a client sends over it is ignored. */
export const livePath = '/api/live';

/** Everything the server pushes. Messages name what changed; the details are read over HTTP. */
export const liveMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), serverTime: timeSchema }),
  z.object({
    type: z.literal('job'),
    projectId: idSchema,
    jobId: idSchema,
    state: jobStateSchema,
    done: z.number().int(),
    total: z.number().int().nullable(),
  }),
  z.object({
    type: z.literal('assignment'),
    projectId: idSchema,
    assignmentId: idSchema,
    state: assignmentStateSchema,
    leaseExpiresAt: timeSchema.nullable(),
    /** The window it is open in, as that names itself. */
    openIn: z.string().nullable(),
  }),
  z.object({
    type: z.literal('episode'),
    projectId: idSchema,
    episodeId: idSchema,
    nextSequence: z.number().int(),
  }),
  z.object({
    type: z.literal('comparison'),
    projectId: idSchema,
    comparisonId: idSchema,
    state: comparisonStateSchema,
    leaseExpiresAt: timeSchema.nullable(),
    /** The newest draft: another window that shows an older one reads it again. */
    draftVersion: z.number().int(),
  }),
  z.object({ type: z.literal('overview'), projectId: idSchema }),
  z.object({ type: z.literal('sampling-plan'), projectId: idSchema, planId: idSchema }),
  z.object({ type: z.literal('round'), projectId: idSchema, roundId: idSchema }),
  /** There is a new version of the reward model, or new scores. */
  z.object({ type: z.literal('reward-models'), projectId: idSchema }),
  /** A model worker has come, gone, or begun or ended a job. */
  z.object({ type: z.literal('workers') }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;
