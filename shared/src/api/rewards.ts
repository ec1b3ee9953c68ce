import { z } from 'zod';
import { criterionIds } from '../comparisons/index.ts';
import { answerOriginSchema } from './answers.ts';
import {
  idSchema,
  nameSchema,
  pageOf,
  pagingQuery,
  projectParams,
  sha256Schema,
  textSchema,
  timeSchema,
} from './common.ts';
import { jobSchema } from './jobs.ts';
import { shareSchema } from './policies.ts';
import { defineRoutes } from './route.ts';

/** How a reward model is trained. */
export const rewardSettingsSchema = z
  .object({
    seed: z.number().int().min(0).max(0xffff_ffff).default(1),
    encoder: nameSchema
      .max(60)
      .default('universal-sentence-encoder-lite')
      .describe(
        "The encoder of texts: the one that npm ships, or the name of a folder in a worker's environment (ROOKERY_ENCODER_<NAME>).",
      ),
    members: z
      .number()
      .int()
      .min(1)
      .max(32)
      .default(8)
      .describe('Heads of the ensemble: how far they differ is the uncertainty of a score.'),
    regularisation: z
      .number()
      .positive()
      .max(1000)
      .default(1)
      .describe('How strongly weights are held to 0, in multiples of the usual.'),
    muchBetter: z
      .enum(['collapsed', 'graded'])
      .default('collapsed')
      .describe('`collapsed`: "much better" is better, as in WebGPT; `graded`: 1 against 0.75.'),
    imported: z.boolean().default(true).describe('Learn from imported comparisons too.'),
    simulated: z
      .boolean()
      .default(false)
      .describe("Learn from simulated raters' comparisons too; only in projects that allow simulation."),
    heldOutPercent: z
      .number()
      .int()
      .min(5)
      .max(50)
      .default(25)
      .describe('Share of questions that are held out for good when they are first learnt from.'),
  })
  .meta({ id: 'RewardSettings' });
export type RewardSettings = z.output<typeof rewardSettingsSchema>;

/** A figure with its 95 % interval, by resampling whole questions; without an interval where there are too few. */
export const estimateSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** How good the scores of a reward model are on comparisons. Accuracy leaves ties out; they count in the log loss. */
export const rewardEvaluationSchema = z
  .object({
    questions: z.number().int(),
    pairs: z.number().int().describe('Each with the mean of its ratings as its label.'),
    ties: z.number().int().describe('Of the pairs: whose label is exactly one half.'),
    accuracy: shareSchema,
    logLoss: estimateSchema.describe('Mean cross-entropy with the labels, in nats; a coin has ln 2 = 0.693.'),
    calibration: z.object({
      error: estimateSchema.describe(
        'Root mean square distance of predicted from observed preference over the bins, weighted by their pairs, less what chance adds to it.',
      ),
      bins: z.array(
        z.object({
          predicted: z.number().describe('Mean probability that the one the model prefers is preferred.'),
          observed: z.number().describe('How often it was; a tie counts half.'),
          pairs: z.number().int(),
        }),
      ),
    }),
    lengthCorrelation: estimateSchema
      .nullable()
      .describe(
        'Pearson correlation of score and number of words over answers; null where one does not vary.',
      ),
    baselines: z
      .object({ longer: shareSchema, first: shareSchema, cosine: shareSchema })
      .describe('What rules of thumb get right on the same pairs: longer, first, nearer to the question.'),
    human: shareSchema
      .nullable()
      .describe(
        'How often two raters of one pair agree, ties left out: about what is possible. Null where no pair has two ratings.',
      ),
    bySource: z
      .array(z.object({ source: z.string(), pairs: z.number().int(), accuracy: shareSchema }))
      .describe('By the ratings of each source alone: a pair counts once in every source that rated it.'),
    byCriterion: z.array(
      z.object({ criterion: z.enum(criterionIds), pairs: z.number().int(), accuracy: shareSchema }),
    ),
  })
  .meta({ id: 'RewardEvaluation' });
export type RewardEvaluation = z.infer<typeof rewardEvaluationSchema>;

const encoderSchema = z.object({
  name: z.string(),
  version: z.string(),
  sha256: sha256Schema,
  dimensions: z.number().int(),
});

/** What is written beside a trained reward model: where it comes from and how good it is. */
export const rewardManifestSchema = z
  .object({
    kind: z.literal('reward'),
    format: z.literal(1),
    model: z.object({ sha256: sha256Schema, size: z.number().int() }).describe('The ONNX file.'),
    encoder: encoderSchema,
    features: z.object({ version: z.string(), names: z.array(z.string()) }),
    head: z.object({
      inputs: z.number().int().describe('Numbers that go in for an answer.'),
      members: z.number().int(),
    }),
    snapshot: z.object({
      comparisons: z.number().int(),
      pairs: z.number().int(),
      ties: z.number().int(),
      questions: z.number().int(),
      answers: z.number().int(),
      bySource: z.array(z.object({ source: z.string(), comparisons: z.number().int() })),
      sha256: sha256Schema.describe('Of what was read: answers, pairs and ratings, in order.'),
    }),
    settings: rewardSettingsSchema,
    code: z.object({ rookery: z.string(), node: z.string(), onnxruntime: z.string() }),
    device: z.string(),
    deviceFallback: z.string().nullable().describe('Why it is not the device that was asked for.'),
    temperature: z
      .number()
      .describe(
        'What scores were divided by, so that differences are calibrated; fitted on training questions.',
      ),
    zero: z
      .object({
        of: z.enum(['demonstrations', 'training-answers']),
        answers: z.number().int(),
      })
      .describe('Whose mean score is 0.'),
    training: z.object({
      questions: z.number().int(),
      pairs: z.number().int(),
      accuracy: shareSchema,
      logLoss: z.number(),
    }),
    heldOut: rewardEvaluationSchema,
    learningCurve: z
      .array(
        z.object({
          share: z.number().describe('Of the training questions.'),
          questions: z.number().int(),
          pairs: z.number().int(),
          accuracy: shareSchema,
          logLoss: estimateSchema,
        }),
      )
      .describe('Trained on parts of the questions, tested on the same held-out ones.'),
    halves: z
      .object({ first: z.number().int(), second: z.number().int() })
      .nullable()
      .describe(
        'Questions of the two models that each learnt from half of them, so that one can judge what the other chooses. Null where they were too few.',
      ),
    previous: z
      .object({
        modelId: idSchema,
        version: z.number().int(),
        accuracy: shareSchema,
        difference: estimateSchema.describe('Accuracy of this one minus that one, pair by pair.'),
      })
      .nullable()
      .describe('The version before, on the same held-out pairs.'),
    seconds: z.object({ reading: z.number(), encoding: z.number(), training: z.number() }),
  })
  .meta({ id: 'RewardManifest' });
export type RewardManifest = z.infer<typeof rewardManifestSchema>;

/** A version of the project's reward model. The newest one is in use. */
export const rewardModelSchema = z
  .object({
    id: idSchema,
    version: z.number().int().describe('Counts from 1 within the project.'),
    isCurrent: z.boolean().describe('The newest: what is used where no version is named.'),
    settings: rewardSettingsSchema,
    note: z.string(),
    model: z.object({ sha256: sha256Schema, size: z.number().int() }),
    snapshot: rewardManifestSchema.shape.snapshot,
    zero: rewardManifestSchema.shape.zero,
    heldOut: z.object({
      questions: z.number().int(),
      pairs: z.number().int(),
      accuracy: shareSchema,
      logLoss: estimateSchema,
      calibrationError: estimateSchema,
      lengthCorrelation: estimateSchema.nullable(),
      baselines: rewardEvaluationSchema.shape.baselines,
      human: shareSchema.nullable(),
    }),
    previous: rewardManifestSchema.shape.previous,
    scored: z.number().int().describe('Answers that have a score by it.'),
    round: z.object({ id: idSchema, number: z.number().int() }).nullable(),
    jobId: idSchema.describe('That trained it.'),
    createdBy: z.string().nullable().describe("The lead's name."),
    createdAt: timeSchema,
  })
  .meta({ id: 'RewardModel' });
export type RewardModel = z.infer<typeof rewardModelSchema>;

/** What training would learn from now. */
export const rewardPreviewSchema = z.object({
  comparisons: z.number().int(),
  pairs: z.number().int(),
  ties: z.number().int().describe('Of the pairs: whose ratings cancel out.'),
  questions: z.number().int(),
  heldOutQuestions: z.number().int().describe('Of the questions.'),
  bySource: z.array(z.object({ source: z.string(), comparisons: z.number().int() })),
  leftOut: z.object({
    imported: z.number().int().describe('Comparisons, by the choice.'),
    simulated: z.number().int(),
  }),
  problem: z.string().nullable().describe('Why training would be refused, and what to do.'),
});
export type RewardPreview = z.infer<typeof rewardPreviewSchema>;

/** A pair as a version learnt from it, or was tested on it. */
export const rewardPairSchema = z.object({
  pairId: idSchema,
  question: z.object({ id: idSchema, fullText: z.string() }),
  first: z.object({ answerId: idSchema, source: z.string(), text: z.string().describe('Its beginning.') }),
  second: z.object({ answerId: idSchema, source: z.string(), text: z.string() }),
  source: z.string().describe('`people`, `simulated`, or the name of an import.'),
  comparisons: z.array(z.object({ id: idSchema, revision: z.number().int(), overall: z.number() })),
  label: z.number().describe('1: the first was preferred, 0: the second; a tie is one half.'),
  isHeldOut: z.boolean(),
  predicted: z
    .number()
    .nullable()
    .describe('Probability that the first is preferred; null: not scored by this version.'),
});
export type RewardPair = z.infer<typeof rewardPairSchema>;

const scoreSchema = z.object({
  score: z
    .number()
    .describe('Above 0 is better than the mean that the zero stands for; a difference is a logit.'),
  uncertainty: z.number().describe("Standard deviation over the ensemble's members."),
});

export const scoredAnswerSchema = scoreSchema.extend({
  answerId: idSchema,
  question: z.object({ id: idSchema, fullText: z.string() }),
  origin: answerOriginSchema,
  source: z.string(),
  text: z.string().describe('Its beginning.'),
  words: z.number().int(),
  standardised: z
    .number()
    .nullable()
    .describe(
      'Over all samples: their mean subtracted, divided by their standard deviation. Not on the scale of `score`.',
    ),
  sampleId: idSchema.nullable(),
  episodeId: idSchema.nullable(),
});
export type ScoredAnswer = z.infer<typeof scoredAnswerSchema>;

/** The curve of best-of-n over samples: the unbiased estimate from all N ≥ n samples of each question. */
export const bestOfSchema = z.object({
  questions: z.number().int().describe('With at least two scored samples.'),
  samples: z.number().int(),
  waiting: z.number().int().describe('Samples with an answer that are not scored by this version.'),
  zero: rewardManifestSchema.shape.zero,
  mean: z.number().nullable().describe('Of the scores of all these samples.'),
  deviation: z.number().nullable().describe('Their standard deviation: what standardised charts divide by.'),
  points: z.array(
    z.object({
      n: z.number().int(),
      questions: z.number().int().describe('With at least n samples.'),
      score: estimateSchema.describe('By the model that chooses.'),
      chosen: estimateSchema.nullable().describe('By the half that chose; mean over both ways round.'),
      judged: estimateSchema
        .nullable()
        .describe('By the other half, which learnt from the other questions: what is left of the gain.'),
      citing: estimateSchema
        .nullable()
        .describe('How often the best one cites one of the reference pages, where its question has some.'),
    }),
  ),
});
export type BestOf = z.infer<typeof bestOfSchema>;

/** Most answers of one request. */
export const mostRankedAnswers = 64;

/** An answer to be scored: what a model reads. */
export const rewardInputSchema = z.object({
  quotes: z.array(z.object({ title: textSchema.max(2000), extract: textSchema.max(50_000) })).max(200),
  answer: textSchema.max(50_000).refine((text) => text.trim() !== '', 'must not be empty'),
});
const questionTextSchema = textSchema.max(20_000).refine((text) => text.trim() !== '', 'must not be empty');
const scoredBySchema = z.object({ id: idSchema, version: z.number().int() });
const waitSchema = z
  .number()
  .int()
  .min(1)
  .max(120)
  .default(30)
  .describe('Seconds to wait for a model worker before the answer is `unavailable`.');

const modelParams = projectParams.extend({ modelId: idSchema });
/** A version by its id, or the one in use. */
const namedModelParams = projectParams.extend({ modelId: z.union([idSchema, z.literal('current')]) });
const lead = { project: ['lead'] } as const;

export const rewardRoutes = defineRoutes({
  listRewardModels: {
    method: 'GET',
    path: '/api/projects/:projectId/reward-models',
    summary: 'Versions of the reward model, newest first',
    tag: 'rewards',
    access: lead,
    params: projectParams,
    query: pagingQuery,
    status: 200,
    answer: pageOf(rewardModelSchema),
  },
  getRewardModel: {
    method: 'GET',
    path: '/api/projects/:projectId/reward-models/:modelId',
    summary: 'A version of the reward model with its manifest',
    tag: 'rewards',
    access: lead,
    params: modelParams,
    status: 200,
    answer: rewardModelSchema.extend({ manifest: rewardManifestSchema }),
  },
  downloadRewardModel: {
    method: 'GET',
    path: '/api/projects/:projectId/reward-models/:modelId/model',
    summary: 'The model file; its SHA-256 is in the ETag',
    tag: 'rewards',
    access: lead,
    params: modelParams,
    status: 200,
    answer: 'binary',
    errors: ['wrong_state'],
  },
  previewRewardTraining: {
    method: 'POST',
    path: '/api/projects/:projectId/reward-models/preview',
    summary: 'What training would learn from now; changes nothing',
    tag: 'rewards',
    access: lead,
    params: projectParams,
    body: rewardSettingsSchema,
    status: 200,
    answer: rewardPreviewSchema,
  },
  trainRewardModel: {
    method: 'POST',
    path: '/api/projects/:projectId/reward-models',
    summary: 'Train the next version on all comparisons so far, as a job for model workers',
    tag: 'rewards',
    access: lead,
    params: projectParams,
    body: z.object({ note: textSchema.max(500).default(''), settings: rewardSettingsSchema.prefault({}) }),
    status: 202,
    answer: jobSchema,
    errors: ['wrong_state'],
  },
  listRewardPairs: {
    method: 'GET',
    path: '/api/projects/:projectId/reward-models/:modelId/pairs',
    summary: 'The pairs that a version learnt from or was tested on, as they were then',
    tag: 'rewards',
    access: lead,
    params: modelParams,
    query: pagingQuery.extend({
      heldOut: z.enum(['yes', 'no']).optional(),
      sort: z
        .enum(['disagreement', 'pair'])
        .default('disagreement')
        .describe('`disagreement`: where model and people differ most comes first.'),
    }),
    status: 200,
    answer: pageOf(rewardPairSchema),
  },
  scoreAnswers: {
    method: 'POST',
    path: '/api/projects/:projectId/reward-models/:modelId/scores',
    summary: 'Score answers of the project that this version has not scored yet, as a job for model workers',
    tag: 'rewards',
    access: lead,
    params: modelParams,
    body: z.object({
      planId: idSchema.nullable().default(null).describe('Only samples of this plan; null: all answers.'),
    }),
    status: 202,
    answer: jobSchema,
    errors: ['wrong_state'],
  },
  listScoredAnswers: {
    method: 'GET',
    path: '/api/projects/:projectId/reward-models/:modelId/answers',
    summary: 'Answers by their score',
    tag: 'rewards',
    access: lead,
    params: modelParams,
    query: pagingQuery.extend({
      order: z.enum(['best', 'worst']).default('best'),
      origin: answerOriginSchema.optional(),
      planId: idSchema.optional().describe('Only samples of this plan.'),
      questionId: idSchema.optional(),
    }),
    status: 200,
    answer: pageOf(scoredAnswerSchema).extend({
      waiting: z
        .number()
        .int()
        .describe(
          'Answers that this version has not scored yet: of the plan, where one is named, else of all.',
        ),
    }),
  },
  getBestOf: {
    method: 'GET',
    path: '/api/projects/:projectId/reward-models/:modelId/best-of-n',
    summary: 'What the best of n samples is worth, over n',
    tag: 'rewards',
    access: lead,
    params: modelParams,
    query: z.object({
      planId: idSchema.optional().describe('Only samples of this plan.'),
      versionId: idSchema.optional().describe('Only samples of this policy version.'),
    }),
    status: 200,
    answer: bestOfSchema,
  },
  scoreAnswer: {
    method: 'POST',
    path: '/api/projects/:projectId/reward-models/:modelId/score',
    summary: 'Score one answer; the request waits for a model worker',
    tag: 'rewards',
    access: lead,
    params: namedModelParams,
    body: rewardInputSchema.extend({ question: questionTextSchema, wait: waitSchema }),
    status: 200,
    answer: scoreSchema.extend({ model: scoredBySchema }),
    errors: ['wrong_state', 'unavailable'],
  },
  rankAnswers: {
    method: 'POST',
    path: '/api/projects/:projectId/reward-models/:modelId/ranking',
    summary: 'Rank answers to one question, best first; the request waits for a model worker',
    tag: 'rewards',
    access: lead,
    params: namedModelParams,
    body: z.object({
      question: questionTextSchema,
      answers: z.array(rewardInputSchema).min(1).max(mostRankedAnswers),
      wait: waitSchema,
    }),
    status: 200,
    answer: z.object({
      model: scoredBySchema,
      ranking: z.array(scoreSchema.extend({ index: z.number().int().describe('In `answers`, from 0.') })),
    }),
    errors: ['wrong_state', 'unavailable'],
  },
  listArtifacts: {
    method: 'GET',
    path: '/api/artifacts',
    summary: 'Trained models of all projects, with their hashes and whether the files are what was trained',
    tag: 'rewards',
    access: 'admin',
    query: pagingQuery,
    status: 200,
    answer: pageOf(
      z.object({
        id: idSchema,
        kind: z.enum(['ranker', 'reward']),
        project: z.object({ id: idSchema, name: z.string() }),
        name: z.string(),
        sha256: sha256Schema,
        size: z.number().int(),
        isIntact: z.boolean().describe('The file is there and has this SHA-256.'),
        snapshot: sha256Schema.describe('Of the data that it was trained on.'),
        code: z.string().describe('Version of Rookery that trained it.'),
        manifest: z.record(z.string(), z.json()),
        createdAt: timeSchema,
      }),
    ),
  },
});
