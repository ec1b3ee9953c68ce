import type { Quote } from '@rookery/shared/browser';
import { sentencesOf } from '@rookery/shared/text';
import { citedSentence } from '../../text/cited.ts';
import { contentWords, stemOf, stemsOf } from '../../text/words.ts';
import type { AnswerTask } from '../policy.ts';
import { dot, type Vectors } from './features.ts';

/** An answer that could be given, and how good it looks. */
export interface Composition {
  text: string;
  score: number;
}

/** Most quotes that an answer cites. */
const mostQuotes = 4;
/** Sentences taken of each quote: one, or two. */
const sentencesOfQuote = [1, 2];
const mostCompositions = 96;
/** Words beyond which an answer is too long, and below which it is too short. */
const goodLength = { least: 20, most: 110 };

/**
 * What a composition is scored by; the score is the weighted sum, and a softmax of the scores is what answers are drawn
 * from. Chosen by hand, as a reader would: what is asked is dealt with, from more than one source, at a fair length.
 */
const weights = {
  /** Mean cosine of the question and the sentences. */
  cosine: 4,
  /** Share of the stems of the question that the answer has. */
  coverage: 3,
  /** Each quote cited beyond the first, in thirds. */
  sources: 1,
  /** Words too many or too few, in hundreds. */
  length: -2,
} as const;

interface QuotedSentence {
  text: string;
  cosine: number;
}

interface RankedQuote {
  number: number;
  /** In the order of the quote. */
  sentences: QuotedSentence[];
  best: number;
}

/** The texts whose vectors are needed. */
export function answerTexts({ question, quotes }: Pick<AnswerTask, 'question' | 'quotes'>): string[] {
  return [question, ...quotes.flatMap(sentencesOfExtract)].filter((text) => text !== '');
}

/**
 * Answers that say sentences of the quotes, each with its citation: from one quote to four, the most relevant or, in the
 * place of the last, the next; one sentence of each or two; in the order of quoting or of relevance. Each text is there
 * once. Empty only where there is no quote.
 */
export function compositionsOf(
  { question, quotes }: Pick<AnswerTask, 'question' | 'quotes'>,
  vectors: Vectors,
): Composition[] {
  const asked = vectors(question);
  const ranked = quotes
    .map((quote, index) => {
      const sentences = sentencesOfExtract(quote).map((text) => ({
        text,
        cosine: dot(asked, vectors(text)),
      }));
      return { number: index + 1, sentences, best: Math.max(...sentences.map(({ cosine }) => cosine)) };
    })
    .toSorted((one, other) => other.best - one.best);
  const made = new Map<string, Composition>();
  const stems = new Set(contentWords(question).map(stemOf));
  for (const chosen of choicesOf(ranked)) {
    for (const count of sentencesOfQuote) {
      for (const ordered of [chosen, chosen.toSorted((one, other) => one.number - other.number)]) {
        const composition = compose(ordered, { count, stems });
        if (!made.has(composition.text)) made.set(composition.text, composition);
      }
    }
  }
  return [...made.values()].slice(0, mostCompositions);
}

/** The best so many quotes; and all but the last of them with another that follows. */
function* choicesOf(ranked: readonly RankedQuote[]): Generator<RankedQuote[]> {
  for (let count = 1; count <= Math.min(mostQuotes, ranked.length); count += 1) {
    const first = ranked.slice(0, count - 1);
    for (const last of ranked.slice(count - 1)) yield [...first, last];
  }
}

function compose(
  chosen: readonly RankedQuote[],
  { count, stems }: { count: number; stems: ReadonlySet<string> },
): Composition {
  const said = chosen.map(({ number, sentences }) => {
    const best = new Set(sentences.toSorted((one, other) => other.cosine - one.cosine).slice(0, count));
    return { number, sentences: sentences.filter((sentence) => best.has(sentence)) };
  });
  const text = said
    .map(({ number, sentences }) =>
      sentences
        .map((sentence, place) =>
          citedSentence(sentence.text, place === sentences.length - 1 ? number : null),
        )
        .join(' '),
    )
    .join(' ');
  const all = said.flatMap(({ sentences }) => sentences);
  const cosine = all.reduce((sum, sentence) => sum + sentence.cosine, 0) / all.length;
  const own = stemsOf(text);
  const covered = [...stems].filter((stem) => own.has(stem)).length;
  const words = text.split(' ').length;
  const wrongLength = Math.max(0, words - goodLength.most, goodLength.least - words);
  const score =
    weights.cosine * cosine +
    weights.coverage * (stems.size === 0 ? 0 : covered / stems.size) +
    weights.sources * ((chosen.length - 1) / 3) +
    weights.length * (wrongLength / 100);
  return { text, score };
}

function sentencesOfExtract({ extract }: Pick<Quote, 'extract'>): string[] {
  const sentences = sentencesOf(extract).map(({ start, end }) => extract.slice(start, end));
  const whole = sentences.filter((sentence) => contentWords(sentence).length > 0);
  return whole.length > 0 ? whole : [extract.trim()];
}
