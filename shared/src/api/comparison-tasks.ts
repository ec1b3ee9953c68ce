import { z } from 'zod';
import { formFields } from '../comparisons/forms.ts';
import { judgementSchema, questionFlags } from '../comparisons/judgement.ts';
import { choices } from '../comparisons/scale.ts';
import { answerQuoteSchema } from './answers.ts';
import { idSchema, pageOf, pagingQuery, projectParams, textSchema, timeSchema } from './common.ts';
import { formNameSchema } from './pairs.ts';
import { practiceStates } from './practice.ts';
import { defineRoutes } from './route.ts';
import { leaseSchema, ownStatisticsSchema } from './tasks.ts';

/** Whose judgement it is: a rater's (a person's or a simulated one's), or one that was imported. */
export const comparisonOrigins = ['rater', 'import'] as const;
export type ComparisonOrigin = (typeof comparisonOrigins)[number];

/**
 * - `active`: leased to its rater.
 * - `submitted`: done; it holds one of the pair's places, unless it is of a calibration pair or imported.
 * - `surplus`: done after the lease had ended and the places were taken; kept, outside the target.
 * - `expired`: the lease ended; the draft is kept, and the rater can go on while a place is free.
 * - `released`: skipped by its rater.
 * - `flagged`: given back by its rater with something for the leads to look at.
 * - `excluded`: done, and taken out by a lead; its place is offered to others.
 */
export const comparisonStates = [
  'active',
  'submitted',
  'surplus',
  'expired',
  'released',
  'flagged',
  'excluded',
] as const;
export const comparisonStateSchema = z.enum(comparisonStates);
export type ComparisonState = z.infer<typeof comparisonStateSchema>;

/** An answer as its rater sees it: nothing says where it comes from. */
export const comparisonOptionSchema = z.object({
  text: z.string(),
  quotes: z
    .array(answerQuoteSchema)
    .describe('Cited by their numbers, from 1. None where the form shows no references.'),
});
export type ComparisonOption = z.infer<typeof comparisonOptionSchema>;

/**
 * A comparison as its rater works on it. It names no answer, model, score, source, other rater or order of the pair, and
 * not whether the pair is for calibration.
 */
export const comparisonTaskSchema = z
  .object({
    id: idSchema,
    state: comparisonStateSchema,
    form: z.object({ name: formNameSchema, version: z.number().int() }),
    requiredFields: z.array(z.enum(formFields)).describe('What has to be filled in, drawn by the server.'),
    asksQuestionFlag: z.boolean().describe('Whether the question can be flagged instead.'),
    question: z.object({ fullText: z.string() }),
    options: z.object({ a: comparisonOptionSchema, b: comparisonOptionSchema }),
    lease: leaseSchema.nullable().describe('Null unless it can be worked on: active, or open for revision.'),
    draft: z
      .object({ version: z.number().int(), judgement: judgementSchema, savedAt: timeSchema })
      .nullable()
      .describe('As it was saved last, since the newest revision; null: nothing was.'),
    submitted: z
      .object({ revision: z.number().int(), judgement: judgementSchema, submittedAt: timeSchema })
      .nullable()
      .describe('The newest revision.'),
    revisableUntil: timeSchema.nullable().describe('Until when another revision may be submitted.'),
    draftVersion: z.number().int().describe('Send it as `baseVersion` with the next draft.'),
    releaseReason: z.string().nullable(),
    activeSeconds: z.number().describe('Time in which the server saw the rater act.'),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
    serverTime: timeSchema.describe('So that a client with a wrong clock shows the right time left.'),
  })
  .meta({ id: 'ComparisonTask' });
export type ComparisonTask = z.infer<typeof comparisonTaskSchema>;

/** One row of a rater's history. */
export const ownComparisonSchema = z
  .object({
    id: idSchema,
    state: comparisonStateSchema,
    form: z.object({ name: formNameSchema, version: z.number().int() }),
    question: z.object({ fullText: z.string() }),
    overall: z.enum(choices).nullable().describe('What they chose.'),
    questionFlag: z.enum(questionFlags).nullable(),
    revision: z.number().int(),
    leaseExpiresAt: timeSchema.nullable(),
    revisableUntil: timeSchema.nullable(),
    activeSeconds: z.number(),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'OwnComparison' });
export type OwnComparison = z.infer<typeof ownComparisonSchema>;

const comparisonParams = projectParams.extend({ comparisonId: idSchema });
const leaseToken = z.string().min(1).max(200);
const rater = { project: ['rater'] } as const;
const own = { project: ['rater'], own: 'comparison' } as const;

export const comparisonTaskRoutes = defineRoutes({
  claimComparison: {
    method: 'POST',
    path: '/api/projects/:projectId/own-comparisons/claim',
    summary: 'Lease the next pair to this rater',
    tag: 'comparison tasks',
    access: rater,
    params: projectParams,
    status: 200,
    answer: z.object({
      comparison: comparisonTaskSchema.nullable(),
      reason: z
        .enum(['none_left', 'too_many_leases', 'paused'])
        .nullable()
        .describe(
          'Why there is none: nothing to do, too many leases held, or a lead has paused this person.',
        ),
    }),
  },
  listOwnComparisons: {
    method: 'GET',
    path: '/api/projects/:projectId/own-comparisons',
    summary: 'Own comparisons, newest first',
    tag: 'comparison tasks',
    access: rater,
    params: projectParams,
    query: pagingQuery.extend({
      phase: z
        .enum(['open', 'done'])
        .optional()
        .describe('`open`: the rater can go on with it (active, expired); `done`: the rest.'),
    }),
    status: 200,
    answer: pageOf(ownComparisonSchema),
  },
  getOwnComparisonStatistics: {
    method: 'GET',
    path: '/api/projects/:projectId/own-comparisons/statistics',
    summary: 'What the rater did today and in all, with active time',
    tag: 'comparison tasks',
    access: rater,
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
    answer: ownStatisticsSchema.extend({
      available: z.boolean().describe('Whether there is a pair that they could get now.'),
    }),
  },
  getOwnComparison: {
    method: 'GET',
    path: '/api/projects/:projectId/own-comparisons/:comparisonId',
    summary: 'One own comparison, as it is worked on',
    tag: 'comparison tasks',
    access: own,
    params: comparisonParams,
    status: 200,
    answer: comparisonTaskSchema,
  },
  saveComparisonDraft: {
    method: 'PUT',
    path: '/api/projects/:projectId/own-comparisons/:comparisonId/draft',
    summary: 'Save the judgement as it stands; it counts as activity and pushes the lease on',
    tag: 'comparison tasks',
    access: own,
    params: comparisonParams,
    body: z.object({
      leaseToken,
      baseVersion: z
        .number()
        .int()
        .min(0)
        .describe(
          'The version it was made from; a newer one is a conflict (`details.version`), unless it says the same.',
        ),
      judgement: judgementSchema,
    }),
    status: 200,
    answer: z.object({
      version: z.number().int(),
      savedAt: timeSchema,
      lease: leaseSchema
        .nullable()
        .describe('Null: the lease has ended, and the draft is kept all the same.'),
    }),
    errors: ['conflict', 'lease_lost', 'wrong_state'],
  },
  submitComparison: {
    method: 'PUT',
    path: '/api/projects/:projectId/own-comparisons/:comparisonId/revisions/:revision',
    summary:
      'Submit a judgement, the first as revision 1. The same again is answered the same; another one under a used number is a conflict',
    tag: 'comparison tasks',
    access: own,
    params: comparisonParams.extend({ revision: z.coerce.number().int().min(1).max(1000) }),
    body: z.object({ leaseToken, judgement: judgementSchema }),
    status: 200,
    answer: comparisonTaskSchema,
    errors: ['conflict', 'lease_lost', 'wrong_state'],
  },
  extendComparisonLease: {
    method: 'POST',
    path: '/api/projects/:projectId/own-comparisons/:comparisonId/lease',
    summary: 'Push the end of the lease on, or take an expired comparison up again while a place is free',
    tag: 'comparison tasks',
    access: own,
    params: comparisonParams,
    status: 200,
    answer: comparisonTaskSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  releaseComparison: {
    method: 'POST',
    path: '/api/projects/:projectId/own-comparisons/:comparisonId/release',
    summary: 'Skip a comparison, or flag it for the leads to look at; the draft is kept',
    tag: 'comparison tasks',
    access: own,
    params: comparisonParams,
    body: z
      .object({
        leaseToken,
        kind: z.enum(['skip', 'flag']),
        reason: textSchema.trim().max(1000).default(''),
      })
      .refine(({ kind, reason }) => kind === 'skip' || reason !== '', {
        path: ['reason'],
        message: 'has to say what is wrong',
      }),
    status: 200,
    answer: comparisonTaskSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  reportComparisonActivity: {
    method: 'POST',
    path: '/api/projects/:projectId/own-comparisons/:comparisonId/activity',
    summary: 'The rater is reading: counts as active time, and pushes the lease on',
    tag: 'comparison tasks',
    access: own,
    params: comparisonParams,
    body: z.object({ leaseToken }),
    status: 200,
    answer: z.object({ lease: leaseSchema, activeSeconds: z.number() }),
    errors: ['lease_lost', 'wrong_state'],
  },
  getComparisonPractice: {
    method: 'GET',
    path: '/api/projects/:projectId/comparison-practice',
    summary: "The rater's form, and whether its practice pair is offered to them",
    tag: 'comparison tasks',
    access: rater,
    params: projectParams,
    status: 200,
    answer: z.object({ form: formNameSchema, state: z.enum(practiceStates), isOffered: z.boolean() }),
  },
  endComparisonPractice: {
    method: 'PUT',
    path: '/api/projects/:projectId/comparison-practice',
    summary: 'The practice pair is done, or skipped',
    tag: 'comparison tasks',
    access: rater,
    params: projectParams,
    body: z.object({ state: z.enum(['skipped', 'done']) }),
    status: 204,
    answer: null,
  },
});
