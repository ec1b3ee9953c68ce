import { z } from 'zod';
import { browserViewSchema } from '../browser/index.ts';
import { criterionIds } from '../comparisons/index.ts';
import { modelJobKindSchema } from '../queues/index.ts';
import { idSchema, nameSchema, projectParams, sha256Schema, textSchema, timeSchema } from './common.ts';
import { episodeSchema, maxAnswerCharacters } from './episodes.ts';
import { endpointSettingsSchema, rankerManifestSchema, rankerSettingsSchema } from './policies.ts';
import { sampledSchema } from './recordings.ts';
import { answerOriginSchema } from './answers.ts';
import { mostRankedAnswers, rewardManifestSchema, rewardSettingsSchema } from './rewards.ts';
import { defineRoutes } from './route.ts';
import { samplerSchema, sampleStateSchema } from './sampling.ts';

/** What a worker is, as it says itself. */
export const workerDescriptionSchema = z.object({
  name: nameSchema,
  kinds: z
    .array(z.object({ kind: modelJobKindSchema, concurrency: z.number().int().min(1).max(1024) }))
    .describe('What it takes from the queue, and how many at once.'),
  version: z.string().max(100).describe('Of its program.'),
  device: z
    .string()
    .max(200)
    .describe('What its models run on: `cpu`, or a provider of onnxruntime and its device.'),
  models: z
    .array(z.object({ name: z.string().max(200), sha256: sha256Schema }))
    .max(50)
    .describe('Model files it has loaded.'),
  endpoints: z
    .array(z.string().max(50))
    .max(100)
    .describe('Names of the endpoints that its environment has.'),
  encoders: z
    .array(z.string().max(60))
    .max(20)
    .default([])
    .describe('Names of the encoder folders that its environment has, beside the one that npm ships.'),
  startedAt: timeSchema,
});
export type WorkerDescription = z.infer<typeof workerDescriptionSchema>;

export const workerSchema = workerDescriptionSchema
  .extend({
    id: idSchema,
    lastSeenAt: timeSchema,
    isOnline: z.boolean().describe('Seen in the last minute, and it has not said that it ends.'),
    jobs: z
      .array(z.object({ id: idSchema, kind: modelJobKindSchema }))
      .describe('In hand; where a project asks, of that project.'),
  })
  .meta({ id: 'Worker' });
export type Worker = z.infer<typeof workerSchema>;

const attemptParams = z.object({ jobId: idSchema, attempt: z.coerce.number().int().min(1) });
/** Given when an attempt starts; writes of an attempt that was superseded are refused. */
const attemptTokenSchema = z.string().min(1).max(200);

/** A demonstration as policies learn from it. */
export const trainingDemonstrationSchema = z.object({
  episodeId: idSchema,
  questionId: idSchema,
  revision: z.number().int(),
  question: z.string(),
  steps: z
    .array(
      z.object({
        view: browserViewSchema,
        observation: z.string(),
        command: z.string().describe('What was done there; a run of scrolls is one command.'),
        isValid: z.boolean(),
      }),
    )
    .describe('Each with what was shown before its command.'),
  answer: z.string(),
});
export type TrainingDemonstration = z.infer<typeof trainingDemonstrationSchema>;

/** The policy version that a job samples from. */
export const samplingPolicySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ranker'),
    id: idSchema,
    name: z.string(),
    version: z.number().int(),
    settings: rankerSettingsSchema,
    manifest: rankerManifestSchema,
  }),
  z.object({
    kind: z.literal('endpoint'),
    id: idSchema,
    name: z.string(),
    version: z.number().int(),
    settings: endpointSettingsSchema,
  }),
]);
export type SamplingPolicy = z.infer<typeof samplingPolicySchema>;

export const samplingJobSchema = z.object({
  question: z.object({ id: idSchema, fullText: z.string() }),
  policy: samplingPolicySchema,
  temperature: z.number(),
  samples: z.array(z.object({ number: z.number().int(), state: sampleStateSchema, draw: z.number().int() })),
});
export type SamplingJob = z.infer<typeof samplingJobSchema>;

/** What a training job hands in as its result; its model file is uploaded before. */
export const trainingResultSchema = z.object({ manifest: rankerManifestSchema });
export const rewardResultSchema = z.object({ manifest: rewardManifestSchema });

const sampleParams = z.object({ jobId: idSchema, number: z.coerce.number().int().min(1).max(100_000) });

export const workerRoutes = defineRoutes({
  listWorkers: {
    method: 'GET',
    path: '/api/workers',
    summary: 'Model workers and when they were last seen',
    tag: 'workers',
    access: 'admin',
    status: 200,
    answer: z.array(workerSchema),
  },
  listProjectWorkers: {
    method: 'GET',
    path: '/api/projects/:projectId/workers',
    summary:
      'Model workers that take jobs of this project, the last seen first; those unseen for a day are left out',
    tag: 'workers',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.array(workerSchema),
  },
  reportWorker: {
    method: 'PUT',
    path: '/api/workers/:workerId',
    summary: 'A worker says what it is, at its start and every few seconds',
    tag: 'workers',
    access: 'worker',
    params: z.object({ workerId: idSchema }),
    body: workerDescriptionSchema.extend({
      isEnding: z.boolean().default(false).describe('It takes no more jobs.'),
    }),
    status: 204,
    answer: null,
  },
  startAttempt: {
    method: 'POST',
    path: '/api/model-jobs/:jobId/attempts/:attempt',
    summary:
      'Begin an attempt at a job that the queue delivered; a later begin of the same attempt supersedes it',
    tag: 'workers',
    access: 'worker',
    params: attemptParams,
    body: z.object({ workerId: idSchema }),
    status: 200,
    answer: z.object({
      kind: modelJobKindSchema,
      projectId: idSchema,
      input: z.record(z.string(), z.json()),
      attemptToken: attemptTokenSchema,
    }),
    errors: ['conflict', 'wrong_state'],
  },
  reportProgress: {
    method: 'PUT',
    path: '/api/model-jobs/:jobId/attempts/:attempt/progress',
    summary: 'Report progress of an attempt',
    tag: 'workers',
    access: 'worker',
    params: attemptParams,
    body: z.object({
      attemptToken: attemptTokenSchema,
      done: z.number().int().min(0),
      total: z.number().int().min(0).nullable(),
    }),
    status: 204,
    answer: null,
    errors: ['conflict'],
  },
  completeAttempt: {
    method: 'PUT',
    path: '/api/model-jobs/:jobId/attempts/:attempt/result',
    summary:
      'Hand in the result; handing in the same one twice is the same as once; one that cannot be used fails the job',
    tag: 'workers',
    access: 'worker',
    params: attemptParams,
    body: z.object({ attemptToken: attemptTokenSchema, result: z.record(z.string(), z.json()) }),
    status: 204,
    answer: null,
    errors: ['conflict', 'wrong_state'],
  },
  failAttempt: {
    method: 'PUT',
    path: '/api/model-jobs/:jobId/attempts/:attempt/failure',
    summary: 'Report that an attempt failed; the queue decides whether there is another',
    tag: 'workers',
    access: 'worker',
    params: attemptParams,
    body: z.object({
      attemptToken: attemptTokenSchema,
      reason: z.string().max(2000).describe('For a lead to act on.'),
      isFinal: z.boolean().describe('True: trying again would not help.'),
    }),
    status: 204,
    answer: null,
    errors: ['conflict'],
  },
});

/** What workers need to train a policy. */
export const trainingJobRoutes = defineRoutes({
  listTrainingDemonstrations: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/demonstrations',
    summary: 'The demonstrations that a training job learns from, fixed when it was made, a few at a time',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    query: z.object({
      cursor: z.string().max(500).optional(),
      limit: z.coerce.number().int().min(1).max(50).default(10),
    }),
    status: 200,
    answer: z.object({
      items: z.array(trainingDemonstrationSchema),
      nextCursor: z.string().nullable(),
      total: z.number().int(),
    }),
    errors: ['wrong_state'],
  },
  uploadModel: {
    method: 'PUT',
    path: '/api/model-jobs/:jobId/attempts/:attempt/model',
    summary: 'Hand in the file of a trained model, before the result that names it',
    tag: 'workers',
    access: 'worker',
    params: attemptParams,
    query: z.object({ attemptToken: attemptTokenSchema }),
    body: 'binary',
    status: 200,
    answer: z.object({ sha256: sha256Schema, size: z.number().int() }),
    errors: ['conflict', 'wrong_state'],
  },
});

/** What workers need to sample, beside the routes of episodes. */
export const samplingJobRoutes = defineRoutes({
  getSamplingJob: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/sampling',
    summary: 'What a sampling job is to do, and how far it is',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    status: 200,
    answer: samplingJobSchema,
    errors: ['wrong_state'],
  },
  downloadSamplingModel: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/model',
    summary: 'The model file of the policy version that a sampling job samples from',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    status: 200,
    answer: 'binary',
    errors: ['wrong_state'],
  },
  beginSample: {
    method: 'POST',
    path: '/api/model-jobs/:jobId/samples/:number/episode',
    summary: 'Begin the next draw of a sample, or go on with the one under way; again gives the same',
    tag: 'workers',
    access: 'worker',
    params: sampleParams,
    body: z.object({ attemptToken: attemptTokenSchema, sampler: samplerSchema }),
    status: 200,
    answer: z.object({
      state: sampleStateSchema,
      draw: z.number().int(),
      seed: z.string(),
      episode: episodeSchema.nullable().describe('Null: the sample is done.'),
    }),
    errors: ['conflict', 'wrong_state'],
  },
  submitSample: {
    method: 'PUT',
    path: '/api/model-jobs/:jobId/samples/:number/answer',
    summary: 'Submit the answer of a draw; the same again is answered the same',
    tag: 'workers',
    access: 'worker',
    params: sampleParams,
    body: z.object({
      attemptToken: attemptTokenSchema,
      episodeId: idSchema,
      text: textSchema.max(maxAnswerCharacters).refine((text) => text.trim() !== '', 'must not be empty'),
      sampled: sampledSchema,
    }),
    status: 200,
    answer: z.object({
      state: sampleStateSchema.describe(
        '`waiting`: its answer was there already, and it is to be drawn again.',
      ),
      isDuplicate: z.boolean(),
    }),
    errors: ['conflict', 'wrong_state'],
  },
});

/** An answer as a reward model reads it. */
export const rewardAnswerSchema = z.object({
  answerId: idSchema,
  questionId: idSchema,
  question: z.string(),
  quotes: z.array(z.object({ title: z.string(), extract: z.string() })),
  answer: z.string(),
  origin: answerOriginSchema,
  isHeldOut: z.boolean().describe('Its question is; false where a job only scores.'),
  isZero: z.boolean().describe('An accepted demonstration, whose mean score is 0.'),
});
export type RewardAnswer = z.infer<typeof rewardAnswerSchema>;

/** A pair with its ratings, as a reward model learns from it. */
export const rewardJobPairSchema = z.object({
  pairId: idSchema,
  questionId: idSchema,
  firstAnswerId: idSchema,
  secondAnswerId: idSchema,
  isHeldOut: z.boolean(),
  ratings: z
    .array(
      z.object({
        comparisonId: idSchema,
        revision: z.number().int(),
        source: z.string().describe('`people`, `simulated`, or the name of an import.'),
        values: z
          .partialRecord(z.enum(criterionIds), z.number().min(-1).max(1))
          .describe('By criterion; positive: the first is better.'),
      }),
    )
    .describe('By `comparisonId`.'),
});
export type RewardJobPair = z.infer<typeof rewardJobPairSchema>;

/** A version of the reward model as jobs name it. */
const rewardJobModelSchema = z.object({
  modelId: idSchema,
  version: z.number().int(),
  manifest: rewardManifestSchema,
});

/** What workers need to train reward models and to score with them. */
export const rewardJobRoutes = defineRoutes({
  getRewardJob: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/reward',
    summary: 'What a job of the reward model is to do',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    status: 200,
    answer: z.object({
      settings: rewardSettingsSchema.nullable().describe('Of a training; null where it scores.'),
      model: rewardJobModelSchema
        .nullable()
        .describe('That scores; of a training, the version before, or null.'),
      answers: z.number().int(),
      pairs: z.number().int(),
    }),
    errors: ['wrong_state'],
  },
  listRewardAnswers: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/reward-answers',
    summary: 'The answers that a job learns from, fixed when it was made, or scores and has not yet; by id',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    query: z.object({
      cursor: z.string().max(500).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    status: 200,
    answer: z.object({ items: z.array(rewardAnswerSchema), nextCursor: z.string().nullable() }),
    errors: ['wrong_state'],
  },
  listRewardJobPairs: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/reward-pairs',
    summary: 'The pairs that a training learns from and is tested on, fixed when it was made; by id',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    query: z.object({
      cursor: z.string().max(500).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(500),
    }),
    status: 200,
    answer: z.object({ items: z.array(rewardJobPairSchema), nextCursor: z.string().nullable() }),
    errors: ['wrong_state'],
  },
  downloadJobRewardModel: {
    method: 'GET',
    path: '/api/model-jobs/:jobId/reward-model',
    summary: 'The file of the model that a job scores with, or that a training compares itself with',
    tag: 'workers',
    access: 'worker',
    params: z.object({ jobId: idSchema }),
    status: 200,
    answer: 'binary',
    errors: ['wrong_state'],
  },
  storeScores: {
    method: 'PUT',
    path: '/api/model-jobs/:jobId/attempts/:attempt/scores',
    summary: 'Hand in scores of answers; the same again is the same as once',
    tag: 'workers',
    access: 'worker',
    params: attemptParams,
    body: z.object({
      attemptToken: attemptTokenSchema,
      scores: z
        .array(
          z.object({
            answerId: idSchema,
            score: z.number(),
            uncertainty: z.number().min(0),
            halves: z.tuple([z.number(), z.number()]).nullable(),
          }),
        )
        .min(1)
        .max(500),
    }),
    status: 204,
    answer: null,
    errors: ['conflict', 'wrong_state'],
  },
});

/** The input of a `score` job, beside the version it names, and its result. */
export const scoreJobInputSchema = z.object({
  modelId: idSchema,
  question: z.string(),
  answers: z
    .array(
      z.object({ quotes: z.array(z.object({ title: z.string(), extract: z.string() })), answer: z.string() }),
    )
    .min(1)
    .max(mostRankedAnswers),
});
export const scoreJobResultSchema = z.object({
  scores: z.array(z.object({ score: z.number(), uncertainty: z.number().min(0) })),
});
