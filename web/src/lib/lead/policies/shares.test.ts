import { expect, test } from 'vitest';
import { beatsBaselines, intervalWords, shareWords } from './shares.ts';

const share = (right: number, of: number) => ({ right, of, low: 0.404, high: 0.598 });

test('a share is told in percent with its interval; one of nothing is not told as 0', () => {
  expect(shareWords(share(1, 2))).toBe('50\u00A0%');
  expect(intervalWords(share(1, 2))).toBe('40–60\u00A0%');
  expect([shareWords(share(0, 0)), intervalWords(share(0, 0))]).toEqual(['–', '']);
});

test('a policy is better only where it is better than both rules of thumb', () => {
  const of = (policy: number, mostFrequent: number, lexical: number) => ({
    policy: share(policy, 10),
    mostFrequent: share(mostFrequent, 10),
    lexical: share(lexical, 10),
  });
  expect(beatsBaselines(of(5, 3, 4))).toBe(true);
  expect([of(5, 5, 1), of(5, 1, 6)].map(beatsBaselines)).toEqual([false, false]);
});
