import { citedNumbers } from '@rookery/shared/browser';

export { citedNumbers };

export function countWords(answer: string): number {
  return answer.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

export type AnswerProblem =
  | { kind: 'empty' }
  | { kind: 'no-citation' }
  | { kind: 'unknown-citation'; numbers: number[] }
  | { kind: 'unused-quote'; numbers: number[] };

/** What somebody who hands in this answer should look at first; only an empty answer cannot be handed in. */
export function answerProblems(answer: string, quotes: number): AnswerProblem[] {
  if (answer.trim() === '') return [{ kind: 'empty' }];
  const cited = citedNumbers(answer);
  const unknown = cited.filter((number) => number < 1 || number > quotes);
  const unused = Array.from({ length: quotes }, (_, index) => index + 1).filter(
    (number) => !cited.includes(number),
  );
  const problems: AnswerProblem[] = [];
  if (unknown.length > 0) problems.push({ kind: 'unknown-citation', numbers: unknown });
  if (cited.length === unknown.length) problems.push({ kind: 'no-citation' });
  else if (unused.length > 0) problems.push({ kind: 'unused-quote', numbers: unused });
  return problems;
}

/** The answer with a citation at the cursor, and where the cursor stands then. */
export function insertCitation(options: { text: string; cursor: number; number: number }): {
  text: string;
  cursor: number;
} {
  const { text, cursor, number } = options;
  const citation = `[${number}]`;
  return { text: text.slice(0, cursor) + citation + text.slice(cursor), cursor: cursor + citation.length };
}
