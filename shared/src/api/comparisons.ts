import { z } from 'zod';
import { criterionIds, formFields } from '../comparisons/forms.ts';
import { judgementSchema, questionFlags } from '../comparisons/judgement.ts';
import { choices, sides } from '../comparisons/scale.ts';
import { comparisonOptionSchema, comparisonOrigins, comparisonStateSchema } from './comparison-tasks.ts';
import { idSchema, projectParams, sortedPageOf, sortedQuery, textSchema, timeSchema } from './common.ts';
import { formNameSchema } from './pairs.ts';
import { questionUseSchema } from './questions.ts';
import { defineRoutes } from './route.ts';

/** What a rater's or an import's values are, by criterion: in [−1, 1], positive where the pair's first answer is better. */
export const ratingsSchema = z.partialRecord(z.enum(criterionIds), z.number().min(-1).max(1));

/**
 * What a lead may want to look at a comparison for:
 * - `question-flag`: the question makes no sense or should not be answered.
 * - `contradicts`: the overall rating prefers one answer, every criterion the other.
 * - `fast`: quicker than the answers can be read.
 * - `revised`, `surplus`, `calibration`, `simulated`, `noted` (there are notes).
 */
export const comparisonFlags = [
  'question-flag',
  'contradicts',
  'fast',
  'revised',
  'surplus',
  'calibration',
  'noted',
  'simulated',
] as const;
export const comparisonFlagSchema = z.enum(comparisonFlags);
export type ComparisonFlag = z.infer<typeof comparisonFlagSchema>;

/** One row of the leads' list. */
export const comparisonSchema = z
  .object({
    id: idSchema,
    pairId: idSchema,
    question: z.object({ id: idSchema, fullText: z.string(), dataset: z.string(), use: questionUseSchema }),
    origin: z.enum(comparisonOrigins),
    rater: z.string().nullable().describe('Pseudonym; null for an import.'),
    memberId: idSchema.nullable(),
    isSimulated: z.boolean(),
    import: z.object({ id: idSchema, name: z.string() }).nullable(),
    state: comparisonStateSchema,
    form: z.object({ name: formNameSchema, version: z.number().int().nullable() }),
    flags: z.array(comparisonFlagSchema),
    ratings: ratingsSchema,
    questionFlag: z.enum(questionFlags).nullable(),
    firstSide: z
      .enum(sides)
      .nullable()
      .describe("Where the pair's first answer was shown; null for an import."),
    revision: z.number().int(),
    spans: z.number().int().describe('Claims that were marked.'),
    activeSeconds: z.number().nullable(),
    releaseReason: z.string().nullable().describe('Why it was skipped or flagged.'),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
    excludedReason: z.string().nullable(),
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof comparisonSchema>;

export const comparisonSorts = [
  'ended',
  'created',
  'question',
  'rater',
  'state',
  'overall',
  'active',
  'spans',
] as const;
export type ComparisonSort = (typeof comparisonSorts)[number];

export const comparisonFilterSchema = z.object({
  form: formNameSchema.optional(),
  state: comparisonStateSchema.optional(),
  by: z.enum(['people', 'programs', 'raters', 'imports']).optional(),
  importId: idSchema.optional(),
  rater: z.string().max(200).optional().describe('Part of the pseudonym, in any case.'),
  memberId: idSchema.optional(),
  pairId: idSchema.optional(),
  pairingId: idSchema.optional().describe('Of pairs that were made together.'),
  questionId: idSchema.optional(),
  contains: z.string().max(500).optional().describe("Part of the question's text, in any case."),
  flag: comparisonFlagSchema.optional(),
  counts: z
    .enum(['yes', 'no'])
    .optional()
    .describe(
      'Whether figures are made of it: it is submitted or surplus, and neither it nor its pair is excluded.',
    ),
  calibration: z.enum(['yes', 'no']).optional().describe('Whether it was claimed as a calibration pair.'),
  holdsPlace: z
    .enum(['yes', 'no'])
    .optional()
    .describe('Whether it is submitted and holds a place of a pair that is given out.'),
  day: z.iso.date().optional().describe('On which it was submitted first, in UTC.'),
  criterion: z.enum(criterionIds).optional().describe('It has a rating of this criterion.'),
  choice: z
    .enum(choices)
    .optional()
    .describe(
      'With `criterion` (else of the overall rating): what was chosen, counted as in the distributions.',
    ),
});
export type ComparisonFilter = z.infer<typeof comparisonFilterSchema>;

/**
 * Which comparisons figures are of: those of one form that count, by people, by programs, or of one import. A comparison counts if it is
 * submitted or surplus, calibration included, and neither it nor its pair is excluded. One whose question was flagged counts, and
 * has no ratings.
 */
export const comparisonSelectionSchema = z.object({
  form: formNameSchema.default('webgpt-five'),
  by: z
    .enum(['people', 'programs', 'raters', 'import'])
    .default('people')
    .describe('`raters`: people and programs.'),
  importId: idSchema.optional().describe('With `by=import`: which; all without.'),
});
export type ComparisonSelection = z.output<typeof comparisonSelectionSchema>;

const intervalSchema = z.object({ low: z.number(), high: z.number() }).nullable();

/**
 * How far the collection is, people's and simulated raters' comparisons alike. Days begin at midnight UTC, and are those of the first
 * submission. Places of calibration pairs are not given out, and are left out of everything that is wanted.
 */
export const comparisonProgressSchema = z
  .object({
    pairs: z.object({
      total: z.number().int().describe('Not excluded, calibration pairs included.'),
      open: z.number().int().describe('With a free place; calibration pairs left out.'),
      done: z
        .number()
        .int()
        .describe('All wanted comparisons, at least one, are submitted; calibration pairs left out.'),
      calibration: z.number().int(),
      excluded: z.number().int(),
    }),
    comparisons: z.object({
      wanted: z.number().int().describe('Places of pairs that are given out.'),
      submitted: z.number().int().describe('Holding one of these places.'),
      inProgress: z.number().int(),
      submittedToday: z.number().int().describe('That count, by raters; calibration and surplus included.'),
      surplus: z.number().int(),
      calibration: z.number().int(),
      imported: z.number().int(),
      skipped: z.number().int(),
      flagged: z.number().int(),
      excluded: z.number().int(),
    }),
    raters: z.object({
      total: z.number().int().describe('Who compare with this form now.'),
      activeToday: z.number().int().describe('Who submitted a comparison of this form today.'),
    }),
    days: z
      .array(z.object({ day: z.iso.date(), submitted: z.number().int() }))
      .describe('The last 28 days; the last one is today.'),
    pace: z.object({
      perHour: z
        .number()
        .nullable()
        .describe(
          'Comparisons that hold a place and were submitted within the window below, an hour; null without any.',
        ),
      windowHours: z
        .number()
        .describe(
          'How far back the pace looks: since the first one in the last 24 hours, but at least one hour; 24 without any.',
        ),
      estimatedEnd: timeSchema
        .nullable()
        .describe('When the wanted ones are done at this pace; null when none are left, or without a pace.'),
    }),
    medianActiveSeconds: z
      .number()
      .nullable()
      .describe("Of people's comparisons that count; the pace of programs says nothing about it."),
  })
  .meta({ id: 'ComparisonProgress' });
export type ComparisonProgress = z.infer<typeof comparisonProgressSchema>;

/** Of one criterion, how many comparisons chose each of the five points. */
export const ratingDistributionSchema = z.object({
  criterion: z.enum(criterionIds),
  counts: z
    .array(z.number().int())
    .length(5)
    .describe(
      'By side as shown, from "A much better" to "B much better"; of imports, which have no sides, from the first answer to the second, values between the points counted at the nearest.',
    ),
  rated: z.number().int(),
  skipped: z.number().int().describe('Comparisons without this rating.'),
  meanFirst: z.number().nullable().describe("Mean value; positive: the pairs' first answers are better."),
});

/** What one rater did, with every form; the figures are of comparisons that count. */
export const raterSchema = z
  .object({
    memberId: idSchema,
    pseudonym: z.string(),
    isSimulated: z.boolean(),
    removedAt: timeSchema.nullable(),
    form: formNameSchema.describe('With which they compare now.'),
    submitted: z
      .number()
      .int()
      .describe('Calibration and surplus included, of excluded pairs too; excluded ones not.'),
    submittedToday: z.number().int(),
    skipped: z.number().int(),
    flagged: z.number().int(),
    excluded: z.number().int(),
    medianActiveSeconds: z.number().nullable(),
    choosesA: z.object({
      share: z
        .number()
        .nullable()
        .describe('Of the overall ratings that are not neutral, those that prefer A.'),
      of: z.number().int(),
      interval: intervalSchema.describe("Wilson's, 95 %."),
    }),
    neutral: z.number().nullable().describe('Share of overall ratings that are neutral.'),
    agreement: z.object({
      share: z
        .number()
        .nullable()
        .describe(
          'Tie-aware, of their overall ratings with those of others of the same pairs: people with people, programs with programs.',
        ),
      ratingPairs: z.number().int(),
    }),
    lastSubmittedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Rater' });
export type Rater = z.infer<typeof raterSchema>;

/** Agreement on one criterion; pairs with fewer than two ratings say nothing. */
export const criterionAgreementSchema = z
  .object({
    criterion: z.enum(criterionIds),
    pairs: z.number().int().describe('With two ratings or more.'),
    ratingPairs: z.number().int().describe('Every two ratings of one pair.'),
    agreement: z
      .number()
      .nullable()
      .describe('Tie-aware, as in the paper: neutral against non-neutral counts 50 %.'),
    agreementInterval: intervalSchema.describe('Bootstrap over pairs, 95 %.'),
    alpha: z.number().nullable().describe("Krippendorff's, ordinal; null where it is not defined."),
    alphaInterval: intervalSchema,
  })
  .meta({ id: 'CriterionAgreement' });
export type CriterionAgreement = z.infer<typeof criterionAgreementSchema>;

const comparisonParams = projectParams.extend({ comparisonId: idSchema });
const lead = { project: ['lead'] } as const;

export const comparisonRoutes = defineRoutes({
  listComparisons: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons',
    summary: 'Comparisons; the last to end first where no other order is asked for',
    tag: 'comparisons',
    access: lead,
    params: projectParams,
    query: sortedQuery(comparisonSorts).extend({
      order: z.enum(['asc', 'desc']).default('desc'),
      ...comparisonFilterSchema.shape,
    }),
    status: 200,
    answer: sortedPageOf(comparisonSchema),
  },
  getComparisonProgress: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons/progress',
    summary: 'How far the collection is, its pace, and when it ends at this pace',
    tag: 'comparisons',
    access: lead,
    params: projectParams,
    query: z.object({ form: formNameSchema.default('webgpt-five') }),
    status: 200,
    answer: comparisonProgressSchema,
  },
  getRatingDistributions: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons/distributions',
    summary: 'How often each of the five points was chosen, by criterion',
    tag: 'comparisons',
    access: lead,
    params: projectParams,
    query: comparisonSelectionSchema,
    status: 200,
    answer: z.object({ comparisons: z.number().int(), criteria: z.array(ratingDistributionSchema) }),
  },
  getAgreement: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons/agreement',
    summary: 'Agreement between raters, overall and by criterion, with bootstrap intervals over pairs',
    tag: 'comparisons',
    access: lead,
    params: projectParams,
    query: comparisonSelectionSchema,
    status: 200,
    answer: z.object({
      criteria: z.array(criterionAgreementSchema),
      resamples: z.number().int(),
    }),
  },
  listRaters: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons/raters',
    summary: 'What each rater did, how often they chose A, and how far they agree with others',
    tag: 'comparisons',
    access: lead,
    params: projectParams,
    status: 200,
    answer: z.array(raterSchema),
  },
  listComparisonImports: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons/imports',
    summary: 'Named imports of comparisons, with how many each holds',
    tag: 'comparisons',
    access: lead,
    params: projectParams,
    status: 200,
    answer: z.array(
      z.object({ id: idSchema, name: z.string(), comparisons: z.number().int(), createdAt: timeSchema }),
    ),
  },
  getComparison: {
    method: 'GET',
    path: '/api/projects/:projectId/comparisons/:comparisonId',
    summary: 'One comparison as the rater saw it, with every revision and what became of it',
    tag: 'comparisons',
    access: lead,
    params: comparisonParams,
    status: 200,
    answer: z.object({
      comparison: comparisonSchema,
      requiredFields: z.array(z.enum(formFields)).nullable(),
      settingsVersion: z.number().int().nullable(),
      guidelinesVersion: z.number().int().nullable(),
      options: z
        .object({ a: comparisonOptionSchema, b: comparisonOptionSchema })
        .describe('By side as shown; an import as the pair stands, the first as A.'),
      revisions: z
        .array(
          z.object({
            revision: z.number().int(),
            judgement: judgementSchema,
            activeSeconds: z.number(),
            submittedAt: timeSchema,
          }),
        )
        .describe('The first one first; none of an import.'),
      draft: z
        .object({ judgement: judgementSchema, savedAt: timeSchema })
        .nullable()
        .describe('What was saved and not submitted.'),
      history: z
        .array(
          z.object({
            kind: z.string(),
            actor: z
              .string()
              .nullable()
              .describe("A lead's name, or the rater's pseudonym; null: the server."),
            at: timeSchema,
            reason: z.string().nullable(),
          }),
        )
        .describe('Every change of state, the first one first.'),
    }),
  },
  excludeComparison: {
    method: 'PUT',
    path: '/api/projects/:projectId/comparisons/:comparisonId/exclusion',
    summary: 'Take a comparison out, so that its place is offered to others, or back in; it is never deleted',
    tag: 'comparisons',
    access: lead,
    params: comparisonParams,
    body: z
      .object({ excluded: z.boolean(), reason: textSchema.trim().max(500).default('') })
      .refine(({ excluded, reason }) => !excluded || reason !== '', {
        path: ['reason'],
        message: 'has to say why',
      }),
    status: 200,
    answer: comparisonSchema,
    errors: ['wrong_state'],
  },
});
