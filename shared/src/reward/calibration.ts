import type { RewardEvaluation } from '../api/rewards.ts';
import { preferenceOf } from './preference.ts';
import { basicEstimateOf, unitsOf } from './resampling.ts';

/** Ten bins, or fewer, so that each has about ten pairs: a bin of less says little. */
const mostBins = 10;
const pairsOfBin = 10;

/**
 * Calibration over bins of about as many pairs each, by the probability of the preference that is predicted, from one half up.
 *
 * The error is the root of the mean square distance of predicted from observed preference over the bins. Of few pairs the plain
 * figure is mostly chance, which can only add to it: so what chance adds is estimated in every bin, as the variance of its distance,
 * and subtracted (Bröcker, Climate Dynamics 39, 2012; Ferro and Fricker, Q. J. R. Meteorol. Soc. 138, 2012; Kumar, Liang and Ma,
 * 2019, arXiv:1909.10155). The variance is that between questions, since pairs of one are alike. The square is so without bias; where
 * chance explains more than all of it, the error is 0. The interval is that of `basicEstimateOf`.
 */
export function calibrationOf(
  pairs: readonly { questionId: string; label: number; difference: number }[],
  seed: string | number,
): RewardEvaluation['calibration'] {
  const count = Math.max(1, Math.min(mostBins, Math.floor(pairs.length / pairsOfBin)));
  const sorted = pairs
    .map(({ questionId, label, difference }) => ({
      questionId,
      predicted: preferenceOf(Math.abs(difference)),
      observed: difference === 0 ? 0.5 : difference > 0 ? label : 1 - label,
    }))
    .toSorted((one, other) => one.predicted - other.predicted)
    .map((one, place) => Object.assign(one, { bin: Math.floor((place * count) / pairs.length) }));
  const units = unitsOf(sorted, ({ bin, predicted, observed }) => {
    const sums = Array.from({ length: 2 * count }, () => 0);
    sums.splice(2 * bin, 2, predicted - observed, 1);
    return sums;
  }).map(withProducts);
  const square = basicEstimateOf(
    units,
    { estimator: (sums) => squareOf(sums, varianceOf), plugIn: (sums) => squareOf(sums, () => 0) },
    seed,
  )!;
  const rootOf = (value: number): number => Math.sqrt(Math.max(0, value));
  const bins = Array.from({ length: count }, (_, bin) => {
    const part = sorted.filter((one) => one.bin === bin);
    const meanBy = (of: (one: (typeof part)[number]) => number): number =>
      part.reduce((sum, one) => sum + of(one), 0) / part.length;
    return {
      predicted: meanBy(({ predicted }) => predicted),
      observed: meanBy(({ observed }) => observed),
      pairs: part.length,
    };
  });
  return {
    error: {
      value: rootOf(square.value),
      low: square.low === null ? null : rootOf(square.low),
      high: square.high === null ? null : rootOf(square.high),
    },
    bins,
  };
}

/** Sums of one bin over questions: of distances, pairs, their squares and products, and of questions with a pair in it. */
interface BinSums {
  distance: number;
  pairs: number;
  squaredDistance: number;
  product: number;
  squaredPairs: number;
  questions: number;
}
const sumsOfBin = 6;

/** A question's distance and pairs in each bin, followed by what a variance between questions is made of. */
function withProducts(unit: readonly number[]): number[] {
  const sums: number[] = [];
  for (let at = 0; at < unit.length; at += 2) {
    const [distance, pairs] = [unit[at]!, unit[at + 1]!];
    sums.push(distance, pairs, distance * distance, distance * pairs, pairs * pairs, Number(pairs > 0));
  }
  return sums;
}

/** Mean over pairs of the squared distances of their bins, each less its variance. */
function squareOf(sums: Float64Array, variance: (bin: BinSums) => number): number {
  let squares = 0;
  let all = 0;
  for (let at = 0; at < sums.length; at += sumsOfBin) {
    const [distance = 0, pairs = 0, squaredDistance = 0, product = 0, squaredPairs = 0, questions = 0] =
      sums.subarray(at, at + sumsOfBin);
    if (pairs === 0) continue;
    const bin = { distance, pairs, squaredDistance, product, squaredPairs, questions };
    squares += (distance * distance - variance(bin)) / pairs;
    all += pairs;
  }
  return squares / all;
}

/** Of the distance that a bin sums to, between questions; 0 where there is but one, which tells nothing of it. */
function varianceOf({ distance, pairs, squaredDistance, product, squaredPairs, questions }: BinSums): number {
  if (questions < 2) return 0;
  const mean = distance / pairs;
  const residuals = squaredDistance - 2 * mean * product + mean * mean * squaredPairs;
  return (residuals * questions) / (questions - 1);
}
