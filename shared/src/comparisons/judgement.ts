import { z } from 'zod';
import { textSchema } from '../api/common.ts';
import type { ComparisonForm, CriterionId, FormField } from './forms.ts';
import { criterionIds } from './forms.ts';
import { choices, sides, type Side } from './scale.ts';

export const supports = ['strong', 'weak', 'none', 'citation-error'] as const;
export type Support = (typeof supports)[number];
export const relevances = ['core', 'side', 'irrelevant'] as const;
export type Relevance = (typeof relevances)[number];
export const trusts = ['trustworthy', 'neutral', 'suspicious'] as const;
export type Trust = (typeof trusts)[number];
/** What a rater can say of a question where the project asks it; what follows is skipped then. */
export const questionFlags = ['makes-no-sense', 'should-not-be-answered'] as const;
export type QuestionFlag = (typeof questionFlags)[number];

/** Most claims that are marked in one answer. */
export const maxSpans = 500;
/** Longest notes, in UTF-16 units. */
export const maxNoteCharacters = 10_000;

/** A claim: a stretch of an answer's text, in UTF-16 units, and what the rater says of it. */
export const spanSchema = z.object({
  start: z.int().min(0),
  end: z.int().min(1),
  support: z.enum(supports),
  relevance: z.enum(relevances).nullable(),
  quote: z.int().min(1).max(999).nullable().describe('Number of the quote that supports it, from 1.'),
});
export type Span = z.infer<typeof spanSchema>;

export const optionJudgementSchema = z.object({
  spans: z
    .array(spanSchema)
    .max(maxSpans)
    .default([])
    .describe('In the order of the text; none overlaps another.'),
  trust: z
    .record(z.string().regex(/^[1-9]\d{0,2}$/, 'has to name quotes by their numbers'), z.enum(trusts))
    .default({})
    .describe('Trust in references, under the numbers of their quotes.'),
  notes: textSchema.max(maxNoteCharacters).default(''),
});
export type OptionJudgement = z.infer<typeof optionJudgementSchema>;

/** What a rater says about a pair, in the terms of the screen: by side, A or B. Everything may be missing in a draft. */
export const judgementSchema = z
  .object({
    questionFlag: z.enum(questionFlags).nullable().default(null),
    options: z
      .object({ a: optionJudgementSchema.prefault({}), b: optionJudgementSchema.prefault({}) })
      .prefault({}),
    ratings: z.partialRecord(z.enum(criterionIds), z.enum(choices)).default({}),
  })
  .meta({ id: 'Judgement' });
export type Judgement = z.infer<typeof judgementSchema>;

export const emptyJudgement = (): Judgement => judgementSchema.parse({});

/** An answer as far as a judgement has to fit it. */
export interface JudgedOption {
  text: string;
  /** How many quotes are shown with it. */
  quotes: number;
  /** Numbers of the quotes that it cites, of those that there are. */
  cited: readonly number[];
}

/** What is wrong with a judgement, with the place on the form that it belongs to. */
export interface JudgementProblem {
  /** A criterion, an annotation, `question` or `notes`. */
  field: FormField | 'question';
  side: Side | null;
  /** A sentence for the rater. */
  message: string;
}

/**
 * What a judgement cannot be stored with, draft or not: spans outside the text or over one another, quotes that there are
 * not, criteria or annotations that the form does not have.
 */
export function misfitsOf(
  judgement: Judgement,
  { form, options }: { form: ComparisonForm; options: Readonly<Record<Side, JudgedOption>> },
): JudgementProblem[] {
  const problems: JudgementProblem[] = [];
  for (const id of Object.keys(judgement.ratings) as CriterionId[]) {
    if (form.criteria.some((criterion) => criterion.id === id)) continue;
    problems.push({ field: id, side: null, message: `This form has no criterion "${id}".` });
  }
  for (const side of sides) {
    const { spans, trust } = judgement.options[side];
    const add = (field: FormField, message: string) => problems.push({ field, side, message });
    if (spans.length > 0 && !form.annotations.includes('claims')) add('claims', 'This form marks no claims.');
    if (Object.keys(trust).length > 0 && !form.annotations.includes('trust'))
      add('trust', 'This form asks for no trust in references.');
    const { text, quotes } = options[side];
    const name = side.toUpperCase();
    let lastEnd = 0;
    for (const { start, end, quote } of spans) {
      if (start >= end || end > text.length)
        add(
          'claims',
          `A claim from ${start} to ${end} lies outside answer ${name}, which has ${text.length} characters.`,
        );
      else if (start < lastEnd)
        add(
          'claims',
          `Two claims of answer ${name} overlap, or are not in the order of the text, at ${start}.`,
        );
      if (quote !== null && quote > quotes)
        add('claims', `A claim of answer ${name} names quote ${quote}, and there are ${quotes}.`);
      lastEnd = Math.max(lastEnd, end);
    }
    for (const number of Object.keys(trust)) {
      if (Number(number) > quotes)
        add('trust', `Answer ${name} has no reference ${number} to trust or not; it has ${quotes}.`);
    }
  }
  return problems;
}

/** What is missing from a judgement that is to be submitted, in the order of the form; nothing once the question is flagged. */
export function missingOf(
  judgement: Judgement,
  context: {
    form: ComparisonForm;
    required: readonly FormField[];
    options: Readonly<Record<Side, JudgedOption>>;
  },
): JudgementProblem[] {
  if (judgement.questionFlag !== null) return [];
  const { form, required, options } = context;
  const problems: JudgementProblem[] = [];
  for (const side of sides) {
    const name = side.toUpperCase();
    const { trust, spans } = judgement.options[side];
    const open = options[side].cited.filter((number) => trust[String(number)] === undefined);
    if (required.includes('trust') && open.length > 0) {
      const which = open.map((number) => `[${number}]`).join(', ');
      problems.push({ field: 'trust', side, message: `Say how far you trust ${which} of answer ${name}.` });
    }
    if (required.includes('claims') && spans.length === 0 && options[side].text.trim() !== '') {
      problems.push({ field: 'claims', side, message: `Mark the claims of answer ${name}.` });
    }
  }
  for (const { id, label } of form.criteria) {
    if (required.includes(id) && judgement.ratings[id] === undefined) {
      problems.push({ field: id, side: null, message: `Choose one of the five points for "${label}".` });
    }
  }
  return problems;
}

/** Reasons to ask once more before submitting; never reasons to refuse. */
export const softPrompts = ['contradicts', 'fast'] as const;
export type SoftPrompt = (typeof softPrompts)[number];

/**
 * Whether the overall rating prefers one answer while every rated criterion prefers the other: at least two criteria, none
 * of them neutral or on the same side.
 */
export function contradictsCriteria(judgement: Judgement): boolean {
  const directionOf = (choice: (typeof choices)[number]) => Math.sign(choices.indexOf(choice) - 2);
  const { overall, ...criteria } = judgement.ratings;
  if (overall === undefined || overall === 'equal') return false;
  const directions = Object.values(criteria).map(directionOf);
  return directions.length >= 2 && directions.every((direction) => direction === -directionOf(overall));
}

/** Words that a fast reader gets through in a minute; less time than that for both answers is not reading. */
const fastestWordsPerMinute = 600;

/** Seconds that a fast reader needs for these texts. */
export function fastestSecondsOf(texts: readonly string[]): number {
  const words = texts.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
  return (words / fastestWordsPerMinute) * 60;
}

/** Whether somebody has been too quick to have read both answers. */
export const isImplausiblyFast = (input: { texts: readonly string[]; activeSeconds: number }): boolean =>
  input.activeSeconds < fastestSecondsOf(input.texts);
