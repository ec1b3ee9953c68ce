import { z } from 'zod';
import { idSchema, pageOf, pagingQuery, projectParams, textSchema, timeSchema } from './common.ts';
import { defineRoutes } from './route.ts';

/**
 * - `active`: leased to its person.
 * - `paused`: set aside by its person; its place is held until the pause runs out.
 * - `returned`: a lead asks for another answer; the place is held until its person takes it up.
 * - `submitted`: done, and it took one of the places its question had.
 * - `surplus`: done after the lease had ended and the place was taken; kept, outside the target.
 * - `expired`: the lease or the pause ended; the work is kept, and the person can go on while the place is free.
 * - `released`: given back by its person.
 * - `excluded`: done, and taken out by a lead; its place is offered to others.
 */
export const assignmentStates = [
  'active',
  'paused',
  'returned',
  'submitted',
  'surplus',
  'expired',
  'released',
  'excluded',
] as const;
export const assignmentStateSchema = z.enum(assignmentStates);
export type AssignmentState = z.infer<typeof assignmentStateSchema>;

/** What a submitted answer that is being revised is again, if its revision comes to nothing. */
export const revisionFallbacks = ['submitted', 'surplus', 'returned'] as const;

/** What a lead decided about a demonstration; `restored` takes an exclusion back. */
export const reviewDecisions = ['accepted', 'returned', 'excluded', 'restored'] as const;
export const reviewDecisionSchema = z.enum(reviewDecisions);
export type ReviewDecision = z.infer<typeof reviewDecisionSchema>;

/** Where a demonstration stands with the leads; a new revision is `unreviewed` again. */
export const reviewStates = ['unreviewed', 'accepted', 'returned', 'excluded'] as const;
export const reviewStateSchema = z.enum(reviewStates);
export type ReviewState = z.infer<typeof reviewStateSchema>;

export const episodeKinds = ['demonstration', 'sample'] as const;
export const episodeKindSchema = z.enum(episodeKinds);
/** `browsing` → `answering` → `submitted`, or `flagged` (the question is nonsense or controversial), or `ended` without an answer. */
export const episodeStates = ['browsing', 'answering', 'submitted', 'flagged', 'ended'] as const;
export const episodeStateNameSchema = z.enum(episodeStates);
export type EpisodeStateName = z.infer<typeof episodeStateNameSchema>;

export const leaseSchema = z.object({
  token: z.string().describe('Sent along with every write of this assignment.'),
  expiresAt: timeSchema.describe('Pushed on by every action.'),
});

export const assignmentSchema = z
  .object({
    id: idSchema,
    state: assignmentStateSchema,
    question: z.object({ id: idSchema, fullText: z.string() }),
    episodeId: idSchema.nullable().describe('Null until the episode is started.'),
    episodeState: episodeStateNameSchema.nullable(),
    lease: leaseSchema.nullable().describe('Null once the assignment is no longer active.'),
    activeSeconds: z.number().describe('Time in which the server saw the person act.'),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Assignment' });
export type Assignment = z.infer<typeof assignmentSchema>;

const assignmentParams = projectParams.extend({ assignmentId: idSchema });
const leaseToken = z.string().min(1).max(200);

export const taskRoutes = defineRoutes({
  claimTask: {
    method: 'POST',
    path: '/api/projects/:projectId/tasks/claim',
    summary: 'Lease the next question to this person',
    tag: 'tasks',
    access: { project: ['demonstrator'] },
    params: projectParams,
    status: 200,
    answer: z.object({
      assignment: assignmentSchema.nullable(),
      reason: z
        .enum(['none_left', 'too_many_leases'])
        .nullable()
        .describe('Why there is no assignment: nothing to do, or too many leases held.'),
    }),
  },
  listOwnAssignments: {
    method: 'GET',
    path: '/api/projects/:projectId/assignments',
    summary: 'Own assignments, newest first',
    tag: 'tasks',
    access: { project: ['demonstrator'] },
    params: projectParams,
    query: pagingQuery.extend({ state: assignmentStateSchema.optional() }),
    status: 200,
    answer: pageOf(assignmentSchema),
  },
  getAssignment: {
    method: 'GET',
    path: '/api/projects/:projectId/assignments/:assignmentId',
    summary: 'One own assignment',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    status: 200,
    answer: assignmentSchema,
  },
  extendLease: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/lease',
    summary: 'Push the end of the lease on, or take an expired one up again while its place is free',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    status: 200,
    answer: assignmentSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  releaseAssignment: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/release',
    summary: 'Give a task back; what was recorded is kept',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    body: z.object({ leaseToken, reason: textSchema.max(500).default('') }),
    status: 200,
    answer: assignmentSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
});
