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
import { formNameSchema, maxOverlap, pairRuleSchema } from './pairs.ts';
import { shareSchema } from './policies.ts';
import { rewardSettingsSchema } from './rewards.ts';
import { defineRoutes } from './route.ts';
import { samplingOptionsSchema } from './sampling.ts';

/**
 * Where a round is; facts move it on, in this order:
 * - `sampling`: its sampling plan runs.
 * - `scoring`: the reward model it starts from scores the samples; passed over where there is none.
 * - `pairing`: pairs are chosen by its rule.
 * - `comparing`: its comparisons come in, until there are as many as were budgeted, or the lead has it train earlier.
 * - `training`: the next reward model learns from all comparisons so far.
 * - `rescoring`: the new reward model scores the samples.
 * - `ready`: nothing is left to do; its lead closes it.
 * - `closed`, or `cancelled` before that.
 */
export const roundStates = [
  'sampling',
  'scoring',
  'pairing',
  'comparing',
  'training',
  'rescoring',
  'ready',
  'closed',
  'cancelled',
] as const;
export const roundStateSchema = z.enum(roundStates);
export type RoundState = z.infer<typeof roundStateSchema>;

export const pairSelectionSchema = z.object({
  rule: pairRuleSchema.default('random'),
  randomPercent: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(25)
    .describe(
      'Share of the pairs that are drawn at random, whatever the rule: they keep the figures unbiased.',
    ),
});
export type PairSelection = z.output<typeof pairSelectionSchema>;

export const roundOptionsSchema = z
  .object({
    sampling: samplingOptionsSchema.omit({ pairing: true }),
    selection: pairSelectionSchema.prefault({}),
    form: formNameSchema.default('webgpt-five'),
    comparisons: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .describe('Budget: as many pairs are chosen as this allows at the overlap.'),
    overlap: z
      .number()
      .int()
      .min(1)
      .max(maxOverlap)
      .nullable()
      .default(null)
      .describe("Raters of each pair; null: what the project's settings say."),
    training: rewardSettingsSchema.prefault({}),
    trainsByItself: z
      .boolean()
      .default(true)
      .describe('Training begins when the budget is used up; else the lead begins it.'),
    seed: textSchema.max(100).default('').describe('Of the choice of pairs; empty: a new one.'),
  })
  .meta({ id: 'RoundOptions' });
export type RoundOptions = z.output<typeof roundOptionsSchema>;

const modelNameSchema = z.object({ id: idSchema, version: z.number().int() });

export const roundSchema = z
  .object({
    id: idSchema,
    number: z.number().int().describe('Counts from 1 within the project.'),
    name: z.string(),
    state: roundStateSchema,
    options: roundOptionsSchema,
    problem: z
      .object({ message: z.string(), jobId: idSchema.nullable().describe('To try again.') })
      .nullable()
      .describe('Why it does not move on, and what to do.'),
    startsFrom: modelNameSchema
      .nullable()
      .describe('The reward model that chose its pairs; null in the first.'),
    plan: z.object({ id: idSchema, name: z.string() }),
    policies: z.array(z.object({ id: idSchema, source: z.string() })),
    samples: z.object({ wanted: z.number().int(), done: z.number().int(), answered: z.number().int() }),
    pairingId: idSchema.nullable(),
    pairs: z.object({
      chosen: z.number().int(),
      byRule: z.array(z.object({ rule: pairRuleSchema, pairs: z.number().int() })),
    }),
    comparisons: z.object({
      wanted: z.number().int().describe('Places of its pairs; 0 before they are chosen.'),
      submitted: z.number().int(),
      inProgress: z.number().int(),
    }),
    jobs: z.object({
      scoring: idSchema.nullable(),
      pairing: idSchema.nullable(),
      training: idSchema.nullable(),
      rescoring: idSchema.nullable(),
    }),
    model: modelNameSchema
      .extend({
        accuracy: shareSchema,
        previous: shareSchema.nullable().describe('The version before, on the same pairs.'),
      })
      .nullable()
      .describe('That came of it.'),
    createdBy: z.string().nullable().describe("The lead's name."),
    createdAt: timeSchema,
    closedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Round' });
export type Round = z.infer<typeof roundSchema>;

export const roundEventSchema = z.object({
  at: timeSchema,
  kind: z.string().describe('What happened, e.g. `round.moved`.'),
  from: roundStateSchema.nullable(),
  to: roundStateSchema.nullable(),
  fact: z.string().nullable().describe('What moved it.'),
  by: z.string().nullable().describe("A lead's name; null: it moved by itself."),
});
export type RoundEvent = z.infer<typeof roundEventSchema>;

const whyAnswerSchema = z.object({
  answerId: idSchema,
  source: z.string(),
  score: z.number().nullable().describe('By the model that chose; null: it was not asked.'),
  sample: z
    .object({
      id: idSchema,
      episodeId: idSchema,
      plan: z.object({ id: idSchema, name: z.string() }),
      policyVersionId: idSchema,
    })
    .nullable(),
});

/** Where a pair comes from and what it was used for. */
export const pairLineageSchema = z
  .object({
    pairId: idSchema,
    reason: z.string().describe('Why it was shown, in a sentence.'),
    rule: pairRuleSchema.nullable().describe('Null: not chosen in a round.'),
    probability: z.number().nullable(),
    pairing: z.object({ id: idSchema, method: z.string(), seed: z.string(), createdAt: timeSchema }),
    round: z.object({ id: idSchema, number: z.number().int(), name: z.string() }).nullable(),
    chosenBy: modelNameSchema.nullable().describe('The reward model whose scores were used.'),
    first: whyAnswerSchema,
    second: whyAnswerSchema,
    learntBy: z
      .array(modelNameSchema.extend({ isHeldOut: z.boolean().describe('It was tested on it instead.') }))
      .describe('Reward models, the oldest first.'),
  })
  .meta({ id: 'PairLineage' });
export type PairLineage = z.infer<typeof pairLineageSchema>;

const roundParams = projectParams.extend({ roundId: idSchema });
const lead = { project: ['lead'] } as const;

export const roundRoutes = defineRoutes({
  openRound: {
    method: 'POST',
    path: '/api/projects/:projectId/rounds',
    summary: 'Open a round: it begins to sample at once',
    tag: 'rounds',
    access: lead,
    params: projectParams,
    body: roundOptionsSchema.extend({
      name: nameSchema.optional().describe('Left out: "Round" and its number.'),
    }),
    status: 201,
    answer: roundSchema,
    errors: ['wrong_state', 'conflict'],
  },
  listRounds: {
    method: 'GET',
    path: '/api/projects/:projectId/rounds',
    summary: 'Rounds, newest first',
    tag: 'rounds',
    access: lead,
    params: projectParams,
    query: pagingQuery,
    status: 200,
    answer: pageOf(roundSchema),
  },
  getRound: {
    method: 'GET',
    path: '/api/projects/:projectId/rounds/:roundId',
    summary: 'How a round stands',
    tag: 'rounds',
    access: lead,
    params: roundParams,
    status: 200,
    answer: roundSchema,
  },
  listRoundEvents: {
    method: 'GET',
    path: '/api/projects/:projectId/rounds/:roundId/events',
    summary: 'Every transition of a round, the oldest first',
    tag: 'rounds',
    access: lead,
    params: roundParams,
    status: 200,
    answer: z.array(roundEventSchema),
  },
  trainRound: {
    method: 'POST',
    path: '/api/projects/:projectId/rounds/:roundId/train',
    summary: 'Have a round that compares train now, with the comparisons there are',
    tag: 'rounds',
    access: lead,
    params: roundParams,
    status: 200,
    answer: roundSchema,
    errors: ['wrong_state'],
  },
  closeRound: {
    method: 'POST',
    path: '/api/projects/:projectId/rounds/:roundId/close',
    summary: 'Close a round that is ready; the next one starts from its reward model',
    tag: 'rounds',
    access: lead,
    params: roundParams,
    status: 200,
    answer: roundSchema,
    errors: ['wrong_state'],
  },
  cancelRound: {
    method: 'POST',
    path: '/api/projects/:projectId/rounds/:roundId/cancel',
    summary: 'End a round that is under way; samples, pairs and comparisons so far stay',
    tag: 'rounds',
    access: lead,
    params: roundParams,
    status: 200,
    answer: roundSchema,
    errors: ['wrong_state'],
  },
  getPairLineage: {
    method: 'GET',
    path: '/api/projects/:projectId/pairs/:pairId/lineage',
    summary: 'Why a pair was shown, where its answers come from, and which reward models learnt from it',
    tag: 'rounds',
    access: lead,
    params: projectParams.extend({ pairId: idSchema }),
    status: 200,
    answer: pairLineageSchema,
  },
});
