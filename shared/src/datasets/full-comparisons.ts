import { z } from 'zod';
import { answerOriginSchema } from '../api/answers.ts';
import { comparisonStateSchema } from '../api/comparison-tasks.ts';
import { timeSchema } from '../api/common.ts';
import { formNameSchema, pairingMethodSchema } from '../api/pairs.ts';
import { questionUseSchema } from '../api/questions.ts';
import { criterionIds, formFields } from '../comparisons/forms.ts';
import { questionFlags, relevances, softPrompts, supports, trusts } from '../comparisons/judgement.ts';
import { choices, sides } from '../comparisons/scale.ts';

/** Name of the format, in every row; a change that a reader would notice is a new name. */
export const comparisonFormat = 'rookery-comparisons-1';

const comparedAnswerSchema = z.object({
  id: z.uuid(),
  origin: answerOriginSchema,
  /** `demonstrations`, the source that an import names, or a policy. */
  source: z.string(),
  text: z.string(),
  /** Cited in the text by their numbers, from 1. An imported one may have its domain in the title. */
  quotes: z.array(z.object({ title: z.string(), domain: z.string(), extract: z.string() })),
  /** GPT-2's (r50k): of the answer prompt, and of the text. */
  tokens: z.object({ prefix: z.int().min(0), completion: z.int().min(0) }),
  /** Claims, in the order of the text: from `start` to before `end`, in code points of it. */
  spans: z.array(
    z.object({
      start: z.int().min(0),
      end: z.int().min(1),
      support: z.enum(supports),
      relevance: z.enum(relevances).nullable(),
      /** Number of the quote that supports it. */
      quote: z.int().min(1).nullable(),
    }),
  ),
  /** Trust in references, under the numbers of their quotes. */
  trust: z.record(z.string(), z.enum(trusts)),
  notes: z.string(),
});

/** A row of the format `full`: one rater's comparison of a pair, its newest revision; or an imported one. */
export const fullComparisonRowSchema = z.object({
  format: z.literal(comparisonFormat),
  comparison_id: z.uuid(),
  question: z.object({ dataset: z.string(), id: z.string(), full_text: z.string() }),
  use: questionUseSchema,
  /** Version null for an import. */
  form: z.object({ name: formNameSchema, version: z.int().nullable() }),
  /** Pseudonym within the project; null for an import. */
  rater: z.string().nullable(),
  /** Compared by a program: no human feedback. */
  simulated: z.boolean(),
  /** The name under which it was imported; null for a rater's. */
  import: z.string().nullable(),
  /** `submitted`; `surplus`: it came after its place was taken; `excluded`: a lead took it out. */
  state: comparisonStateSchema,
  excluded_reason: z.string().nullable(),
  /** The pair was for everybody when it was claimed. */
  calibration: z.boolean(),
  /** The pair's first answer, and its second. */
  answers: z.tuple([comparedAnswerSchema, comparedAnswerSchema]),
  /** The side on which the first answer was shown; null for an import. */
  first_side: z.enum(sides).nullable(),
  /** By criterion, from −1 to 1: positive where the first answer is better. */
  ratings: z.partialRecord(z.enum(criterionIds), z.number().min(-1).max(1)),
  /** By criterion, as it was chosen by side; none for an import. */
  choices: z.partialRecord(z.enum(criterionIds), z.enum(choices)),
  /** What the rater said of the question in place of all the rest. */
  question_flag: z.enum(questionFlags).nullable(),
  /** What this comparison had to fill in; null for an import. */
  required_fields: z.array(z.enum(formFields)).nullable(),
  /** What it may be looked at for: it contradicts itself, or was faster than the answers can be read. */
  soft_prompts: z.array(z.enum(softPrompts)),
  settings_version: z.int().nullable(),
  guidelines_version: z.int().nullable(),
  /** Submitted revisions, the newest of which this row is; 0 for an import. */
  revisions: z.int().min(0),
  /** Null for an import, as are the next three. */
  claimed_at: timeSchema.nullable(),
  submitted_at: timeSchema.nullable(),
  /** Of the newest revision, if it is not the first. */
  revised_at: timeSchema.nullable(),
  /** Until the newest revision. */
  active_seconds: z.number().min(0).nullable(),
  /** What made the pair. */
  pair: z.object({
    id: z.uuid(),
    created_at: timeSchema,
    pairing_id: z.uuid(),
    method: pairingMethodSchema,
    /** As they were asked for; null for an import, and for a pair by hand. */
    options: z.record(z.string(), z.json()).nullable(),
    seed: z.string(),
    /** With which it was chosen among those that could have been; null: not known, or by hand. */
    probability: z.number().nullable(),
    /** Comparisons by raters that are wanted, calibration left out. */
    wanted: z.int().min(0),
    calibration: z.boolean(),
    excluded_at: timeSchema.nullable(),
    excluded_reason: z.string().nullable(),
  }),
});
export type FullComparisonRow = z.output<typeof fullComparisonRowSchema>;
