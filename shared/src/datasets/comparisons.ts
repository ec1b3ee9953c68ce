import { sourceLine } from '../browser/index.ts';
import {
  columnsOf,
  readAnswer,
  reading,
  readQuestion,
  Refused,
  type AnswerContent,
  type NamedQuestion,
  type QuestionNaming,
  type QuoteContent,
} from './answers.ts';
import type { ReadRow } from './rows.ts';

/** A row of a file of comparisons. */
export interface ComparisonRow {
  question: NamedQuestion;
  answers: readonly [AnswerContent, AnswerContent];
  /** The first answer's, in [−1, 1], as the file has it; the second's is its negative. */
  score: number;
}

/** Scores are decimal fractions in the files: their sum may be off by as much as adding them in binary costs. */
const tolerance = 1e-9;

/**
 * Reads one row of `openai/webgpt_comparisons`: two records, as its file has them, or the flat columns of its Hugging Face loader.
 * Quotes and tokens may be missing.
 */
export function readComparison(value: unknown, options: QuestionNaming): ReadRow<ComparisonRow> {
  return reading(() => (Array.isArray(value) ? readRecords(value, options) : readFlat(value, options)));
}

function readRecords(records: readonly unknown[], options: QuestionNaming): ComparisonRow {
  if (records.length !== 2)
    throw new Refused(`the row has ${records.length} records, but a comparison has two`);
  const [first, second] = records.map((record, index) => {
    try {
      const columns = columnsOf(record);
      return {
        question: readQuestion(columns['question'], options),
        answer: readAnswer(columns, (column) => column),
        score: readScore(columns['score'], 'score'),
      };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new Refused(`the ${index === 0 ? 'first' : 'second'} record: ${error.message}`, { cause: error });
    }
  });
  const [one, other] = [first!.question, second!.question];
  if (one.dataset !== other.dataset || one.id !== other.id || one.fullText !== other.fullText)
    throw new Refused('the two records are of two different questions');
  return compared(one, [first!, second!]);
}

function readFlat(value: unknown, options: QuestionNaming): ComparisonRow {
  const columns = columnsOf(value);
  if (!('answer_0' in columns) && 'answer' in columns)
    throw new Refused('the row is one answer, not a comparison of two; import the file as answers');
  const question = readQuestion(columns['question'], options);
  const sideOf = (index: 0 | 1) => ({
    answer: readAnswer(columns, (column) => `${column}_${index}`),
    score: readScore(columns[`score_${index}`], `score_${index}`),
  });
  return compared(question, [sideOf(0), sideOf(1)]);
}

function readScore(value: unknown, name: string): number {
  if (value === undefined || value === null) throw new Refused(`"${name}" is missing`);
  if (typeof value !== 'number') throw new Refused(`"${name}" must be a number`);
  if (!(value >= -1 && value <= 1)) throw new Refused(`"${name}" is ${value}, but must lie from -1 to 1`);
  return withoutSignOfZero(value);
}

interface Scored {
  answer: AnswerContent;
  score: number;
}

function compared(question: NamedQuestion, [first, second]: [Scored, Scored]): ComparisonRow {
  if (Math.abs(first.score + second.score) > tolerance)
    throw new Refused(`the scores ${first.score} and ${second.score} do not sum to zero`);
  return { question, answers: [first.answer, second.answer], score: first.score };
}

const withoutSignOfZero = (score: number): number => (score === 0 ? 0 : score);

/** An answer as a comparison is written with it. */
export interface WrittenAnswer {
  text: string;
  quotes: readonly QuoteContent[];
  /** JSON arrays, which become part of the line as they are; null: `tokens` is left out. */
  prefixTokenIds: string | null;
  completionTokenIds: string | null;
}

export interface WrittenComparison {
  question: NamedQuestion;
  answers: readonly [WrittenAnswer, WrittenAnswer];
  /** The first answer's, in [−1, 1]. */
  score: number;
}

/** The shapes in which `openai/webgpt_comparisons` is around: its file's, and the one its Hugging Face loader makes of it. */
export const comparisonShapes = ['webgpt', 'webgpt-flat'] as const;
export type ComparisonShape = (typeof comparisonShapes)[number];

/**
 * A comparison as one line, without its end, in the columns and the order of `openai/webgpt_comparisons`. Titles stand with their
 * domains, as in answer prompts. Scores have a decimal point, so that readers of columns take them all for fractions.
 */
export const writeComparison = ({ score, ...compared }: WrittenComparison, shape: ComparisonShape): string =>
  comparisonWriter(compared, shape)(score);

/** Writes comparisons of two answers, of which only the first answer's score differs; see {@link writeComparison}. */
export function comparisonWriter(
  { question, answers }: Omit<WrittenComparison, 'score'>,
  shape: ComparisonShape,
): (score: number) => string {
  const { dataset, id, fullText } = question;
  const asked = `"question": ${JSON.stringify({ dataset, id, full_text: fullText })}`;
  const [first, second] = answers;
  if (shape === 'webgpt') {
    const [one, other] = [columnsOfAnswer(first, ''), columnsOfAnswer(second, '')];
    return (score) => `[{${asked}, ${one}${scoreText(score)}}, {${asked}, ${other}${scoreText(-score)}}]`;
  }
  const [one, other] = [columnsOfAnswer(first, '_0'), columnsOfAnswer(second, '_1')];
  return (score) => `{${asked}, ${one}${scoreText(score)}, ${other}${scoreText(-score)}}`;
}

function scoreText(score: number): string {
  const value = withoutSignOfZero(score);
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** The columns of an answer, up to the score itself. */
function columnsOfAnswer(answer: WrittenAnswer, suffix: string): string {
  const { text, quotes, prefixTokenIds, completionTokenIds } = answer;
  const lists = {
    title: quotes.map((quote) => sourceLine(quote)),
    extract: quotes.map(({ extract }) => extract),
  };
  const columns = [
    `"quotes${suffix}": ${JSON.stringify(lists)}`,
    `"answer${suffix}": ${JSON.stringify(text)}`,
  ];
  if (prefixTokenIds !== null && completionTokenIds !== null)
    columns.push(`"tokens${suffix}": {"prefix": ${prefixTokenIds}, "completion": ${completionTokenIds}}`);
  columns.push(`"score${suffix}": `);
  return columns.join(', ');
}
