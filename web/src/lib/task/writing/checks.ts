import type { TextRange } from '@rookery/shared/text';
import type { ReadAnswer, Sentence } from './answer.ts';

/** Something that whoever writes the answer should look at. None of them keeps it from being submitted but `empty`. */
export type Check =
  | { kind: 'empty' }
  | { kind: 'unknown-citation'; numbers: number[]; places: TextRange[] }
  | { kind: 'no-citation' }
  | { kind: 'uncited-claims'; places: TextRange[] }
  | { kind: 'unused-quote'; numbers: number[] }
  | { kind: 'copied' };

/** So much of an answer, by words, has to be in the quotes word for word for it to be a copy. */
const copiedShare = 0.9;
/** Shorter answers say little that could be said otherwise. */
const fewWords = 8;

/** What there is to look at in an answer, the gravest first. */
export function checkAnswer(options: {
  text: string;
  read: ReadAnswer;
  extracts: readonly string[];
}): Check[] {
  const { text, read, extracts } = options;
  if (text.trim() === '') return [{ kind: 'empty' }];
  const checks: Check[] = [];
  const { unknown, cited } = read;
  if (unknown.length > 0) {
    const numbers = [...new Set(unknown.map(({ number }) => number))];
    checks.push({ kind: 'unknown-citation', numbers, places: unknown });
  }
  const uncited = uncitedClaims(read);
  if (cited.length === 0) checks.push({ kind: 'no-citation' });
  else if (uncited.length > 0) checks.push({ kind: 'uncited-claims', places: uncited });
  if (isCopied(text, { read, extracts })) checks.push({ kind: 'copied' });
  const unused = extracts.map((_, index) => index + 1).filter((number) => !cited.includes(number));
  if (cited.length > 0 && unused.length > 0) checks.push({ kind: 'unused-quote', numbers: unused });
  return checks;
}

/** Claims without a citation of a quote that there is. */
export const uncitedClaims = ({ sentences }: ReadAnswer): Sentence[] =>
  sentences.filter(({ isClaim, cites }) => isClaim && cites.length === 0);

function isCopied(
  text: string,
  { read, extracts }: { read: ReadAnswer; extracts: readonly string[] },
): boolean {
  const sources = extracts.map((extract) => ` ${plainWords(extract)} `);
  let all = 0;
  let copied = 0;
  for (const { start, end } of read.sentences) {
    const words = plainWords(text.slice(start, end).replaceAll(/\[\d{1,3}\]/g, ' '));
    if (words === '') continue;
    all += words.length;
    if (sources.some((source) => source.includes(` ${words} `))) copied += words.length;
  }
  return read.words >= fewWords && all > 0 && copied / all >= copiedShare;
}

/** Words alone, in lower case, one blank between them. */
const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
