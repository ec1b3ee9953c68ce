import { answerSentences } from '../text/answer-sentences.ts';
import { blankCitations } from '../text/citations.ts';

/** A stretch of a text, in UTF-16 offsets, of which the other text has all or nothing. */
export interface DifferenceSegment {
  start: number;
  end: number;
  isShared: boolean;
}

/** Per text its segments, in order; they cover all of it, and every second one is shared. None for an empty text. */
export interface Difference {
  a: DifferenceSegment[];
  b: DifferenceSegment[];
}

const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
/**
 * A word: a run of letters, marks and digits with apostrophes within; a single character of scripts without spaces; a symbol that has
 * a meaning of its own, such as a currency sign or an emoji.
 */
const word = new RegExp(
  String.raw`[${unspaced}]\p{M}*|(?:(?![${unspaced}])[\p{L}\p{M}\p{N}])+(?:['’](?:(?![${unspaced}])[\p{L}\p{M}\p{N}])+)*|[\p{Sc}\p{Sm}\p{So}]`,
  'gu',
);

/** Stands for the beginning or the end of a sentence or of the text; no word is empty. */
const boundary = '';

/**
 * What each of two texts has that the other lacks. A word is shared where it is part of three words in a row that the other text also
 * has in a row, anywhere: passages may stand in another order. The beginning and the end of a sentence count as a word there, so that
 * short sentences and the ends of changed ones are found; texts of the same words are the same however they are cut into sentences.
 * Case, white space, punctuation and citations are no difference: what stands between two words is unshared only if both are, and a
 * text without words is shared.
 *
 * Time is linear in the lengths.
 */
export function differenceOf(a: string, b: string): Difference {
  const wordsOfA = wordsOf(a);
  const wordsOfB = wordsOf(b);
  return {
    a: segmentsOf(a, wordsOfA, sharedPlaces(wordsOfA, wordsOfB)),
    b: segmentsOf(b, wordsOfB, sharedPlaces(wordsOfB, wordsOfA)),
  };
}

interface Word {
  start: number;
  end: number;
  /** As it is compared. */
  text: string;
  endsSentence: boolean;
}

function wordsOf(text: string): Word[] {
  const masked = blankCitations(text);
  return answerSentences(text).flatMap(({ start, end }) => {
    const words = [...masked.slice(start, end).matchAll(word)];
    return words.map(({ 0: found, index }, place) => ({
      start: start + index,
      end: start + index + found.length,
      text: found.normalize('NFKC').toLowerCase().replaceAll(/['’]/g, ''),
      endsSentence: place === words.length - 1,
    }));
  });
}

/** The places of the words of `own` that are in a run that `other` also has. */
function sharedPlaces(own: Word[], other: Word[]): Set<number> {
  const known = new Set<string>();
  eachRun(other, (run) => known.add(run));
  const shared = new Set<number>();
  eachRun(own, (run, places) => {
    if (!known.has(run)) return;
    for (const place of places) shared.add(place);
  });
  return shared;
}

/** Visits every three words in a row, with their places, over the ends of sentences and with them; −1 is the place of an end. */
function eachRun(words: Word[], visit: (run: string, places: readonly number[]) => void): void {
  const across = [-1, ...words.keys(), -1];
  const within = [-1, ...words.flatMap(({ endsSentence }, place) => (endsSentence ? [place, -1] : [place]))];
  const textAt = (place: number): string => words[place]?.text ?? boundary;
  for (const places of [across, within]) {
    for (let index = 2; index < places.length; index += 1) {
      const [first, second, third] = [places[index - 2]!, places[index - 1]!, places[index]!];
      visit(`${textAt(first)} ${textAt(second)} ${textAt(third)}`, [first, second, third]);
    }
  }
}

function segmentsOf(text: string, words: Word[], shared: Set<number>): DifferenceSegment[] {
  const segments: DifferenceSegment[] = [];
  const add = (end: number, isShared: boolean): void => {
    const last = segments.at(-1);
    const start = last?.end ?? 0;
    if (end === start) return;
    if (last?.isShared === isShared) last.end = end;
    else segments.push({ start, end, isShared });
  };
  for (const [place, { start, end }] of words.entries()) {
    const isShared = shared.has(place);
    add(start, isShared || (place > 0 && shared.has(place - 1)));
    add(end, isShared);
  }
  add(text.length, words.length === 0 || shared.has(words.length - 1));
  return segments;
}
