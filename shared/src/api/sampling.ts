import { z } from 'zod';
import {
  idSchema,
  nameSchema,
  pageOf,
  pagingQuery,
  projectParams,
  textSchema,
  timeSchema,
} from './common.ts';
import { episodeStateNameSchema } from './tasks.ts';
import { formNameSchema } from './pairs.ts';
import { policyKindSchema } from './policies.ts';
import { questionUseSchema } from './questions.ts';
import { recordingSchema, sampledSchema } from './recordings.ts';
import { defineRoutes } from './route.ts';

/** A plan is `done` once none of its jobs is left to do; failed ones may be tried again, and it runs again then. */
export const samplingPlanStates = ['running', 'paused', 'cancelled', 'done'] as const;
export const samplingPlanStateSchema = z.enum(samplingPlanStates);
export type SamplingPlanState = z.infer<typeof samplingPlanStateSchema>;

/**
 * A sample is one of the n that are drawn for a question from a policy version:
 * - `waiting`: not begun, or to be gone on with.
 * - `running`: its episode is under way.
 * - `answered`: it has an answer that no other of its question and version in the plan has.
 * - `no-answer`: its episode ended without one.
 * - `duplicate`: every draw came to an answer that was there already.
 * - `cancelled`: its plan or job was cancelled, or given up, before it was done.
 */
export const sampleStates = [
  'waiting',
  'running',
  'answered',
  'no-answer',
  'duplicate',
  'cancelled',
] as const;
export const sampleStateSchema = z.enum(sampleStates);
export type SampleState = z.infer<typeof sampleStateSchema>;

/** Pairs that are made once a plan is done. */
export const samplePairingSchema = z.object({
  form: formNameSchema.default('webgpt-five'),
  perQuestion: z.number().int().min(1).max(1000).nullable().default(null).describe('Null: all of them.'),
  acrossSources: z
    .boolean()
    .default(false)
    .describe('Only between versions, or a version and demonstrations.'),
  withDemonstrations: z.boolean().default(false).describe('Demonstrations of the same questions too.'),
});

export const samplingOptionsSchema = z
  .object({
    versionIds: z.array(idSchema).min(1).max(20),
    perQuestion: z
      .number()
      .int()
      .min(1)
      .max(256)
      .default(4)
      .describe('Samples of each question by each version (n).'),
    temperature: z.number().min(0).max(5).default(0.8).describe('0: always the likeliest.'),
    actionLimit: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe("Null: that of the project's settings."),
    maxRedraws: z
      .number()
      .int()
      .min(0)
      .max(20)
      .default(2)
      .describe('How often a sample is drawn again whose answer is there already.'),
    uses: z.array(questionUseSchema).min(1).default(['rm']),
    datasets: z.array(z.string().max(200)).min(1).max(100).nullable().default(null).describe('Null: any.'),
    questions: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe('How many, drawn by the seed; null: all that match.'),
    includeLearnt: z
      .boolean()
      .default(false)
      .describe('Questions too that a version has learnt from, or was tested on while it was trained.'),
    seed: textSchema.max(100).default('').describe('Every draw comes from it; empty: a new one.'),
    pairing: samplePairingSchema.nullable().default(null).describe('Null: no pairs are made.'),
  })
  .meta({ id: 'SamplingOptions' });
export type SamplingOptions = z.output<typeof samplingOptionsSchema>;

const policyNameOf = z.object({
  id: idSchema,
  name: z.string(),
  version: z.number().int(),
  kind: policyKindSchema,
});

/** How the samples of one version in a plan stand. */
export const samplingFiguresSchema = z.object({
  policy: policyNameOf,
  samples: z.number().int(),
  waiting: z.number().int(),
  running: z.number().int(),
  answered: z.number().int(),
  noAnswer: z.number().int(),
  duplicate: z.number().int(),
  cancelled: z.number().int(),
  redraws: z.number().int().describe('Draws beyond the first of each sample.'),
  citable: z.number().int().describe('Samples done whose question has reference pages.'),
  citing: z.number().int().describe('Of these: whose answer cites a page among the references.'),
  medianSeconds: z.number().nullable().describe('Of an episode, from its beginning to its answer.'),
  medianCommands: z.number().nullable(),
});
export type SamplingFigures = z.infer<typeof samplingFiguresSchema>;

export const samplingPlanSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    state: samplingPlanStateSchema,
    options: samplingOptionsSchema,
    seed: z.string(),
    questions: z.number().int(),
    versions: z.array(samplingFiguresSchema),
    jobs: z.object({
      open: z.number().int(),
      done: z.number().int(),
      failed: z.number().int(),
      cancelled: z.number().int(),
      lastError: z.string().nullable().describe('Why the last job failed, or will be tried again.'),
    }),
    samplesPerMinute: z
      .number()
      .describe('Done in the last five minutes, or since it was made, by the minute.'),
    secondsLeft: z.number().nullable().describe('At that pace; null while it is not known.'),
    pairing: z
      .object({ id: idSchema, jobId: idSchema, pairs: z.number().int() })
      .nullable()
      .describe('The run of pairing that was begun when the plan was done; null without one.'),
    round: z
      .object({ id: idSchema, name: z.string() })
      .nullable()
      .describe('The round that it samples for, which chooses its pairs; null where a lead made it alone.'),
    createdBy: z.string().nullable().describe("The lead's name."),
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'SamplingPlan' });
export type SamplingPlan = z.infer<typeof samplingPlanSchema>;

/** What a plan would come to. */
export const samplingEstimateSchema = z.object({
  questions: z.number().int(),
  learnt: z.number().int().describe('Questions left out because a version has learnt from them.'),
  samples: z.number().int(),
  slots: z.number().int().describe('Samples that the workers that are online make at once.'),
  secondsPerSample: z
    .number()
    .nullable()
    .describe('Median of what it is based on; null while there is nothing to go by.'),
  basis: z
    .enum(['version', 'kind'])
    .nullable()
    .describe('Samples of these versions, or of policies of the same kind.'),
  seconds: z.number().nullable(),
});
export type SamplingEstimate = z.infer<typeof samplingEstimateSchema>;

export const sampleSchema = z
  .object({
    id: idSchema,
    plan: z.object({ id: idSchema, name: z.string() }),
    policy: policyNameOf,
    question: z.object({ id: idSchema, fullText: z.string(), dataset: z.string(), use: questionUseSchema }),
    number: z.number().int().describe('1 … n.'),
    state: sampleStateSchema,
    draw: z.number().int().describe('1 for the first; 0 before it has begun.'),
    seed: z.string().describe('Of the present draw; empty before it has begun.'),
    episodeId: idSchema.nullable().describe('Of the present draw.'),
    episodeState: episodeStateNameSchema.nullable(),
    commands: z.number().int(),
    quotes: z.number().int(),
    seconds: z.number().nullable(),
    answer: z.string().nullable().describe('Its beginning.'),
    answerId: idSchema.nullable(),
    citesReference: z
      .boolean()
      .nullable()
      .describe('Null: not answered, or the question has no reference pages.'),
    logProbability: z
      .number()
      .nullable()
      .describe('Sum over its commands and the answer; null where one is not known.'),
    jobId: idSchema,
    createdAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Sample' });
export type Sample = z.infer<typeof sampleSchema>;

export const sampleFilterSchema = z.object({
  planId: idSchema.optional(),
  versionId: idSchema.optional(),
  questionId: idSchema.optional(),
  state: sampleStateSchema.optional(),
  citesReference: z.enum(['yes', 'no']).optional(),
  contains: z.string().max(500).optional().describe("Part of the question's text, in any case."),
});
export type SampleFilter = z.infer<typeof sampleFilterSchema>;

/** What a sampler says of itself; kept with every episode it makes. */
export const samplerSchema = z.object({
  worker: z.string().max(100),
  version: z.string().max(100).describe("Of the worker's program."),
  device: z.string().max(200),
  details: z
    .record(z.string().max(50), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
    .default({})
    .describe(
      'Of a ranker: encoder and runtime; of an endpoint: its origin and what the server says of its model.',
    ),
});
export type Sampler = z.infer<typeof samplerSchema>;

/** A sample's episode, played again. */
export const sampleReplaySchema = recordingSchema.extend({
  sample: sampleSchema,
  draws: z
    .array(z.object({ draw: z.number().int(), episodeId: idSchema, isDuplicate: z.boolean() }))
    .describe('All draws of the sample, the first one first.'),
  draw: z.number().int().describe('That is played.'),
  temperature: z.number(),
  seed: z.string(),
  sampler: samplerSchema,
  answerSampled: sampledSchema.nullable(),
  duplicateOf: z.object({ episodeId: idSchema, number: z.number().int() }).nullable(),
});
export type SampleReplay = z.infer<typeof sampleReplaySchema>;

const planParams = projectParams.extend({ planId: idSchema });
const lead = { project: ['lead'] } as const;

export const samplingRoutes = defineRoutes({
  estimateSampling: {
    method: 'POST',
    path: '/api/projects/:projectId/sampling-plans/estimate',
    summary: 'What a plan would come to, and about how long it would take; changes nothing',
    tag: 'sampling',
    access: lead,
    params: projectParams,
    body: samplingOptionsSchema,
    status: 200,
    answer: samplingEstimateSchema,
  },
  createSamplingPlan: {
    method: 'POST',
    path: '/api/projects/:projectId/sampling-plans',
    summary: 'Make a plan and begin to sample: a job for each question and version',
    tag: 'sampling',
    access: lead,
    params: projectParams,
    body: samplingOptionsSchema.extend({ name: nameSchema }),
    status: 201,
    answer: samplingPlanSchema,
    errors: ['wrong_state'],
  },
  listSamplingPlans: {
    method: 'GET',
    path: '/api/projects/:projectId/sampling-plans',
    summary: 'Sampling plans, newest first',
    tag: 'sampling',
    access: lead,
    params: projectParams,
    query: pagingQuery,
    status: 200,
    answer: pageOf(samplingPlanSchema),
  },
  getSamplingPlan: {
    method: 'GET',
    path: '/api/projects/:projectId/sampling-plans/:planId',
    summary: 'How a plan stands',
    tag: 'sampling',
    access: lead,
    params: planParams,
    status: 200,
    answer: samplingPlanSchema,
  },
  pauseSamplingPlan: {
    method: 'POST',
    path: '/api/projects/:projectId/sampling-plans/:planId/pause',
    summary: 'Hold the jobs of a plan; what is under way is gone on with when it is resumed',
    tag: 'sampling',
    access: lead,
    params: planParams,
    status: 200,
    answer: samplingPlanSchema,
    errors: ['wrong_state'],
  },
  resumeSamplingPlan: {
    method: 'POST',
    path: '/api/projects/:projectId/sampling-plans/:planId/resume',
    summary: 'Go on with a paused plan',
    tag: 'sampling',
    access: lead,
    params: planParams,
    status: 200,
    answer: samplingPlanSchema,
    errors: ['wrong_state'],
  },
  cancelSamplingPlan: {
    method: 'POST',
    path: '/api/projects/:projectId/sampling-plans/:planId/cancel',
    summary: 'End a plan; the samples that are done stay',
    tag: 'sampling',
    access: lead,
    params: planParams,
    status: 200,
    answer: samplingPlanSchema,
    errors: ['wrong_state'],
  },
  listSamples: {
    method: 'GET',
    path: '/api/projects/:projectId/samples',
    summary: 'Samples, newest plan first, by question and number',
    tag: 'sampling',
    access: lead,
    params: projectParams,
    query: pagingQuery.extend(sampleFilterSchema.shape),
    status: 200,
    answer: pageOf(sampleSchema),
  },
  replaySample: {
    method: 'GET',
    path: '/api/projects/:projectId/samples/:sampleId/replay',
    summary: 'Every step of a sample, rebuilt from the log and the stored pages',
    tag: 'sampling',
    access: lead,
    params: projectParams.extend({ sampleId: idSchema }),
    query: z.object({
      draw: z.coerce.number().int().min(1).optional().describe('Left out: the present one.'),
    }),
    status: 200,
    answer: sampleReplaySchema,
    errors: ['wrong_state'],
  },
});
