import { expect, test } from 'vitest';
import { seededRandom } from '../comparisons/index.ts';
import { bestOfNEstimate, type ScoredSample } from './best-of-n.ts';

/** The mean over all sets of n samples, of the value of the one that is chosen; of several, their mean. */
function byAllSubsets(samples: readonly ScoredSample[], n: number): number {
  const worth: number[] = [];
  for (let set = 0; set < 2 ** samples.length; set += 1) {
    const drawn = samples.filter((_, index) => (set >> index) % 2 === 1);
    if (drawn.length !== n) continue;
    const best = Math.max(...drawn.map(({ training }) => training));
    const chosen = drawn.filter(({ training }) => training === best);
    worth.push(chosen.reduce((sum, { value }) => sum + value, 0) / chosen.length);
  }
  return worth.reduce((sum, value) => sum + value, 0) / worth.length;
}

const random = seededRandom('best of n');
const drawSamples = (count: number, scores: number): ScoredSample[] =>
  Array.from({ length: count }, () => ({ training: random.below(scores), value: random.next() }));

test('is the mean over all sets of n samples, ties in the score or not', () => {
  for (const scores of [1, 3, 2 ** 32]) {
    const samples = drawSamples(9, scores);
    for (let n = 1; n <= 9; n += 1)
      expect(bestOfNEstimate(samples, n)).toBeCloseTo(byAllSubsets(samples, n), 12);
  }
});

test('is a number in the range of the values, whatever the number of samples', () => {
  const samples = Array.from({ length: 5000 }, (_, index) => ({ training: index, value: index }));
  expect(bestOfNEstimate(samples, 1)).toBeCloseTo(2499.5, 6);
  expect(bestOfNEstimate(samples, 5000)).toBe(4999);
  // The greatest of n of the numbers 0 … N − 1 is n (N + 1) / (n + 1) − 1 on average.
  for (const n of [2, 64, 2500, 4999])
    expect(bestOfNEstimate(samples, n)).toBeCloseTo((n * 5001) / (n + 1) - 1, 6);
});

test('needs n samples', () => {
  expect(bestOfNEstimate(drawSamples(3, 3), 4)).toBeNull();
  expect(() => bestOfNEstimate([], 0)).toThrow(RangeError);
});
