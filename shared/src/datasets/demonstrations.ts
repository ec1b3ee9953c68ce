import { z } from 'zod';
import { assignmentStateSchema, episodeStateNameSchema } from '../api/tasks.ts';
import { sha256Schema, timeSchema } from '../api/common.ts';
import { reviewStandingSchema } from '../api/demonstrations.ts';
import { questionUseSchema } from '../api/questions.ts';
import {
  browserSettingsSchema,
  endings,
  pageKinds,
  quoteSchema,
  censoredItemSchema,
} from '../browser/index.ts';

/** Names of the formats, in every row; a change that a reader would notice is a new name. */
export const stepFormat = 'rookery-steps-1';
export const episodeFormat = 'rookery-episodes-1';

/** What rows of both formats say about where they come from. */
const origin = {
  episode_id: z.uuid(),
  /** The text is the one that was shown. */
  question: z.object({ dataset: z.string(), id: z.string(), full_text: z.string() }),
  /** The question's use now. Clone policies from `bc` alone. */
  use: questionUseSchema,
  /** Pseudonym within the project. */
  demonstrator: z.string(),
  /** Done by a program that acts as people would: no human feedback. */
  simulated: z.boolean(),
  browser_version: z.string(),
  episode_state: episodeStateNameSchema,
  /** `submitted`, or `surplus`: finished after its place had gone to somebody else. */
  assignment_state: assignmentStateSchema,
  /** Where it stood in the leads' review when it was exported; `not-drawn` is not reviewed by the project's settings, and counts as accepted. */
  review_state: reviewStandingSchema,
};

/** GPT-2's (r50k): of the answer prompt, and of the answer. */
const tokensSchema = z.object({ prefix: z.int().min(0), completion: z.int().min(0) });

/**
 * A row of the format `steps`: the policy is given `prompt` and should say `completion`. The answer is such a row too,
 * the last of its episode.
 */
export const demonstrationStepRowSchema = z.object({
  format: z.literal(stepFormat),
  kind: z.enum(['step', 'answer']),
  prompt: z.string(),
  completion: z.string(),
  /** SHA-256 of the prompt's UTF-8: what was stored when it was shown. */
  prompt_sha256: sha256Schema,
  ...origin,
  /** The command's number in its episode; the answer's is one more than the last command's. */
  sequence: z.int().min(1),
  /** Greater than `sequence` where a run of single scrolls is one row. */
  last_sequence: z.int().min(1),
  /** Invalid actions are left out unless they were asked for. */
  valid: z.boolean(),
  /** For an answer. */
  tokens: tokensSchema.nullable(),
  /** When the command, or the answer, was received. */
  at: timeSchema,
});
export type DemonstrationStepRow = z.output<typeof demonstrationStepRowSchema>;

const observed = { observation: z.string(), observation_sha256: sha256Schema };
const shownPage = z.object({
  /** SHA-256 of the page's canonical form. */
  hash: sha256Schema,
  kind: z.enum(pageKinds),
  url: z.string(),
  title: z.string(),
  domain: z.string(),
});

/** A row of the format `episodes`: one whole demonstration. */
export const demonstrationEpisodeRowSchema = z.object({
  format: z.literal(episodeFormat),
  ...origin,
  settings: browserSettingsSchema,
  settings_version: z.int(),
  /** Of the guidelines it was done under; null: from before there were any. */
  guidelines_version: z.int().nullable(),
  started_at: timeSchema,
  /** When browsing ended. */
  browsed_at: timeSchema.nullable(),
  ended_at: timeSchema.nullable(),
  /** Intervals in which the server saw the person act, and their sum. */
  activity: z.array(z.object({ started_at: timeSchema, ended_at: timeSchema })),
  active_seconds: z.number().min(0),
  /** Before the first command. */
  start: z.object({ ...observed, page: shownPage }),
  /** As they were sent, scrolls one by one, with what was shown after each. */
  commands: z.array(
    z.object({
      sequence: z.int().min(1),
      command: z.string(),
      valid: z.boolean(),
      invalid_reason: z.string().nullable(),
      /** Of a find: whether the page has the text. */
      found: z.boolean().nullable(),
      ...observed,
      page: shownPage,
      requested_at: timeSchema,
      completed_at: timeSchema.nullable(),
      /** The client's claim. */
      client_time: timeSchema.nullable(),
      /** What was kept from the page that the command led to, and why. */
      censored: z.array(censoredItemSchema),
      /** Of a search: how its results were found and ordered. */
      search_version: z.string().nullable(),
    }),
  ),
  /** Why browsing ended. */
  ending: z.enum(endings).nullable(),
  quotes: z.array(quoteSchema),
  /** What the answer was written from; null without a quote. */
  answer_prompt: z.string().nullable(),
  answer: z.object({ text: z.string(), tokens: tokensSchema, submitted_at: timeSchema }).nullable(),
});
export type DemonstrationEpisodeRow = z.output<typeof demonstrationEpisodeRowSchema>;
