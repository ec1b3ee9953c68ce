import { z } from 'zod';
import { formNames } from '../comparisons/forms.ts';
import { answerOriginSchema, answerSchema } from './answers.ts';
import {
  idSchema,
  pageOf,
  pagingQuery,
  projectParams,
  sortedPageOf,
  sortedQuery,
  textSchema,
  timeSchema,
} from './common.ts';
import { jobSchema } from './jobs.ts';
import { prioritySchema, questionUseSchema } from './questions.ts';
import { defineRoutes } from './route.ts';

export const formNameSchema = z.enum(formNames);

/**
 * How pairs are made:
 * - `all`: every two answers to a question.
 * - `per-question`: so many pairs of each question, drawn from all of them, each as likely.
 * - `by-hand`: two answers that a lead chose.
 * - `import`: with comparisons that were imported.
 * - `round`: of a round's samples, by its rule.
 */
export const pairingMethods = ['all', 'per-question', 'by-hand', 'import', 'round'] as const;
export const pairingMethodSchema = z.enum(pairingMethods);
export type PairingMethod = z.infer<typeof pairingMethodSchema>;

/**
 * How a round chooses pairs among the samples of a question:
 * - `random`: each pair as likely.
 * - `closest`: those whose scores differ least, of which the model knows least.
 * - `best-of-n`: the best by score against another one, drawn.
 */
export const pairRules = ['random', 'closest', 'best-of-n'] as const;
export const pairRuleSchema = z.enum(pairRules);
export type PairRule = z.infer<typeof pairRuleSchema>;

/** Most comparisons that can be wanted of one pair. */
export const maxOverlap = 100;
const overlapSchema = z.number().int().min(0).max(maxOverlap);

/** What a run of pairing makes pairs of. Answers of the same text are never a pair, and no pair is made twice. */
export const pairingOptionsSchema = z
  .object({
    form: formNameSchema.default('webgpt-five'),
    perQuestion: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('How many pairs of each question, drawn from all that could be; null: all of them.'),
    acrossSources: z.boolean().default(false).describe('Only answers from different sources.'),
    uses: z.array(questionUseSchema).min(1).nullable().default(null).describe('Of the questions; null: any.'),
    datasets: z
      .array(z.string().max(200))
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('Of the questions; null: any.'),
    sources: z
      .array(z.string().max(200))
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('Of the answers; null: any.'),
    planId: idSchema
      .nullable()
      .default(null)
      .describe(
        'Only pairs with a sample of this sampling plan, of its questions, and with no sample of another; null: any.',
      ),
    overlap: overlapSchema
      .min(1)
      .nullable()
      .default(null)
      .describe("Raters of each pair; null: what the project's settings say."),
    reratedPercent: z
      .number()
      .int()
      .min(0)
      .max(100)
      .nullable()
      .default(null)
      .describe(
        "Share of pairs, drawn by lot, that one rater more compares; null: what the project's settings say.",
      ),
    calibration: z.boolean().default(false).describe('Everybody compares these pairs, outside the overlap.'),
    priority: prioritySchema.default(0),
    seed: textSchema.max(100).default('').describe('Every draw comes from it; empty: a new one.'),
  })
  .meta({ id: 'PairingOptions' });
export type PairingOptions = z.output<typeof pairingOptionsSchema>;

export const pairingSchema = z
  .object({
    id: idSchema,
    method: pairingMethodSchema,
    options: pairingOptionsSchema
      .nullable()
      .describe('Null for an import, a pair by hand, and a round, which has its own.'),
    seed: z.string(),
    pairs: z.number().int(),
    jobId: idSchema.nullable(),
    createdBy: z.string().nullable().describe("The lead's name."),
    createdAt: timeSchema,
  })
  .meta({ id: 'Pairing' });
export type Pairing = z.infer<typeof pairingSchema>;

const sideSchema = z.object({
  answerId: idSchema,
  origin: answerOriginSchema,
  source: z.string(),
  characters: z.number().int(),
});

export const pairSchema = z
  .object({
    id: idSchema,
    form: formNameSchema,
    question: z.object({ id: idSchema, fullText: z.string(), dataset: z.string(), use: questionUseSchema }),
    first: sideSchema.describe('Ratings are positive where it is better.'),
    second: sideSchema,
    pairing: z.object({ id: idSchema, method: pairingMethodSchema }),
    rule: pairRuleSchema.nullable().describe('By which rule of its round; null: not chosen in a round.'),
    probability: z
      .number()
      .nullable()
      .describe('With which it was chosen among those that could have been; null: not known, or by hand.'),
    wanted: z.number().int().describe('Comparisons by raters, calibration left out.'),
    submitted: z.number().int().describe('Comparisons by raters that hold a place.'),
    inProgress: z.number().int(),
    surplus: z.number().int(),
    calibrated: z.number().int().describe('Comparisons of it as a calibration pair.'),
    imported: z.number().int().describe('Imported comparisons.'),
    overall: z
      .number()
      .nullable()
      .describe('Mean overall rating by raters; positive: the first is better. Null without any.'),
    isCalibration: z.boolean(),
    priority: z.number().int(),
    createdAt: timeSchema,
    excludedAt: timeSchema.nullable(),
    excludedReason: z.string().nullable(),
  })
  .meta({ id: 'Pair' });
export type Pair = z.infer<typeof pairSchema>;

/** `open`: places are free; `done`: as many comparisons are submitted as are wanted. */
export const pairStates = ['open', 'done', 'excluded'] as const;
export const pairSorts = [
  'created',
  'question',
  'priority',
  'wanted',
  'submitted',
  'overall',
  'probability',
] as const;
export type PairSort = (typeof pairSorts)[number];

export const pairFilterSchema = z.object({
  form: formNameSchema.optional(),
  questionId: idSchema.optional(),
  contains: z.string().max(500).optional().describe("Part of the question's text, in any case."),
  state: z.enum(pairStates).optional(),
  method: pairingMethodSchema.optional(),
  pairingId: idSchema.optional(),
  rule: pairRuleSchema.optional().describe('By which it was chosen in a round.'),
  source: z.string().max(200).optional().describe('Of either answer.'),
  calibration: z.enum(['yes', 'no']).optional(),
});
export type PairFilter = z.infer<typeof pairFilterSchema>;

/** What a lead can change of pairs; what is left out stays. */
export const pairChangeSchema = z
  .object({
    wanted: overlapSchema
      .optional()
      .describe('Comparisons by raters. Not fewer than are done or under way: those pairs are refused.'),
    priority: prioritySchema.optional(),
    calibration: z.boolean().optional(),
    excluded: z.boolean().optional().describe('Out of use, or back in; nothing is deleted.'),
    reason: textSchema.max(500).optional().describe('Why it is excluded.'),
  })
  .refine((change) => Object.keys(change).some((name) => name !== 'reason'), 'names no change');
export type PairChange = z.infer<typeof pairChangeSchema>;

const pairParams = projectParams.extend({ pairId: idSchema });

export const pairRoutes = defineRoutes({
  previewPairing: {
    method: 'POST',
    path: '/api/projects/:projectId/pairings/preview',
    summary: 'How many pairs a run of pairing would make',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: projectParams,
    body: pairingOptionsSchema,
    status: 200,
    answer: z.object({
      questions: z.number().int().describe('With at least one pair.'),
      answers: z.number().int(),
      candidates: z.number().int().describe('Pairs that could be, those that there are already included.'),
      twins: z.number().int().describe('Pairs left out because both answers have the same text.'),
      existing: z.number().int().describe('Pairs that there are already.'),
      pairs: z.number().int().describe('That would be made.'),
      comparisons: z.number().describe('Expected number of comparisons wanted of them.'),
    }),
  },
  createPairing: {
    method: 'POST',
    path: '/api/projects/:projectId/pairings',
    summary: 'Make pairs of the answers to questions, as a job',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: projectParams,
    body: pairingOptionsSchema,
    status: 202,
    answer: jobSchema,
  },
  listPairings: {
    method: 'GET',
    path: '/api/projects/:projectId/pairings',
    summary: 'How pairs were made, newest first',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: projectParams,
    query: pagingQuery,
    status: 200,
    answer: pageOf(pairingSchema),
  },
  createPair: {
    method: 'POST',
    path: '/api/projects/:projectId/pairs',
    summary: 'Make a pair of two answers to one question; the same two again are the pair that there is',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      firstAnswerId: idSchema,
      secondAnswerId: idSchema,
      form: formNameSchema.default('webgpt-five'),
      wanted: overlapSchema.nullable().default(null).describe("Null: the overlap of the project's settings."),
      calibration: z.boolean().default(false),
    }),
    status: 201,
    answer: pairSchema,
    errors: ['wrong_state'],
  },
  listPairs: {
    method: 'GET',
    path: '/api/projects/:projectId/pairs',
    summary: 'Pairs; newest first where no other order is asked for',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: projectParams,
    query: sortedQuery(pairSorts).extend({
      order: z.enum(['asc', 'desc']).default('desc'),
      ...pairFilterSchema.shape,
    }),
    status: 200,
    answer: sortedPageOf(pairSchema),
  },
  changePairs: {
    method: 'PATCH',
    path: '/api/projects/:projectId/pairs',
    summary: 'Change many pairs at once: those that are named, or all that match',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      which: z.union([
        z.object({ ids: z.array(idSchema).min(1).max(1000) }),
        z.object({ matching: pairFilterSchema }),
      ]),
      change: pairChangeSchema,
    }),
    status: 200,
    answer: z.object({
      changed: z.number().int(),
      unchanged: z.number().int().describe('They were like that already.'),
      refused: z.number().int().describe('More comparisons are done or under way than would be wanted.'),
    }),
  },
  getPair: {
    method: 'GET',
    path: '/api/projects/:projectId/pairs/:pairId',
    summary: 'One pair with both answers',
    tag: 'pairs',
    access: { project: ['lead'] },
    params: pairParams,
    status: 200,
    answer: pairSchema.extend({ answers: z.object({ first: answerSchema, second: answerSchema }) }),
  },
});
