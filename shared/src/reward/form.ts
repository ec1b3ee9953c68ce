import { mean, most, share, shareOf, type FeatureGroup } from './group.ts';
import { dot, type Reading } from './reading.ts';
import { gramsOf } from './words.ts';

/** How the answer is put: length, repetition, slips. */
export const form: FeatureGroup = {
  features: [
    { name: 'words', description: 'Words (logarithm).' },
    {
      name: 'words-squared',
      description: 'Distance of their number from 60 (logarithm), squared: too short or too long.',
    },
    { name: 'sentences', description: 'Sentences (logarithm).' },
    { name: 'sentence-length', description: 'Words of a sentence: mean (logarithm).' },
    { name: 'longest-sentence', description: 'Words of the longest sentence (logarithm).' },
    { name: 'first-length', description: 'Words of the first sentence (logarithm).' },
    { name: 'repeated-triples', description: 'Share of runs of three words that were there before.' },
    { name: 'repeated-fours', description: 'Share of runs of four words that were there before.' },
    { name: 'repeated-content', description: 'Share of content words that were there before.' },
    { name: 'alike-most', description: 'Likeness in meaning of the two sentences most alike.' },
    { name: 'alike-mean', description: 'Likeness in meaning of neighbouring sentences: mean.' },
    {
      name: 'same-source',
      description: 'Share of sentences that rest on a sentence of the quotes that another rests on.',
    },
    { name: 'unfinished', description: 'The end has no full stop or the like.' },
    { name: 'unbalanced', description: 'Brackets or quotation marks that are not closed.' },
    { name: 'stutter', description: 'A word or two repeated at once.' },
    { name: 'pronoun-start', description: 'Share of sentences that begin with a pronoun.' },
    { name: 'vague-start', description: 'The answer begins with a pronoun, a small letter or a connective.' },
    { name: 'numbers', description: 'Share of words that are numbers.' },
    { name: 'capitals', description: 'Share of words that are capitalised.' },
    { name: 'function-words', description: 'Share of words that say little by themselves.' },
    { name: 'marks', description: 'Share of characters that are neither letters, digits nor spaces.' },
  ],
  of: ({ text, answer, words, content, supports }) => {
    const repeated = (grams: readonly string[]): number =>
      share(grams.length - new Set(grams).size, grams.length);
    const lengths = answer.map((sentence) => sentence.words.length);
    const log = (count: number): number => Math.log(1 + count);
    const pairs = answer.flatMap(({ vector }, index) =>
      answer.slice(index + 1).map((other) => dot(vector, other.vector)),
    );
    const neighbours = answer.slice(1).map(({ vector }, index) => dot(vector, answer[index]!.vector));
    const sources = supports.flatMap(({ best }) => (best ? [best] : []));
    return [
      log(words.length),
      (log(words.length) - log(60)) ** 2,
      log(answer.length),
      log(mean(lengths)),
      log(most(lengths)),
      log(lengths[0] ?? 0),
      repeated(gramsOf(words, 3)),
      repeated(gramsOf(words, 4)),
      repeated(content.map(({ stem }) => stem)),
      most(pairs),
      mean(neighbours),
      share(sources.length - new Set(sources).size, answer.length),
      Number(!/[.!?][)"”’]*$/.test(text)),
      unbalanced(text),
      stutters(words),
      shareOf(answer, (sentence) => pronouns.has(sentence.words[0]?.form ?? '')),
      Number(
        /^(?:\p{Ll}|it\b|they\b|he\b|she\b|this\b|these\b|and\b|but\b|however\b)/iu.test(text) &&
          (pronouns.has(words[0]?.form ?? '') || /^\p{Ll}/u.test(text)),
      ),
      shareOf(words, ({ isNumber }) => isNumber),
      shareOf(words, ({ isCapital }) => isCapital),
      shareOf(words, ({ isContent }) => !isContent),
      share(text.match(/[^\p{L}\p{N}\s]/gu)?.length ?? 0, text.length),
    ];
  },
};

const pronouns = new Set('it they he she this these that those its their his her'.split(' '));

function unbalanced(text: string): number {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return Math.min(
    3,
    Math.abs(count(/\(/g) - count(/\)/g)) + Math.abs(count(/\[/g) - count(/\]/g)) + (count(/"/g) % 2),
  );
}

function stutters(words: Reading['words']): number {
  let count = 0;
  for (let place = 1; place < words.length; place += 1) {
    const same = (back: number): boolean => words[place]!.stem === words[place - back]?.stem;
    if (same(1)) count += 1;
    else if (same(2) && words[place - 1]!.stem === words[place - 3]?.stem) count += 1;
  }
  return Math.min(4, count);
}
