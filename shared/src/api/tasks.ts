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

/** Whether its person can go on with an assignment. */
export const assignmentPhases = ['open', 'done'] as const;
export type AssignmentPhase = (typeof assignmentPhases)[number];

/** What a submitted answer that is being revised is again, if its revision comes to nothing. */
export const revisionFallbacks = ['submitted', 'surplus', 'returned'] as const;
export type RevisionFallback = (typeof revisionFallbacks)[number];

/** What a lead decided about a demonstration; `restored` takes an exclusion back. */
export const reviewDecisions = ['accepted', 'returned', 'excluded', 'restored'] as const;
export const reviewDecisionSchema = z.enum(reviewDecisions);
export type ReviewDecision = z.infer<typeof reviewDecisionSchema>;

/** Where a demonstration stands with the leads; a new revision is `unreviewed` again. */
export const reviewStates = ['unreviewed', 'accepted', 'returned', 'excluded'] as const;
export const reviewStateSchema = z.enum(reviewStates);
export type ReviewState = z.infer<typeof reviewStateSchema>;

/** `practice` is a person's guided first task: it counts nowhere and is deleted after a day. */
export const episodeKinds = ['demonstration', 'sample', 'practice'] as const;
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
    lease: leaseSchema.nullable().describe('Null unless the assignment is active.'),
    openIn: z
      .string()
      .nullable()
      .describe('The window that an active task is open in, as that names itself.'),
    pausedUntil: timeSchema.nullable().describe('Until when the place of a paused task is held.'),
    isRevision: z
      .boolean()
      .describe('An answer was submitted before, and counts if no other is submitted before the lease ends.'),
    revisableUntil: timeSchema
      .nullable()
      .describe('Until when the person may reopen the answer they submitted; null when they may not.'),
    review: z
      .object({ state: reviewStateSchema, comment: z.string(), at: timeSchema })
      .nullable()
      .describe('What a lead decided last, and where the demonstration stands since.'),
    activeSeconds: z.number().describe('Time in which the server saw the person act.'),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Assignment' });
export type Assignment = z.infer<typeof assignmentSchema>;

/** What a person did in a project. The day is theirs: it begins at `todayBeganAt`. */
export const ownStatisticsSchema = z.object({
  doneToday: z.number().int(),
  doneTotal: z.number().int(),
  activeSecondsToday: z.number(),
  activeSecondsTotal: z.number(),
  todayBeganAt: timeSchema,
});
export type OwnStatistics = z.infer<typeof ownStatisticsSchema>;

const assignmentParams = projectParams.extend({ assignmentId: idSchema });
const leaseToken = z.string().min(1).max(200);
const windowId = z.string().min(1).max(100);

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
        .enum(['none_left', 'too_many_leases', 'paused'])
        .nullable()
        .describe(
          'Why there is no assignment: nothing to do, too many leases held, or a lead has paused this person.',
        ),
    }),
  },
  listOwnAssignments: {
    method: 'GET',
    path: '/api/projects/:projectId/assignments',
    summary: 'Own assignments, newest first',
    tag: 'tasks',
    access: { project: ['demonstrator'] },
    params: projectParams,
    query: pagingQuery.extend({
      state: assignmentStateSchema.optional(),
      phase: z
        .enum(assignmentPhases)
        .optional()
        .describe(
          '`open`: the person can go on with it (active, paused, returned, expired); `done`: the rest.',
        ),
    }),
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
  openTask: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/open',
    summary:
      'Open an active task in a window; where it is open in another, take it over with a new lease token',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    body: z.object({ windowId, takeOver: z.boolean().default(false) }),
    status: 200,
    answer: assignmentSchema,
  },
  leaveTask: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/leave',
    summary: 'A window no longer has the task open',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    body: z.object({ windowId }),
    status: 204,
    answer: null,
  },
  pauseTask: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/pause',
    summary: 'Set a task aside: its place is held, and no time counts as active',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    body: z.object({ leaseToken }),
    status: 200,
    answer: assignmentSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  resumeTask: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/resume',
    summary: 'Go on with a paused task under a new lease',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    status: 200,
    answer: assignmentSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  reopenAnswer: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/reopen',
    summary: 'Open a submitted or returned answer again; what was submitted counts until another answer is',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    status: 200,
    answer: assignmentSchema,
    errors: ['wrong_state'],
  },
  keepAnswer: {
    method: 'POST',
    path: '/api/projects/:projectId/assignments/:assignmentId/keep',
    summary: 'Give a revision up: the answer submitted before counts as it did',
    tag: 'tasks',
    access: { project: ['demonstrator'], own: 'assignment' },
    params: assignmentParams,
    body: z.object({ leaseToken }),
    status: 200,
    answer: assignmentSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  getOwnStatistics: {
    method: 'GET',
    path: '/api/projects/:projectId/own-statistics',
    summary: 'What the person did today and in all, with active time',
    tag: 'tasks',
    access: { project: ['demonstrator'] },
    params: projectParams,
    query: z.object({
      utcOffsetMinutes: z.coerce
        .number()
        .int()
        .min(-14 * 60)
        .max(14 * 60)
        .default(0)
        .describe("What the person's clock is ahead of UTC: their day begins at their midnight."),
    }),
    status: 200,
    answer: ownStatisticsSchema,
  },
});
