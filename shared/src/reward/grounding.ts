import { least, mean, most, share, shareOf, type FeatureGroup } from './group.ts';
import { overlapOf, type Sentence, type Support } from './reading.ts';

/** How far the quotes bear out what the answer says. */
export const grounding: FeatureGroup = {
  features: [
    { name: 'support-cosine-mean', description: 'Likeness in meaning of each sentence to the quotes: mean.' },
    { name: 'support-cosine-least', description: 'The same, of the sentence that is least like them.' },
    {
      name: 'support-overlap-mean',
      description: 'Share of each sentence’s words in one sentence of the quotes: mean.',
    },
    { name: 'support-overlap-least', description: 'The same, of the sentence that has least.' },
    {
      name: 'known-words',
      description: 'Share of the words, weighted by rarity, that are anywhere in the quotes.',
    },
    {
      name: 'mixed-words',
      description: 'Words in the quotes, but not in the sentence that each sentence is most like.',
    },
    { name: 'unknown-words', description: 'Words that the quotes and the question do not have: share.' },
    { name: 'unknown-words-most', description: 'The same, of the sentence with most.' },
    { name: 'unknown-words-count', description: 'The same, counted (root).' },
    { name: 'unknown-numbers', description: 'Numbers that are not in the quotes, counted (root).' },
    { name: 'unknown-numbers-share', description: 'Share of the numbers that are not in the quotes.' },
    {
      name: 'unknown-names',
      description: 'Capitalised words that are not in the quotes or the question, counted (root).',
    },
    {
      name: 'unknown-names-share',
      description: 'Share of the capitalised words that are not in the quotes or the question.',
    },
    {
      name: 'strange-numbers',
      description:
        'Numbers that are not in the sentence of the quotes that theirs is most like, counted (root).',
    },
    {
      name: 'strange-names',
      description:
        'Capitalised words that are not in the sentence of the quotes that theirs is most like, counted (root).',
    },
    {
      name: 'negation-differs',
      description: 'Share of sentences that say "not" where the quotes do not, or the other way round.',
    },
  ],
  of: ({ answer, supports, content, known, rarity, question, titles }) => {
    const numbers = content.filter(({ isNumber }) => isNumber);
    const names = content.filter(({ isCapital }) => isCapital);
    const isUnknown = ({ stem }: { stem: string }): boolean => !known.has(stem) && !question.stems.has(stem);
    const unknownNumbers = numbers.filter(isUnknown).length;
    const unknownNames = names.filter(isUnknown).length;
    const knownShare = overlapOf(
      content.map(({ stem }) => stem),
      { of: known, rarity },
    );
    const overlaps = supports.map(({ overlap }) => overlap);
    const strange = (kind: 'isNumber' | 'isCapital'): number =>
      answer.reduce((sum, sentence, index) => {
        const best = supports[index]?.best;
        return (
          sum +
          sentence.content.filter(
            (word) => word[kind] && !best?.stems.has(word.stem) && !titles.has(word.stem),
          ).length
        );
      }, 0);
    return [
      mean(supports.map(({ cosine }) => cosine)),
      least(supports.map(({ cosine }) => cosine)),
      mean(overlaps),
      least(overlaps),
      knownShare,
      knownShare - mean(overlaps),
      shareOf(content, isUnknown),
      most(answer.map((sentence) => shareOf(sentence.content, isUnknown))),
      Math.sqrt(content.filter(isUnknown).length),
      Math.sqrt(unknownNumbers),
      share(unknownNumbers, numbers.length),
      Math.sqrt(unknownNames),
      share(unknownNames, names.length),
      Math.sqrt(strange('isNumber')),
      Math.sqrt(strange('isCapital')),
      share(
        answer.filter((sentence, index) => differsInNegation(sentence, supports[index])).length,
        answer.length,
      ),
    ];
  },
};

const negations = new Set([
  'not',
  'no',
  'never',
  'neither',
  'nor',
  'without',
  'none',
  "didn't",
  "isn't",
  "wasn't",
  "doesn't",
  'cannot',
]);
const isNegated = ({ words }: Sentence): boolean => words.some(({ form }) => negations.has(form));

const differsInNegation = (sentence: Sentence, support: Support | undefined): boolean =>
  support?.best != null && isNegated(sentence) !== isNegated(support.best);
