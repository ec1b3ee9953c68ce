import type { ComparisonOption } from '@rookery/shared/api';
import { answerSentences, blankCitations, citedNumbers, type TextRange } from '@rookery/shared/text';
import { stemsOf } from '../../text/words.ts';

/**
 * What a simulated rater notices in an answer; a taste weighs it. All are shares from 0 to 1, but `length`, which has no end.
 * A share of nothing is 0.
 */
export const featureNames = [
  'support',
  'coverage',
  'length',
  'citations',
  'repetition',
  'readability',
  'citationErrors',
  'offQuestion',
] as const;
export type FeatureName = (typeof featureNames)[number];
export type Features = Readonly<Record<FeatureName, number>>;

/** From which share of its content words on a sentence counts as backed by the quotes, and as weakly backed. */
export const backedFrom = { strong: 0.8, weak: 0.4 } as const;

/**
 * The features of an answer, from nothing but what its rater is shown:
 * - `support`: share of sentences of which quotes have at least 80 % of the content words.
 * - `coverage`: share of the question's content words that the answer has.
 * - `length`: ln(1 + words) / ln(256); 255 words are 1.
 * - `citations`: share of sentences with a citation of a quote that there is.
 * - `repetition`: share of its runs of three words that it has had before.
 * - `readability`: 1 up to 20 words a sentence on average, falling in a line to 0 at 60.
 * - `citationErrors`: share of the cited numbers that no quote has.
 * - `offQuestion`: share of sentences that have no content word of the question.
 */
export function featuresOf(question: string, { text, quotes }: ComparisonOption): Features {
  const words = plainWords(text);
  const sentences = answerSentences(text).map(({ start, end }) => text.slice(start, end));
  const asked = stemsOf(question);
  const known = stemsOf(quotes.map(({ extract }) => extract).join(' '));
  const isThere = (number: number): boolean => number >= 1 && number <= quotes.length;
  const cited = citedNumbers(text);
  const shareOf = (matches: (sentence: string) => boolean): number =>
    share(sentences.filter(matches).length, sentences.length);
  return {
    support: shareOf((sentence) => shareWithin(contentStems(sentence), known) >= backedFrom.strong),
    coverage: shareWithin(asked, contentStems(text)),
    length: Math.log(1 + words.length) / Math.log(256),
    citations: shareOf((sentence) => citedNumbers(sentence).some(isThere)),
    repetition: repetitionOf(words),
    readability: clamp((60 - words.length / Math.max(1, sentences.length)) / 40),
    citationErrors: share(cited.filter((number) => !isThere(number)).length, cited.length),
    offQuestion: shareOf((sentence) => shareWithin(asked, contentStems(sentence)) === 0),
  };
}

/** How a sentence of an answer is backed, and whether it is about the question. */
export interface SeenSentence extends TextRange {
  /** Share of its content words that the quotes have together. */
  backed: number;
  /** Number of the quote that has most of them; null where none has any. */
  quote: number | null;
  /** Share of the question's content words that it has. */
  asked: number;
  citesNothing: boolean;
}

/** The sentences of an answer in order, in UTF-16 offsets, as a simulated rater judges them. */
export function seenSentences(question: string, { text, quotes }: ComparisonOption): SeenSentence[] {
  const asked = stemsOf(question);
  const known = quotes.map(({ extract }) => stemsOf(extract));
  const all = new Set(known.flatMap((stems) => [...stems]));
  return answerSentences(text).map(({ start, end }) => {
    const sentence = text.slice(start, end);
    const stems = contentStems(sentence);
    const shares = known.map((quote) => shareWithin(stems, quote));
    const best = Math.max(0, ...shares);
    return {
      start,
      end,
      backed: shareWithin(stems, all),
      quote: best > 0 ? shares.indexOf(best) + 1 : null,
      asked: shareWithin(asked, stems),
      citesNothing: citedNumbers(sentence).some((number) => number < 1 || number > quotes.length),
    };
  });
}

const contentStems = (text: string): Set<string> => stemsOf(blankCitations(text));

const plainWords = (text: string): string[] =>
  blankCitations(text)
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

function repetitionOf(words: readonly string[]): number {
  const runs = words.slice(2).map((word, index) => `${words[index]} ${words[index + 1]} ${word}`);
  return share(runs.length - new Set(runs).size, runs.length);
}

/** Share of the items that are in a set. */
export const shareWithin = (items: ReadonlySet<string>, set: ReadonlySet<string>): number =>
  share([...items].filter((item) => set.has(item)).length, items.size);

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
