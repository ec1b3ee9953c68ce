import { stripCitations } from '../comparisons/citations.ts';
import { answerSentences } from '../text/answer-sentences.ts';
import { gramsOf, wordsOf, type Word } from './words.ts';

/** What a reward model reads of an answer. */
export interface RewardInput {
  question: string;
  quotes: readonly { title: string; extract: string }[];
  answer: string;
}

/** The vector of a text: of length 1, all of the same number of dimensions. */
export type Vectors = (text: string) => Float32Array;

/** A sentence with what is asked of it again and again. */
export interface Sentence {
  text: string;
  words: readonly Word[];
  content: readonly Word[];
  stems: ReadonlySet<string>;
  vector: Float32Array;
}

export interface QuoteSentence extends Sentence {
  /** Index of its quote. */
  quote: number;
  /** Its place in its quote, from 0. */
  place: number;
}

/** The sentence of the quotes that an answer's sentence is most like, and how much. */
export interface Support {
  /** Null without quotes. */
  best: QuoteSentence | null;
  cosine: number;
  /** Share of the sentence's content, weighted by rarity, that `best` has: `best` is where this and the cosine are greatest. */
  overlap: number;
}

/** Question, quotes and answer, taken apart once for all features. */
export interface Reading {
  question: Sentence;
  titles: ReadonlySet<string>;
  quotes: readonly QuoteSentence[];
  /** All stems of quotes and titles. */
  known: ReadonlySet<string>;
  /** Rarity of a stem among the sentences of the quotes. */
  rarity: (stem: string) => number;
  /** The answer without citations and list of references. */
  text: string;
  answer: readonly Sentence[];
  words: readonly Word[];
  content: readonly Word[];
  vector: Float32Array;
  supports: readonly Support[];
  /** Runs of one to four stems in the quotes. */
  grams: readonly ReadonlySet<string>[];
}

/** The answer's own words: without citations and without the list of references at its end. */
export function ownText(answer: string): string {
  const references = /\n[ \t]*(?:#+ *|\**)?(?:references|sources|citations)\**:?\**[ \t]*\n[\s\S]*$/i;
  return stripCitations(answer.replace(references, '')).trim();
}

const partsOf = (text: string): string[] =>
  answerSentences(text).map(({ start, end }) => text.slice(start, end));

/** Every text whose vector is needed to read an input, each once. */
export function rewardTextsOf({ question, quotes, answer }: RewardInput): string[] {
  const own = ownText(answer);
  return [...new Set([question, own, ...partsOf(own), ...quotes.flatMap(({ extract }) => partsOf(extract))])];
}

export function readInput({ question, quotes, answer }: RewardInput, vectors: Vectors): Reading {
  const text = ownText(answer);
  const sentences = partsOf(text).map((part) => sentenceOf(part, vectors));
  const quoted = quotes.flatMap(({ extract }, quote) =>
    partsOf(extract).map((part, place): QuoteSentence =>
      Object.assign(sentenceOf(part, vectors), { quote, place }),
    ),
  );
  const titles = new Set(
    quotes.flatMap(({ title }) => stemsOf(wordsOf(title.replace(/\([^()]*\)\s*$/, '')))),
  );
  const frequencies = new Map<string, number>();
  for (const { stems } of quoted)
    for (const stem of stems) frequencies.set(stem, (frequencies.get(stem) ?? 0) + 1);
  const rarity = (stem: string): number =>
    Math.log(1 + (quoted.length + 1) / ((frequencies.get(stem) ?? 0) + 0.5));
  const words = sentences.flatMap((sentence) => sentence.words);
  return {
    question: sentenceOf(question, vectors),
    titles,
    quotes: quoted,
    known: new Set([...frequencies.keys(), ...titles]),
    rarity,
    text,
    answer: sentences,
    words,
    content: words.filter(({ isContent }) => isContent),
    vector: vectors(text),
    supports: sentences.map((sentence) => supportOf(sentence, { quoted, rarity })),
    grams: [1, 2, 3, 4].map((n) => new Set(quoted.flatMap((sentence) => gramsOf(sentence.words, n)))),
  };
}

function sentenceOf(text: string, vectors: Vectors): Sentence {
  const words = wordsOf(text);
  const content = words.filter(({ isContent }) => isContent);
  return { text, words, content, stems: new Set(stemsOf(words)), vector: vectors(text) };
}

const stemsOf = (words: readonly Word[]): string[] =>
  words.filter(({ isContent }) => isContent).map(({ stem }) => stem);

function supportOf(
  sentence: Sentence,
  { quoted, rarity }: { quoted: readonly QuoteSentence[]; rarity: (stem: string) => number },
): Support {
  let found: Support = { best: null, cosine: 0, overlap: 0 };
  for (const best of quoted) {
    const cosine = dot(sentence.vector, best.vector);
    const overlap = overlapOf(sentence.stems, { of: best.stems, rarity });
    if (!found.best || cosine + overlap > found.cosine + found.overlap) found = { best, cosine, overlap };
  }
  return found;
}

/** Share of stems, weighted by rarity, that are among others; 0 for none. */
export function overlapOf(
  stems: Iterable<string>,
  { of, rarity }: { of: ReadonlySet<string>; rarity: (stem: string) => number },
): number {
  let shared = 0;
  let all = 0;
  for (const stem of stems) {
    const weight = rarity(stem);
    all += weight;
    if (of.has(stem)) shared += weight;
  }
  return all === 0 ? 0 : shared / all;
}

export function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += one[index]! * other[index]!;
  return sum;
}
