import type { FeatureGroup } from './group.ts';
import { dot, mean, most, share } from './measures.ts';
import { gramsOf } from './words.ts';

/** How the answer is put: length, repetition, slips. */
export const form: FeatureGroup = {
  features: [
    { name: 'words', description: 'Words (logarithm).' },
    { name: 'sentence-words', description: 'Words of a sentence (logarithm of the mean).' },
    { name: 'repeated-runs', description: 'Share of runs of three words that were there before.' },
    { name: 'repeated-words', description: 'Share of words, little ones left out, that were there before.' },
    { name: 'alike-sentences', description: 'How like in meaning the two sentences most alike are.' },
    { name: 'stutter', description: 'Words said twice at once; at most four count.' },
    { name: 'unfinished', description: 'It does not end as a sentence does.' },
    {
      name: 'unbalanced',
      description: 'Brackets and quotation marks without their other half; at most three count.',
    },
    { name: 'pronoun-start', description: 'It begins with a pronoun, which has nothing to stand for.' },
  ],
  of: ({ text, answer, words, content }) => [
    Math.log(1 + words.length),
    Math.log(1 + mean(answer.map((sentence) => sentence.words.length))),
    repeatedShare(gramsOf(words, 3)),
    repeatedShare(content.map(({ stem }) => stem)),
    most(
      answer.flatMap(({ vector }, index) =>
        answer.slice(index + 1).map((other) => dot(vector, other.vector)),
      ),
    ),
    Math.min(4, words.filter((word, place) => word.form === words[place - 1]?.form).length),
    Number(!/[.!?][)"”’]*$/.test(text)),
    unbalancedIn(text),
    Number(pronouns.has(words[0]?.form ?? '')),
  ],
};

const pronouns = new Set('it they he she this these those its their his her'.split(' '));

const repeatedShare = (items: readonly string[]): number =>
  share(items.length - new Set(items).size, items.length);

function unbalancedIn(text: string): number {
  const count = (mark: string): number => text.split(mark).length - 1;
  const brackets = Math.abs(count('(') - count(')')) + Math.abs(count('[') - count(']'));
  return Math.min(3, brackets + (count('"') % 2));
}
