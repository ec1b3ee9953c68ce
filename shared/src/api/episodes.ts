import { z } from 'zod';
import { browserViewSchema } from '../browser/index.ts';
import { idSchema, projectParams, sha256Schema, textSchema, timeSchema } from './common.ts';
import { sampledSchema, stepOutcomeSchema } from './recordings.ts';
import { defineRoutes } from './route.ts';
import { assignmentSchema, episodeKindSchema, episodeStateNameSchema, leaseSchema } from './tasks.ts';

/** Longest answer, in UTF-16 units: many times what quotes of the usual budget can support. */
export const maxAnswerCharacters = 20_000;

/** How an earlier version of a draft came about; `chosen`: restored, or kept where two windows had written. */
export const draftVersionKinds = ['typed', 'chosen', 'submitted'] as const;
export type DraftVersionKind = (typeof draftVersionKinds)[number];

export const draftVersionSchema = z
  .object({
    version: z.number().int(),
    kind: z.enum(draftVersionKinds),
    savedAt: timeSchema,
    characters: z.number().int(),
    beginning: z.string().describe('Its first characters.'),
  })
  .meta({ id: 'DraftVersion' });
export type DraftVersion = z.infer<typeof draftVersionSchema>;

export const episodeSchema = z
  .object({
    id: idSchema,
    kind: episodeKindSchema,
    state: episodeStateNameSchema,
    question: z.object({ id: idSchema, fullText: z.string() }),
    assignmentId: idSchema.nullable(),
    browserVersion: z.string(),
    nextSequence: z.number().int().describe('The number the next command must carry; the first is 1.'),
    view: browserViewSchema,
    draft: z.object({ text: z.string(), version: z.number().int(), savedAt: timeSchema.nullable() }),
    lease: leaseSchema.nullable(),
    serverTime: timeSchema.describe('So that a client with a wrong clock shows the right time left.'),
  })
  .meta({ id: 'Episode' });
export type Episode = z.infer<typeof episodeSchema>;

/** What quoting a text would do, for a screen to show before it is done. */
export const quotePreviewSchema = z.object({
  sequence: z.number().int().describe('Of the last command before; the preview holds until the next one.'),
  reason: z.string().nullable().describe('Why the text cannot be quoted; null if it can.'),
  tokens: z.number().int().describe('What it would cost: title with domain, and extract. 0 if it cannot.'),
  tokensLeft: z.number().int().describe('Quote tokens left after it.'),
  endsBrowsing: z.boolean().describe('Whether browsing would end with it.'),
});
export type QuotePreview = z.infer<typeof quotePreviewSchema>;

/** What a screen marks in the page it shows, beyond the page itself. */
export const screenMarksSchema = z.object({
  sequence: z.number().int().describe('Of the last command before.'),
  openedLinks: z
    .array(z.number().int())
    .describe('Ids of the links in the window whose pages were opened in this episode.'),
  hits: z
    .object({
      total: z.number().int().describe('How often the page has the text.'),
      current: z.number().int().nullable().describe('Which of them find came upon, from 1; null if none.'),
      isCapped: z.boolean().describe('There may be more: they are not counted further.'),
    })
    .nullable()
    .describe('Of the text of `find`; null without one.'),
});
export type ScreenMarks = z.infer<typeof screenMarksSchema>;

const episodeParams = projectParams.extend({ episodeId: idSchema });
const leaseToken = z.string().min(1).max(200);

export const episodeRoutes = defineRoutes({
  startEpisode: {
    method: 'POST',
    path: '/api/projects/:projectId/episodes',
    summary: 'Start the episode of an assignment; starting it twice gives the same one',
    tag: 'episodes',
    access: { project: ['demonstrator'] },
    params: projectParams,
    body: z.object({ assignmentId: idSchema, leaseToken }),
    status: 200,
    answer: episodeSchema,
    errors: ['lease_lost', 'wrong_state'],
  },
  getEpisode: {
    method: 'GET',
    path: '/api/projects/:projectId/episodes/:episodeId',
    summary: 'Where an episode stands: everything needed to go on with it',
    tag: 'episodes',
    access: { project: ['lead', 'demonstrator'], own: 'episode', orWorker: true },
    params: episodeParams,
    status: 200,
    answer: episodeSchema,
  },
  sendCommand: {
    method: 'PUT',
    path: '/api/projects/:projectId/episodes/:episodeId/commands/:sequence',
    summary: 'Send a command; sending the same one again is answered the same',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode', orWorker: true },
    params: episodeParams.extend({ sequence: z.coerce.number().int().min(1).max(1_000_000) }),
    body: z.object({
      command: textSchema.min(1).max(100_000),
      leaseToken: leaseToken.describe("Of the lease; for a sample, the token of its job's attempt."),
      clientTime: timeSchema.optional().describe("Stored as the client's claim."),
      sampled: sampledSchema.optional().describe('By a policy; of samples alone.'),
      withObservation: z.boolean().default(false).describe('Whether the answer is to hold the observation.'),
    }),
    status: 200,
    answer: z.object({
      sequence: z.number().int(),
      outcome: stepOutcomeSchema,
      observationSha256: sha256Schema,
      observation: z
        .string()
        .nullable()
        .describe('Where the episode stands now: exactly what a policy is given. Null unless asked for.'),
      episode: episodeSchema,
    }),
    errors: ['sequence_conflict', 'lease_lost', 'wrong_state'],
  },
  previewQuote: {
    method: 'POST',
    path: '/api/projects/:projectId/episodes/:episodeId/quote-preview',
    summary: 'What a quote would cost, and whether browsing would end with it; changes nothing',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams,
    body: z.object({ text: textSchema.min(1).max(100_000).describe('As in the command.') }),
    status: 200,
    answer: quotePreviewSchema,
  },
  getObservation: {
    method: 'GET',
    path: '/api/projects/:projectId/episodes/:episodeId/observation',
    summary: 'The observation where the episode stands: exactly what a policy would be given',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode', orWorker: true },
    params: episodeParams,
    status: 200,
    answer: z.object({
      sequence: z.number().int().describe('Of the last command before; 0 before the first.'),
      observation: z.string(),
      observationSha256: sha256Schema.describe('Of its UTF-8.'),
    }),
  },
  getScreenMarks: {
    method: 'GET',
    path: '/api/projects/:projectId/episodes/:episodeId/marks',
    summary: 'Which links lead to pages opened before, and how often the page has a text',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams,
    query: z.object({ find: textSchema.min(1).max(1000).optional() }),
    status: 200,
    answer: screenMarksSchema,
  },
  saveDraft: {
    method: 'PUT',
    path: '/api/projects/:projectId/episodes/:episodeId/draft',
    summary: 'Save the draft of the answer',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams,
    body: z.object({
      text: textSchema.max(maxAnswerCharacters),
      baseVersion: z
        .number()
        .int()
        .min(0)
        .describe('The version that was edited; a newer one is a conflict.'),
      kind: z
        .enum(['typed', 'chosen'])
        .default('typed')
        .describe('How the text came about: a chosen one never takes the place of another version.'),
      leaseToken,
    }),
    status: 200,
    answer: z.object({
      version: z.number().int(),
      savedAt: timeSchema,
      lease: leaseSchema.nullable().describe('Null: saved, but the lease has ended.'),
    }),
    errors: ['conflict', 'lease_lost', 'wrong_state'],
  },
  listDraftVersions: {
    method: 'GET',
    path: '/api/projects/:projectId/episodes/:episodeId/draft/versions',
    summary: 'Earlier versions of the draft, newest first: one for every minute of typing',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams,
    status: 200,
    answer: z.array(draftVersionSchema),
  },
  getDraftVersion: {
    method: 'GET',
    path: '/api/projects/:projectId/episodes/:episodeId/draft/versions/:version',
    summary: 'The text of one version of the draft',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams.extend({ version: z.coerce.number().int().min(1).max(1_000_000) }),
    status: 200,
    answer: draftVersionSchema.extend({ text: z.string() }),
  },
  submitAnswer: {
    method: 'PUT',
    path: '/api/projects/:projectId/episodes/:episodeId/answer',
    summary:
      'Submit the answer; the same text again is answered the same. Late work is taken, or kept as surplus',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams,
    body: z.object({
      text: textSchema.max(maxAnswerCharacters).refine((text) => text.trim() !== '', 'must not be empty'),
      leaseToken,
    }),
    status: 200,
    answer: assignmentSchema,
    errors: ['conflict', 'lease_lost', 'wrong_state'],
  },
  reportActivity: {
    method: 'POST',
    path: '/api/projects/:projectId/episodes/:episodeId/activity',
    summary: 'The person is reading or typing: counts as activity and pushes the lease on',
    tag: 'episodes',
    access: { project: ['demonstrator'], own: 'episode' },
    params: episodeParams,
    body: z.object({ leaseToken }),
    status: 200,
    answer: z.object({ lease: leaseSchema }),
    errors: ['lease_lost', 'wrong_state'],
  },
});
