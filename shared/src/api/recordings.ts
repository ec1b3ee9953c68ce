import { z } from 'zod';
import { browserSettingsSchema, browserViewSchema, censoredItemSchema } from '../browser/index.ts';
import { sha256Schema, timeSchema } from './common.ts';

export const stepOutcomeSchema = z.object({
  isValid: z.boolean(),
  reason: z.string().nullable().describe('Why the action was invalid.'),
  found: z
    .boolean()
    .nullable()
    .describe('Of a find: whether the page has the text. Null for everything else.'),
});
export type StepOutcome = z.infer<typeof stepOutcomeSchema>;

/** How a policy came to a command or an answer; kept with it. */
export const sampledSchema = z.object({
  logProbability: z
    .number()
    .max(0)
    .nullable()
    .describe('Natural logarithm, at the temperature sampled with; null: not known.'),
  details: z
    .record(z.string().max(50), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
    .default({})
    .describe(
      'What else the sampler says of it: how many candidates there were, tokens, milliseconds, tries.',
    ),
});
export type Sampled = z.infer<typeof sampledSchema>;

export const replayStepSchema = z.object({
  sequence: z.number().int().describe('0 is the state before the first command.'),
  command: z.string().nullable(),
  outcome: stepOutcomeSchema.nullable(),
  observation: z.string().describe('Exactly what is trained on: what was shown after the command.'),
  observationSha256: sha256Schema,
  storedSha256: sha256Schema.describe('What was stored when it happened; a difference is an error.'),
  view: browserViewSchema,
  at: timeSchema,
  shownSeconds: z
    .number()
    .describe('How long it was shown, until the next command came; the last one until the answer did.'),
  activeSeconds: z.number().describe('Of these, the time in which the server saw the person act.'),
  censored: z
    .array(censoredItemSchema)
    .describe('What was kept from the page that the command led to, and why: never shown to demonstrators.'),
  searchVersion: z.string().nullable().describe('Of a search: how results were found and ordered.'),
  sampled: sampledSchema.nullable().describe('How a policy came to the command; null for a person.'),
});
export type ReplayStep = z.infer<typeof replayStepSchema>;

/** An episode as it can be played again, whoever acted. */
export const recordingSchema = z.object({
  browserVersion: z.string(),
  settings: browserSettingsSchema.describe('What it was made under.'),
  settingsVersion: z.number().int(),
  browsedAt: timeSchema.nullable().describe('When browsing ended.'),
  steps: z.array(replayStepSchema),
  answerPrompt: z.string().nullable().describe('What the answer was written from; null without a quote.'),
  answer: z.string().nullable().describe('The newest one.'),
});
export type Recording = z.infer<typeof recordingSchema>;
