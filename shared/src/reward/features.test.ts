import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ownText,
  rewardFeatureNames,
  rewardFeatures,
  rewardFeaturesOf,
  rewardTextsOf,
  type RewardInput,
  type Vectors,
} from './index.ts';

/** A direction for each text, by its words: texts that share words are near each other. */
const vectors: Vectors = (text) => {
  const vector = new Float32Array(16);
  for (const word of text.toLowerCase().match(/[a-z0-9]+/g) ?? ['none'])
    vector[word.split('').reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 16, 7)]! += 1;
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
};

const quotes = [
  {
    title: 'Roosting (crows.example)',
    extract:
      'Crows gather in large roosts on winter evenings. Together they keep warm, and watch for owls. In 2011 a roost of 60,000 birds was counted.',
  },
];
const question = 'Why do crows gather in the evening?';
const feature = (input: RewardInput, name: string): number =>
  rewardFeaturesOf(input, vectors)[rewardFeatureNames.indexOf(name)]!;
const of = (answer: string): RewardInput => ({ question, quotes, answer });

test('every feature has a name of its own and says what it is', () => {
  expect(new Set(rewardFeatureNames).size).toBe(rewardFeatures.length);
  expect(rewardFeatures.every(({ description }) => description.length > 10)).toBe(true);
  expect(rewardFeaturesOf(of('They keep warm.'), vectors)).toHaveLength(rewardFeatures.length);
});

test('an answer in the words of the quotes is better supported than one of its own', () => {
  const backed = of('Together they keep warm and watch for owls.');
  const made = of('Scientists from Oslo found magnets in their brains in 1987.');
  expect(feature(backed, 'support-words')).toBeGreaterThan(feature(made, 'support-words'));
  expect(feature(backed, 'unknown-words')).toBeLessThan(feature(made, 'unknown-words'));
  expect(feature(made, 'strange-numbers')).toBeGreaterThan(feature(backed, 'strange-numbers'));
  expect(feature(of('In 2011 a roost of 60,000 birds was counted.'), 'strange-numbers')).toBe(
    feature(backed, 'strange-numbers'),
  );
});

test('citations and a list of references are no words of the answer', () => {
  const plain = of('Together they keep warm.');
  const cited = of('Together they keep warm [1].\n\nReferences:\n[1] Roosting (crows.example)');
  expect(ownText(cited.answer)).toBe('Together they keep warm.');
  expect([...rewardFeaturesOf(cited, vectors)]).toEqual([...rewardFeaturesOf(plain, vectors)]);
});

test('repetition and an unfinished end show', () => {
  const once = of('Together they keep warm.');
  const twice = of('Together they keep warm. Together they keep warm');
  expect(feature(twice, 'repeated-runs')).toBeGreaterThan(feature(once, 'repeated-runs'));
  expect(feature(twice, 'unfinished')).toBe(1);
});

test('whatever is read, the numbers are finite, need no other text than was named, and are the same again', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.lorem({ maxCount: 20 }),
    fc.constantFrom('', ' ', '[1]', '...', '\n\nReferences:\n', '1 2 3', '— “”'),
  );
  const input = fc.record({
    question: text,
    answer: text,
    quotes: fc.array(fc.record({ title: text, extract: text }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(input, (one) => {
      const named = new Set(rewardTextsOf(one));
      const features = rewardFeaturesOf(one, (asked) => {
        expect(named.has(asked)).toBe(true);
        return vectors(asked);
      });
      expect(features.every(Number.isFinite)).toBe(true);
      expect([...rewardFeaturesOf(one, vectors)]).toEqual([...features]);
    }),
    { numRuns: 100 },
  );
});
