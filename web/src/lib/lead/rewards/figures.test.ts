import { expect, test } from 'vitest';
import { isDecided, lengthWords, pointsInterval, pointsWords, standing } from './figures.ts';

const share = (right: number, low = 0.4) => ({ right, of: 10, low, high: 0.9 });
const estimate = (value: number, low: number | null, high: number | null) => ({ value, low, high });

test('a difference is told in points with its sign, and is decided where its interval leaves 0 out', () => {
  expect([pointsWords(0.031), pointsWords(-0.02), pointsWords(0)]).toEqual([
    '+3.1 points',
    '−2 points',
    '0 points',
  ]);
  expect(pointsInterval(estimate(0.031, -0.012, 0.05))).toBe('−1.2 to +5 points');
  expect(pointsInterval(estimate(0.031, null, null))).toBe('');
  expect(
    [estimate(0.1, 0.05, 0.2), estimate(0.1, -0.1, 0.2), estimate(0.1, null, null)].map(isDecided),
  ).toEqual([true, false, false]);
});

test('a model is ahead only where its interval leaves the best rule of thumb behind', () => {
  const judged = (right: number, low: number) => ({
    accuracy: share(right, low),
    baselines: { longer: share(5), first: share(6), cosine: share(4) },
  });
  expect(standing(judged(9, 0.7))).toBe('ahead');
  expect(standing(judged(7, 0.5))).toBe('maybeAhead');
  expect(standing(judged(6, 0.61))).toBe('notAhead');
});

test('a correlation with length says which way it goes, and whether it may be chance', () => {
  expect(lengthWords(estimate(0.05, -0.1, 0.2))).toContain('hardly matters');
  expect(lengthWords(estimate(-0.35, -0.6, -0.06))).toContain('shorter answers score clearly higher');
  expect(lengthWords(estimate(0.2, -0.1, 0.5))).toMatch(/longer answers score a little higher.*chance/);
});
