import { expect, test } from 'vitest';
import { seededRandom } from '../comparisons/index.ts';
import { calibrationOf } from './calibration.ts';
import { preferenceOf } from './preference.ts';

/** Pairs whose labels are drawn by the logit that the first is preferred; scores say `steepness` times as much. */
function drawPairs(seed: string, { questions, steepness }: { questions: number; steepness: number }) {
  const random = seededRandom(seed);
  return Array.from({ length: 3 * questions }, (_, index) => {
    const logit = random.next() * 6 - 3;
    const label = Number(random.next() < preferenceOf(logit));
    return { questionId: `q${index % questions}`, label, difference: steepness * logit };
  });
}

test('scores that are calibrated have an error near 0, and others not, within an interval that holds it', () => {
  const [calibrated, tripled] = [1, 3].map((steepness) =>
    calibrationOf(drawPairs('many', { questions: 400, steepness }), 1),
  );
  for (const { error, bins } of [calibrated!, tripled!]) {
    expect(bins).toHaveLength(10);
    expect(error.low).toBeLessThanOrEqual(error.value);
    expect(error.high).toBeGreaterThan(error.value);
  }
  expect(calibrated!.error.low).toBe(0);
  expect(calibrated!.error.high).toBeLessThan(0.06);
  expect(tripled!.error.low).toBeGreaterThan(0.08);
});

test('chance does not add to the error of few pairs', () => {
  const sets = Array.from({ length: 12 }, (_, set) =>
    calibrationOf(drawPairs(`few ${set}`, { questions: 30, steepness: 1 }), set),
  );
  const plain = sets.map(({ bins }) =>
    Math.sqrt(
      bins.reduce((sum, { predicted, observed, pairs }) => sum + pairs * (predicted - observed) ** 2, 0) / 90,
    ),
  );
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value) / values.length;
  expect(mean(sets.map(({ error }) => error.value))).toBeLessThan(mean(plain) / 2);
  for (const { error } of sets) expect(error.low).toBe(0);
});

test('swapped answers make no difference, and a single question has no interval', () => {
  const pairs = drawPairs('swapped', { questions: 12, steepness: 2 });
  const swapped = pairs.map(({ questionId, label, difference }) => ({
    questionId,
    label: 1 - label,
    difference: -difference,
  }));
  expect(calibrationOf(swapped, 1).error.value).toBeCloseTo(calibrationOf(pairs, 1).error.value, 12);
  const one = pairs.map((pair) => Object.assign(pair, { questionId: 'q' }));
  expect(calibrationOf(one, 1).error).toMatchObject({ low: null, high: null });
});
