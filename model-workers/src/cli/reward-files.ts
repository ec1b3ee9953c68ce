import type { RewardAnswer, RewardJobPair } from '@rookery/shared/api';
import { readAnswerRow, readComparison } from '@rookery/shared/datasets';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { CliError } from './errors.ts';

/** Problems that are told; there may be as many as lines. */
const mostProblems = 5;
/** Share of the questions of a file that are held out. */
export const heldOutShare = 0.25;

/** Comparisons of a file, as a training reads them. */
export interface ComparisonsFile {
  answers: RewardAnswer[];
  pairs: RewardJobPair[];
}

/**
 * Reads a JSONL file in the shape of `openai/webgpt_comparisons`, raw or flat. Each line is a pair; answers of the same words and quotes to one
 * question are one answer. The quarter of the questions that comes first in the order of a hash of their text is held out, in whatever order the file has them.
 * @throws CliError that names the lines that cannot be read; nothing is passed over
 */
export async function readComparisons(file: string): Promise<ComparisonsFile> {
  const answers = new Map<string, RewardAnswer>();
  const pairs: RewardJobPair[] = [];
  await readLines(file, (value, line) => {
    const read = readComparison(value, naming);
    if (read.row === undefined) return read.problem;
    const { question, score } = read.row;
    const ids = read.row.answers.map(({ text, quotes }) => {
      const answer = {
        questionId: hashOf(question.fullText),
        question: question.fullText,
        quotes: quotes.map(({ title, extract }) => ({ title, extract })),
        answer: text,
        origin: 'import' as const,
        isHeldOut: false,
        isZero: false,
      };
      const answerId = hashOf(JSON.stringify([answer.question, answer.quotes, text]));
      answers.set(answerId, { answerId, ...answer });
      return answerId;
    });
    if (ids[0] === ids[1]) return 'both answers are the same';
    pairs.push({
      pairId: String(line),
      questionId: hashOf(question.fullText),
      firstAnswerId: ids[0]!,
      secondAnswerId: ids[1]!,
      isHeldOut: false,
      ratings: [{ comparisonId: String(line), revision: 1, source: 'file', values: { overall: score } }],
    });
    return null;
  });
  const questions = [...new Set(pairs.map(({ questionId }) => questionId))].toSorted();
  const held = new Set(questions.slice(0, Math.max(1, Math.round(questions.length * heldOutShare))));
  for (const one of [...answers.values(), ...pairs]) one.isHeldOut = held.has(one.questionId);
  return { answers: [...answers.values()], pairs };
}

/** A line of a file of answers: what is scored, and the line as it was. */
export interface AnswerLine {
  /** From 1. */
  line: number;
  input: { question: string; quotes: { title: string; extract: string }[]; answer: string };
  row: Record<string, unknown>;
}

/**
 * Reads a JSONL file of `{question, quotes, answer}`.
 * @param options.question of rows that have none
 * @throws CliError that names the lines that cannot be read
 */
export async function readAnswers(
  file: string,
  { question: usual }: { question?: string | undefined } = {},
): Promise<AnswerLine[]> {
  const lines: AnswerLine[] = [];
  await readLines(file, (value, line) => {
    const filled =
      usual !== undefined && isObject(value) && !('question' in value)
        ? { question: usual, ...value }
        : value;
    const read = readAnswerRow(filled, { ...naming, source: 'file' });
    if (read.row === undefined) return read.problem;
    const { question, answer } = read.row;
    const quotes = answer.quotes.map(({ title, extract }) => ({ title, extract }));
    const input = { question: question.fullText, quotes, answer: answer.text };
    lines.push({ line, input, row: value as Record<string, unknown> });
    return null;
  });
  return lines;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Reads a file of JSON lines; empty ones are passed over.
 * @param take gets each value and its line, from 1; gives what is wrong with it, or null
 * @throws CliError that names the first lines that are wrong
 */
async function readLines(file: string, take: (value: unknown, line: number) => string | null): Promise<void> {
  const problems: string[] = [];
  let line = 0;
  let filled = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() === '') continue;
      filled += 1;
      const problem = takeText(text, line, take);
      if (problem !== null) problems.push(`line ${line}: ${problem}`);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new CliError('usage', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (problems.length > 0)
    throw new CliError(
      'failed',
      `${problems.length} of ${line} lines of ${file} cannot be used. Mend or remove them:\n${problems.slice(0, mostProblems).join('\n')}`,
    );
  if (filled === 0) throw new CliError('failed', `${file} is empty.`);
}

function takeText(
  text: string,
  line: number,
  take: (value: unknown, line: number) => string | null,
): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  return take(value, line);
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Questions of a file are known by their text. */
const naming = { dataset: null, idOf: hashOf };
