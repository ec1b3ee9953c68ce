import type { LexemeOf } from './lexemes.ts';
import type { Term } from './terms.ts';

/** A word of a text that is one of the terms. */
export interface Hit {
  /** Where it begins, in UTF-16 units. */
  start: number;
  end: number;
  /** The term's index. */
  term: number;
  /** In lower case. */
  word: string;
}

export interface Passage {
  start: number;
  end: number;
  /** The terms that stand within. */
  terms: Set<number>;
}

/** Length of a snippet, in UTF-16 units, and how much further it may go to end with its sentence. */
const snippetCharacters = 260;
const sentenceSlack = 60;
/** How much of a snippet may stand before the first word that was looked for. */
const leadCharacters = 90;

const word = /[\p{L}\p{M}\p{N}]+/gu;

/** Finds words that may be terms: those that begin like one, since stemming changes the ends of words. */
export type CandidateFinder = (text: string) => { start: number; word: string }[];

/** Makes the finder for some terms; null where there is nothing to find. */
export function candidateFinder(terms: readonly Pick<Term, 'lexeme'>[]): CandidateFinder {
  const beginnings = new Set(
    terms.flatMap(({ lexeme }) => lexeme.match(word) ?? []).map((part) => part.slice(0, 2)),
  );
  if (beginnings.size === 0) return () => [];
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{M}\\p{N}])(?:${[...beginnings].join('|')})[\\p{L}\\p{M}\\p{N}]*`,
    'gu',
  );
  return (text) => {
    // Characters whose lower case has another length would move what follows.
    const lower = text.toLowerCase();
    const searched = lower.length === text.length ? lower : text;
    return Array.from(searched.matchAll(pattern), (match) => ({
      start: match.index,
      word: match[0].toLowerCase(),
    }));
  };
}

/** Of the candidates, those that are terms, in the order of the text. */
export function hitsAmong(
  candidates: readonly { start: number; word: string }[],
  { terms, lexemeOf }: { terms: readonly Term[]; lexemeOf: LexemeOf },
): Hit[] {
  const exact = new Map(terms.flatMap(({ lexeme, isPrefix }, term) => (isPrefix ? [] : [[lexeme, term]])));
  const prefixes = terms.flatMap(({ lexeme, isPrefix }, term) => (isPrefix ? [{ lexeme, term }] : []));
  return candidates.flatMap(({ start, word: found }) => {
    const lexeme = lexemeOf(found);
    const term =
      (lexeme === null ? undefined : exact.get(lexeme)) ??
      prefixes.find((prefix) => found.startsWith(prefix.lexeme) || lexeme?.startsWith(prefix.lexeme))?.term;
    return term === undefined ? [] : [{ start, end: start + found.length, term, word: found }];
  });
}

/** The stretch of a snippet's length with the most of the terms' weight; of equal ones that with more hits, then the first. */
export function bestPassage(hits: readonly Hit[], terms: readonly Pick<Term, 'weight'>[]): Passage {
  const all = terms.reduce((sum, { weight }) => sum + weight, 0);
  const counts = terms.map(() => 0);
  let best = { start: 0, end: 0, score: 0 };
  let weight = 0;
  let first = 0;
  for (const [last, hit] of hits.entries()) {
    if ((counts[hit.term]! += 1) === 1) weight += terms[hit.term]!.weight;
    while (hit.end - hits[first]!.start > snippetCharacters - leadCharacters) {
      const { term } = hits[first]!;
      if ((counts[term]! -= 1) === 0) weight -= terms[term]!.weight;
      first += 1;
    }
    // A word said again counts a little, so that of two passages with the same words the denser one is shown.
    const score = weight + 0.02 * all * Math.min(last - first, 5);
    if (score > best.score + 1e-9) best = { start: hits[first]!.start, end: hit.end, score };
  }
  const within = hits.filter(({ start, end }) => start >= best.start && end <= best.end);
  return { start: best.start, end: best.end, terms: new Set(within.map(({ term }) => term)) };
}

/** A passage as it is shown on a results page: whole sentences where they fit, else whole words and an ellipsis. */
export function snippetOf(text: string, passage: Pick<Passage, 'start' | 'end'>): string {
  const start = beginningOf(text, passage.start);
  const wanted = Math.max(start + snippetCharacters, passage.end);
  const end = endOf(text, wanted);
  const said = text.slice(start, end).replace(/\s+/g, ' ').trim();
  if (said === '') return '';
  const before = start === 0 || isBoundary(text, start) ? '' : '... ';
  return `${before}${said}${end >= text.trimEnd().length || /[.!?…]["'”’)\]]?$/.test(said) ? '' : ' ...'}`;
}

/** Where the sentence or line begins that has this place, if that is near; else a word a little before it. */
function beginningOf(text: string, place: number): number {
  const from = Math.max(0, place - leadCharacters);
  const lead = text.slice(from, place);
  const sentence = [...lead.matchAll(/(?:[.!?…]["'”’)\]]?\s+|\n\s*)/g)][0];
  if (from === 0 && !sentence) return 0;
  if (from === 0) return 0;
  if (sentence) return from + sentence.index + sentence[0].length;
  const space = text.indexOf(' ', from);
  return space < 0 || space >= place ? place : space + 1;
}

function endOf(text: string, wanted: number): number {
  if (wanted >= text.length) return text.length;
  const slack = text.slice(wanted, wanted + sentenceSlack);
  const sentence = /^[^\n]*?[.!?…]["'”’)\]]?(?=\s|$)/.exec(slack);
  if (sentence) return wanted + sentence[0].length;
  const space = text.lastIndexOf(' ', wanted);
  return space > wanted - sentenceSlack ? space : wanted;
}

const isBoundary = (text: string, start: number): boolean =>
  /(?:[.!?…]["'”’)\]]?\s+|\n\s*)$/.test(text.slice(Math.max(0, start - 6), start));
