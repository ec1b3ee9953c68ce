import { describe, expect, test } from 'vitest';
import { rewardEvaluationSchema } from '../api/index.ts';
import { seededRandom } from '../comparisons/index.ts';
import { compareAccuracies, evaluate, type EvaluatedPair, type EvaluatedRating } from './evaluation.ts';
import { labelOf } from './labels.ts';
import { preferenceOf } from './preference.ts';

const pair = (more: Partial<EvaluatedPair> = {}): EvaluatedPair => ({
  questionId: 'q',
  label: 1,
  difference: 1,
  words: [10, 10],
  cosines: [0, 0],
  ratings: ratingsBy('people', 1),
  ...more,
});
const ratingsBy = (source: string, ...overall: number[]) =>
  overall.map((value) => ({ source, values: { overall: value } }));
const evaluatePairs = (pairs: EvaluatedPair[]) =>
  evaluate({ pairs, answers: [], muchBetter: 'collapsed', seed: 1 });

test('the label of a pair is the mean of its ratings, and "much better" is graded where it is asked', () => {
  expect(labelOf([1, 0.5, 0, -0.5], 'collapsed')).toBe(0.625);
  expect(labelOf([1, 0.5, 0, -0.5], 'graded')).toBe(0.625);
  expect([1, 0.5, 0, -0.5, -1].map((rating) => labelOf([rating], 'collapsed'))).toEqual([1, 1, 0.5, 0, 0]);
  expect([1, 0.5, 0, -0.5, -1].map((rating) => labelOf([rating], 'graded'))).toEqual([1, 0.75, 0.5, 0.25, 0]);
  expect(labelOf([], 'graded')).toBeNull();
});

describe('an evaluation', () => {
  test('leaves ties out of accuracy and has them in the loss; what prefers neither is half right', () => {
    const { ties, accuracy, baselines, logLoss } = evaluatePairs([
      pair({ words: [9, 8], cosines: [0.1, 0.2] }),
      pair({ difference: -1, words: [9, 12] }),
      pair({ label: 0, difference: -2 }),
      pair({ label: 0.5, difference: 0 }),
    ]);
    expect(ties).toBe(1);
    expect(accuracy).toMatchObject({ right: 2, of: 3 });
    // One right, one wrong, one of the same length.
    expect(baselines.longer).toMatchObject({ right: 1, of: 3 });
    expect(baselines.first).toMatchObject({ right: 2, of: 3 });
    expect(baselines.cosine).toMatchObject({ right: 1, of: 3 });
    const expected = [preferenceOf(1), preferenceOf(-1), 1 - preferenceOf(-2), 0.5].map((p) => -Math.log(p));
    expect(logLoss.value).toBeCloseTo(expected.reduce((sum, loss) => sum + loss) / 4, 12);
    expect(logLoss).toMatchObject({ low: null, high: null });
  });

  test('is the same when the answers of a pair are swapped', () => {
    const random = seededRandom('swap');
    const pairs = Array.from({ length: 60 }, (_, index) =>
      pair({
        questionId: `q${index % 12}`,
        label: random.below(3) / 2,
        difference: random.next() * 4 - 2,
        words: [random.below(5), random.below(5)],
      }),
    );
    const swapped = pairs.map(({ label, difference, words, ...rest }) => ({
      ...rest,
      label: 1 - label,
      difference: -difference,
      words: [words[1], words[0]] as const,
    }));
    const [one, other] = [evaluatePairs(pairs), evaluatePairs(swapped)];
    expect(other.accuracy).toEqual(one.accuracy);
    expect(other.baselines.longer).toEqual(one.baselines.longer);
    expect(other.logLoss.value).toBeCloseTo(one.logLoss.value, 12);
    expect(other.calibration.error.value).toBeCloseTo(one.calibration.error.value, 12);
    rewardEvaluationSchema.parse(one);
  });

  test('has an interval of accuracy that holds it', () => {
    const random = seededRandom('accuracy');
    const pairs = Array.from({ length: 2000 }, (_, index) =>
      pair({ questionId: `q${index % 200}`, difference: random.next() - 0.4 }),
    );
    const { low, high, right, of } = evaluatePairs(pairs).accuracy;
    expect(low).toBeLessThan(right / of);
    expect(high).toBeGreaterThan(right / of);
    expect(high - low).toBeLessThan(0.05);
  });

  test('has the ceiling of raters, and criteria', () => {
    const rating = (values: EvaluatedRating['values']): EvaluatedRating => ({ source: 'people', values });
    const { human, byCriterion } = evaluatePairs([
      pair({
        ratings: [
          rating({ overall: 1, core: 1 }),
          rating({ overall: 0.5, core: -0.5 }),
          rating({ overall: -1 }),
        ],
      }),
      pair({ difference: -1, ratings: ratingsBy('simulated', 0.5, 0) }),
      pair({ ratings: [rating({ overall: 1, core: -1 })] }),
    ]);
    expect(human).toMatchObject({ right: 1, of: 3 });
    expect(byCriterion).toMatchObject([{ criterion: 'core', pairs: 2, accuracy: { right: 1, of: 2 } }]);
    expect(evaluatePairs([pair()]).human).toBeNull();
  });

  test('counts a pair once in every source that rated it, by the ratings of that source', () => {
    const { bySource } = evaluatePairs([
      pair({ ratings: [...ratingsBy('simulated', 1, 1), ...ratingsBy('people', -1)] }),
      pair({ ratings: [...ratingsBy('people', 1, -1), ...ratingsBy('simulated', 0.5)] }),
      pair({ ratings: ratingsBy('people', 1) }),
    ]);
    expect(bySource).toMatchObject([
      { source: 'people', pairs: 3, accuracy: { right: 1, of: 2 } },
      { source: 'simulated', pairs: 2, accuracy: { right: 2, of: 2 } },
    ]);
  });

  test('has the correlation of score and length, where both vary', () => {
    const answers = [1, 2, 3, 4].map((words) => ({ questionId: `q${words}`, words, score: -2 * words }));
    expect(
      evaluate({ pairs: [pair()], answers, muchBetter: 'collapsed', seed: 1 }).lengthCorrelation?.value,
    ).toBeCloseTo(-1, 9);
    const same = answers.map(({ questionId, score }) => ({ questionId, score, words: 7 }));
    expect(
      evaluate({ pairs: [pair()], answers: same, muchBetter: 'collapsed', seed: 1 }).lengthCorrelation,
    ).toBeNull();
  });
});

test('two models are compared pair by pair', () => {
  const pairs = Array.from({ length: 40 }, (_, index) => ({
    ...pair({ questionId: `q${index}` }),
    other: index % 4 === 0 ? -1 : 1,
  }));
  const { other, difference } = compareAccuracies(pairs, 1);
  expect(other).toMatchObject({ right: 30, of: 40 });
  expect(difference!.value).toBeCloseTo(0.25, 12);
  expect(difference!.low).toBeGreaterThan(0);
});
