import { stripCitations } from '../comparisons/citations.ts';
import { answerSentences } from '../text/answer-sentences.ts';
import { dot, overlapOf, type Rarity } from './measures.ts';
import { wordsOf, type Word } from './words.ts';

/** What a reward model reads of an answer. */
export interface RewardInput {
  question: string;
  quotes: readonly { title: string; extract: string }[];
  answer: string;
}

/** The vector of a text: of length 1, all of the same number of dimensions. */
export type Vectors = (text: string) => Float32Array;

export interface Sentence {
  text: string;
  words: readonly Word[];
  /** Those that say something by themselves. */
  content: readonly Word[];
  /** Of the content words. */
  stems: ReadonlySet<string>;
  vector: Float32Array;
}

export interface QuoteSentence extends Sentence {
  /** Index of its quote. */
  quote: number;
  /** Its place among all sentences of the quotes, from 0. */
  place: number;
  /** Stems of the passage that begins with it: of up to three sentences of its quote. */
  passage: ReadonlySet<string>;
}

/** The sentence of the quotes that an answer's sentence is most like, by meaning and words together. */
export interface Support {
  /** Null without quotes. */
  best: QuoteSentence | null;
  /** Likeness in meaning of both, from −1 to 1. */
  cosine: number;
  /** Share of the sentence's content, weighted by rarity, that `best` has. */
  overlap: number;
}

/** Question, quotes and answer, taken apart once for all features. */
export interface Reading {
  question: Sentence;
  quotes: readonly QuoteSentence[];
  /** Stems of the quotes' titles. */
  titles: ReadonlySet<string>;
  /** The sentences of the quotes that have a stem. */
  holders: ReadonlyMap<string, ReadonlySet<QuoteSentence>>;
  rarity: Rarity;
  /** The answer without citations and list of references. */
  text: string;
  answer: readonly Sentence[];
  /** One for each sentence of the answer. */
  supports: readonly Support[];
  words: readonly Word[];
  content: readonly Word[];
  /** Of the whole answer. */
  vector: Float32Array;
}

/** More sentences than these are not read: of all quotes together, and of an answer. */
const mostQuoted = 400;
const mostAnswered = 100;
/** Sentences of a passage. */
const passageLength = 3;

/** A list of references at the end of an answer, under a heading of its own. */
const references = /\n[ \t#*]*(?:references|sources|citations)[ \t:*]*\n[\s\S]*$/i;

/** The answer's own words: without citations, and without a list of references at its end. */
export function ownText(answer: string): string {
  return stripCitations(answer.replace(references, '')).trim();
}

/** Every text whose vector is needed to read an input, each once. */
export function rewardTextsOf({ question, quotes, answer }: RewardInput): string[] {
  const own = ownText(answer);
  return [...new Set([question, own, ...sentencesOf(own), ...quotedOf(quotes).map(({ text }) => text)])];
}

const sentencesOf = (text: string): string[] =>
  answerSentences(text)
    .slice(0, mostAnswered)
    .map(({ start, end }) => text.slice(start, end));

function quotedOf(quotes: RewardInput['quotes']): { text: string; quote: number }[] {
  return quotes
    .flatMap(({ extract }, quote) =>
      answerSentences(extract).map(({ start, end }) => ({ text: extract.slice(start, end), quote })),
    )
    .slice(0, mostQuoted);
}

export function readInput({ question, quotes, answer }: RewardInput, vectors: Vectors): Reading {
  const text = ownText(answer);
  const sentences = sentencesOf(text).map((part) => sentenceOf(part, vectors));
  const quoted = readQuotes(quotes, vectors);
  const holders = holdersOf(quoted);
  const rarity: Rarity = (stem) => Math.log(1 + (quoted.length + 1) / ((holders.get(stem)?.size ?? 0) + 0.5));
  const words = sentences.flatMap((sentence) => sentence.words);
  return {
    question: sentenceOf(question, vectors),
    quotes: quoted,
    titles: new Set(quotes.flatMap(({ title }) => stemsOf(wordsOf(title.replace(/\([^()]*\)\s*$/, ''))))),
    holders,
    rarity,
    text,
    answer: sentences,
    supports: sentences.map((sentence) => supportOf(sentence, { quoted, rarity })),
    words,
    content: words.filter(({ isContent }) => isContent),
    vector: vectors(text),
  };
}

function readQuotes(quotes: RewardInput['quotes'], vectors: Vectors): QuoteSentence[] {
  const listed = quotedOf(quotes);
  const read = listed.map(({ text }) => sentenceOf(text, vectors));
  return read.map((sentence, place) => {
    const { quote } = listed[place]!;
    const passage = new Set<string>();
    for (let at = place; at < place + passageLength && listed[at]?.quote === quote; at += 1)
      for (const stem of read[at]!.stems) passage.add(stem);
    return Object.assign(sentence, { quote, place, passage });
  });
}

function sentenceOf(text: string, vectors: Vectors): Sentence {
  const words = wordsOf(text);
  const content = words.filter(({ isContent }) => isContent);
  return { text, words, content, stems: new Set(stemsOf(words)), vector: vectors(text) };
}

const stemsOf = (words: readonly Word[]): string[] =>
  words.filter(({ isContent }) => isContent).map(({ stem }) => stem);

function holdersOf(quoted: readonly QuoteSentence[]): Map<string, Set<QuoteSentence>> {
  const holders = new Map<string, Set<QuoteSentence>>();
  for (const sentence of quoted)
    for (const stem of sentence.stems) {
      const known = holders.get(stem);
      if (known) known.add(sentence);
      else holders.set(stem, new Set([sentence]));
    }
  return holders;
}

function supportOf(
  sentence: Sentence,
  { quoted, rarity }: { quoted: readonly QuoteSentence[]; rarity: Rarity },
): Support {
  let found: Support = { best: null, cosine: 0, overlap: 0 };
  for (const best of quoted) {
    const cosine = dot(sentence.vector, best.vector);
    const overlap = overlapOf(sentence.stems, { of: best.stems, rarity });
    if (!found.best || cosine + overlap > found.cosine + found.overlap) found = { best, cosine, overlap };
  }
  return found;
}
