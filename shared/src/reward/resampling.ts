import type { Estimate } from '../api/rewards.ts';
import type { ShareOf } from '../api/policies.ts';
import { percentileInterval, seededRandom } from '../comparisons/index.ts';

const resamples = 1000;

/**
 * A figure over questions with its 95 % interval by the percentile bootstrap: whole questions are drawn with replacement, as many
 * as there are, since what belongs to one is alike. The figure has to be a function of sums over questions, as means, shares and
 * correlations are.
 *
 * @param units what each question adds to each of the sums
 * @param figure of the sums; null where it is not defined, which leaves a resample out
 * @param seed the same seed and units give the same interval, and two figures of the same units the same draws
 * @returns null where the figure is not defined; no interval where there are fewer than two questions
 */
export function estimateOf(
  units: readonly (readonly number[])[],
  figure: Figure,
  seed: string | number,
): Estimate | null {
  const value = figureOf(units, figure);
  if (value === null) return null;
  const interval = percentileInterval(resamplesOf(units, figure, seed));
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
}

/**
 * As {@link estimateOf}, of a figure to which chance can only add, so that resamples add to it once more: by an estimator that takes
 * it off, and the basic bootstrap (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 5.2). For resamples
 * the plain figure of all units is the truth; as far as their estimates are from it, the estimate may be from its own truth.
 */
export function basicEstimateOf(
  units: readonly (readonly number[])[],
  { estimator, plugIn }: { estimator: Figure; plugIn: Figure },
  seed: string | number,
): Estimate | null {
  const value = figureOf(units, estimator);
  const truth = figureOf(units, plugIn);
  if (value === null || truth === null) return null;
  const interval = percentileInterval(resamplesOf(units, estimator, seed));
  if (!interval) return { value, low: null, high: null };
  return { value, low: value + truth - interval.high, high: value + truth - interval.low };
}

/** A mean over parts of questions; see {@link estimateOf}. */
export const meanOf = (units: readonly (readonly [sum: number, count: number])[], seed: string | number) =>
  estimateOf(units, ratio, seed);

/**
 * How often something was right. What is half right counts so in the interval; in the number, two of them are one, and a half
 * that is left over is dropped. The interval is from 0 to 1 where there are fewer than two questions.
 */
export function shareOfUnits(
  units: readonly (readonly [right: number, of: number])[],
  seed: string | number,
): ShareOf {
  const estimate = meanOf(units, seed);
  const right = units.reduce((sum, unit) => sum + unit[0], 0);
  const of = units.reduce((sum, unit) => sum + unit[1], 0);
  return { right: Math.floor(right), of, low: estimate?.low ?? 0, high: estimate?.high ?? 1 };
}

/** Of a mean over parts of questions: the standard deviation of its resamples; 0 where there are fewer than two questions. */
export function standardErrorOf(
  units: readonly (readonly [sum: number, count: number])[],
  seed: string | number,
): number {
  const means = resamplesOf(units, ratio, seed);
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  return Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, means.length));
}

const ratio = (sums: Float64Array): number | null => (sums[1] === 0 ? null : sums[0]! / sums[1]!);

/** Of sums over questions; null where it is not defined. */
type Figure = (sums: Float64Array) => number | null;

function figureOf(units: readonly (readonly number[])[], figure: Figure): number | null {
  if (units.length === 0) return null;
  const sums = new Float64Array(units[0]!.length);
  for (const unit of units) for (let at = 0; at < sums.length; at += 1) sums[at]! += unit[at]!;
  return figure(sums);
}

/**
 * A figure where whole questions are drawn with replacement, again and again; see {@link estimateOf}. None where there are fewer than
 * two: a single one, drawn again and again, would make it look certain.
 */
function resamplesOf(units: readonly (readonly number[])[], figure: Figure, seed: string | number): number[] {
  if (units.length < 2) return [];
  const random = seededRandom(`reward ${seed} intervals`);
  const width = units[0]!.length;
  const flat = Float64Array.from(units.flat());
  const sums = new Float64Array(width);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    sums.fill(0);
    for (let drawn = 0; drawn < units.length; drawn += 1) {
      const start = width * random.below(units.length);
      for (let at = 0; at < width; at += 1) sums[at]! += flat[start + at]!;
    }
    const value = figure(sums);
    if (value !== null) values.push(value);
  }
  return values;
}

/** What each question adds to sums over its items. */
export function unitsOf<T extends { questionId: string }, Sums extends readonly number[]>(
  items: readonly T[],
  sumsOf: (item: T) => Sums,
): Sums[] {
  return [...Map.groupBy(items, ({ questionId }) => questionId).values()].map((part) =>
    part
      .map(sumsOf)
      .reduce((total, one) => total.map((sum, at) => sum + one[at]!) as readonly number[] as Sums),
  );
}
