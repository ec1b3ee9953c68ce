import { expect, test } from 'vitest';
import { bestSentence } from './matching.ts';

const extract =
  'Crows are clever birds. Some crows leave gifts for people who feed them: keys, beads, a paper clip. Crows also scold. 食べ物をくれる人にカラスは贈り物をする。';

const found = (claim: string): string | null => {
  const range = bestSentence(extract, claim);
  return range && extract.slice(range.start, range.end);
};

test('the sentence that says what the claim says is found', () => {
  expect(found('Crows may bring gifts to people who feed them [1].')).toContain('Some crows leave gifts');
  expect(found('A crow will scold you; crows scold [2]')).toBe('Crows also scold.');
});

test('a claim that shares no word has no sentence, nor has an empty extract', () => {
  expect(found('Quite another matter [1].')).toBeNull();
  expect(found('')).toBeNull();
  expect(bestSentence('', 'Crows')).toBeNull();
});

test('citations are no words', () => {
  expect(bestSentence('It was 112 then.', 'Something else [112]')).toBeNull();
});
