import { z } from 'zod';
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
import { defineRoutes } from './route.ts';

/**
 * What a policy is made of:
 * - `ranker`: ranks the commands that are possible where it stands, by a small network that was cloned from demonstrations.
 * - `endpoint`: any server with OpenAI's completions API, given the exact observation as its prompt.
 */
export const policyKinds = ['ranker', 'endpoint'] as const;
export const policyKindSchema = z.enum(policyKinds);
export type PolicyKind = z.infer<typeof policyKindSchema>;

/** How a ranker is trained. */
export const rankerSettingsSchema = z
  .object({
    seed: z.number().int().min(0).max(0xffff_ffff).default(1),
    hiddenUnits: z.number().int().min(1).max(512).default(48),
    learningRate: z.number().positive().max(1).default(0.003),
    batchSize: z.number().int().min(1).max(4096).default(64).describe('Decisions of one step.'),
    maxEpochs: z
      .number()
      .int()
      .min(0)
      .max(500)
      .default(60)
      .describe('0: the network as it is drawn at first, untrained, to compare trained ones with.'),
    patience: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(8)
      .describe('Training ends after so many epochs without a lower held-out loss; the best one is kept.'),
    heldOutPercent: z
      .number()
      .int()
      .min(5)
      .max(50)
      .default(20)
      .describe('Share of questions kept out of training.'),
  })
  .meta({ id: 'RankerSettings' });
export type RankerSettings = z.output<typeof rankerSettingsSchema>;

/**
 * What is asked of a server with OpenAI's completions API. Address and key are no part of it: a worker takes them from its own
 * environment, by the endpoint's name (`ROOKERY_ENDPOINT_<NAME>_URL`, `ROOKERY_ENDPOINT_<NAME>_KEY`).
 */
export const endpointSettingsSchema = z
  .object({
    endpoint: z
      .string()
      .regex(
        /^[A-Z][A-Z0-9_]{0,49}$/,
        'must be capital letters, digits and _, as in the environment of the worker',
      )
      .describe('Name of the endpoint in the environment of workers.'),
    model: z.string().min(1).max(200).describe('Sent as `model`.'),
    maxCommandTokens: z.number().int().min(1).max(4096).default(256),
    maxAnswerTokens: z.number().int().min(1).max(8192).default(512),
    timeoutSeconds: z.number().int().min(1).max(600).default(60).describe('Of one request.'),
    maxTries: z.number().int().min(1).max(20).default(4).describe('Of one request, before the job fails.'),
  })
  .meta({ id: 'EndpointSettings' });
export type EndpointSettings = z.output<typeof endpointSettingsSchema>;

export const shareSchema = z.object({
  right: z.number().int(),
  of: z.number().int(),
  low: z.number().min(0).max(1).describe('95 % interval, by resampling whole questions.'),
  high: z.number().min(0).max(1),
});
/** How often something was right among so many, with its interval. */
export type ShareOf = z.infer<typeof shareSchema>;

/** Next-command accuracy of one policy and two rules of thumb on the same held-out decisions. */
const accuracySchema = z.object({
  policy: shareSchema,
  mostFrequent: shareSchema.describe('The command, word for word, that is most frequent in training.'),
  lexical: shareSchema.describe('The possible command whose text shares most words with the question.'),
});

/** What is written beside a trained ranker: where it comes from and how good it is. */
export const rankerManifestSchema = z
  .object({
    kind: z.literal('ranker'),
    format: z.literal(1),
    model: z.object({ sha256: sha256Schema, size: z.number().int() }).describe('The ONNX file.'),
    encoder: z.object({
      name: z.string(),
      version: z.string(),
      sha256: sha256Schema,
      dimensions: z.number().int(),
    }),
    features: z.object({ version: z.string(), count: z.number().int() }),
    snapshot: z.object({
      demonstrations: z.number().int(),
      questions: z.number().int(),
      decisions: z.number().int(),
      invalidSteps: z.number().int().describe('Left out.'),
      sha256: sha256Schema.describe('Of the ids, revisions and steps that were read, in order.'),
    }),
    settings: rankerSettingsSchema,
    code: z.object({ rookery: z.string(), node: z.string(), onnxruntime: z.string() }),
    device: z.string(),
    heldOut: z.object({
      questions: z.number().int(),
      decisions: z.number().int(),
      outside: z
        .number()
        .int()
        .describe('Decisions whose command was not among the possible ones: wrong by all three.'),
      loss: z
        .number()
        .nullable()
        .describe('Mean cross-entropy of decisions whose command was possible, in nats.'),
      uniformLoss: z.number().nullable().describe('The same if every possible command were equally likely.'),
      accuracy: accuracySchema,
      kindAccuracy: shareSchema.describe('How often the kind of the command was right.'),
      byKind: z.array(accuracySchema.extend({ command: z.string(), decisions: z.number().int() })),
    }),
    lossCurve: z.array(z.object({ epoch: z.number().int(), train: z.number(), heldOut: z.number() })),
    bestEpoch: z.number().int(),
    learningCurve: z
      .array(
        z.object({
          demonstrations: z.number().int(),
          decisions: z.number().int(),
          loss: z.number(),
          accuracy: shareSchema,
        }),
      )
      .describe('Trained on parts of the demonstrations, tested on the same held-out ones.'),
    seconds: z.object({ reading: z.number(), encoding: z.number(), training: z.number() }),
  })
  .meta({ id: 'RankerManifest' });
export type RankerManifest = z.infer<typeof rankerManifestSchema>;

/** A version of a policy: it never changes, and what it sampled names it. */
export const policyVersionSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    version: z.number().int(),
    source: z.string().describe('What its answers name as their source: name and version.'),
    kind: policyKindSchema,
    settings: z.union([rankerSettingsSchema.strict(), endpointSettingsSchema.strict()]),
    note: z.string(),
    model: z
      .object({ sha256: sha256Schema, size: z.number().int() })
      .nullable()
      .describe('Null for an endpoint.'),
    trainedOn: z
      .object({ demonstrations: z.number().int(), questions: z.number().int() })
      .nullable()
      .describe('Null for an endpoint.'),
    heldOutAccuracy: accuracySchema.nullable(),
    samples: z.object({
      done: z.number().int(),
      answered: z.number().int(),
      citable: z.number().int().describe('Of those done: whose question has reference pages.'),
      citing: z.number().int().describe('Of these: that cite a page among the references.'),
    }),
    jobId: idSchema.nullable().describe('That trained it.'),
    createdBy: z.string().nullable().describe("The lead's name."),
    createdAt: timeSchema,
  })
  .meta({ id: 'PolicyVersion' });
export type PolicyVersion = z.infer<typeof policyVersionSchema>;

export const policyNameSchema = nameSchema
  .max(60)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, 'must be letters, digits, spaces, dots, - and _');

/** What training a ranker would learn from now. */
export const trainingPreviewSchema = z.object({
  demonstrations: z.number().int().describe('Accepted ones of questions for behaviour cloning (bc).'),
  questions: z.number().int(),
  simulated: z.number().int().describe('Of the demonstrations: by programs.'),
  leftOut: z.number().int().describe('Submitted ones of such questions that are not accepted, or excluded.'),
});

const versionParams = projectParams.extend({ versionId: idSchema });

export const policyRoutes = defineRoutes({
  listPolicyVersions: {
    method: 'GET',
    path: '/api/projects/:projectId/policy-versions',
    summary: 'Versions of policies, newest first',
    tag: 'policies',
    access: { project: ['lead'] },
    params: projectParams,
    query: pagingQuery,
    status: 200,
    answer: pageOf(policyVersionSchema),
  },
  getPolicyVersion: {
    method: 'GET',
    path: '/api/projects/:projectId/policy-versions/:versionId',
    summary: 'A version of a policy with its manifest',
    tag: 'policies',
    access: { project: ['lead'] },
    params: versionParams,
    status: 200,
    answer: policyVersionSchema.extend({
      manifest: rankerManifestSchema.nullable().describe('Null for an endpoint.'),
    }),
  },
  downloadPolicyModel: {
    method: 'GET',
    path: '/api/projects/:projectId/policy-versions/:versionId/model',
    summary: 'The model file of a trained version; its SHA-256 is in the ETag',
    tag: 'policies',
    access: { project: ['lead'] },
    params: versionParams,
    status: 200,
    answer: 'binary',
    errors: ['wrong_state'],
  },
  previewTraining: {
    method: 'GET',
    path: '/api/projects/:projectId/training-preview',
    summary: 'What training a ranker would learn from now',
    tag: 'policies',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: trainingPreviewSchema,
  },
  trainRanker: {
    method: 'POST',
    path: '/api/projects/:projectId/rankers',
    summary:
      "Train the next version of a ranker on the project's accepted bc demonstrations, as a job for model workers",
    tag: 'policies',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      name: policyNameSchema.default('ranker'),
      note: textSchema.max(500).default(''),
      settings: rankerSettingsSchema.prefault({}),
    }),
    status: 202,
    answer: jobSchema,
    errors: ['wrong_state', 'conflict'],
  },
  createEndpointPolicy: {
    method: 'POST',
    path: '/api/projects/:projectId/endpoint-policies',
    summary: 'Make the next version of a policy that asks a server with the completions API',
    tag: 'policies',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      name: policyNameSchema,
      note: textSchema.max(500).default(''),
      settings: endpointSettingsSchema,
    }),
    status: 201,
    answer: policyVersionSchema,
    errors: ['conflict'],
  },
});
