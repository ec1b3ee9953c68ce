import type { Estimate } from '../api/rewards.ts';
import type { ShareOf } from '../api/policies.ts';
import { percentileInterval, seededRandom, type Interval } from '../comparisons/index.ts';

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
  figure: (sums: Float64Array) => number | null,
  seed: string | number,
): Estimate | null {
  const width = units[0]?.length ?? 0;
  const sums = new Float64Array(width);
  for (const unit of units) for (let at = 0; at < width; at += 1) sums[at]! += unit[at]!;
  const value = units.length === 0 ? null : figure(sums);
  if (value === null) return null;
  const interval = intervalOf(units, figure, seed);
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
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

const ratio = (sums: Float64Array): number | null => (sums[1] === 0 ? null : sums[0]! / sums[1]!);

function intervalOf(
  units: readonly (readonly number[])[],
  figure: (sums: Float64Array) => number | null,
  seed: string | number,
): Interval | null {
  // A single question, drawn again and again, would make it look certain.
  if (units.length < 2) return null;
  const random = seededRandom(`reward ${seed} intervals`);
  const sums = new Float64Array(units[0]!.length);
  const values: number[] = [];
  for (let resample = 0; resample < resamples; resample += 1) {
    sums.fill(0);
    for (let drawn = 0; drawn < units.length; drawn += 1) {
      const unit = units[random.below(units.length)]!;
      for (let at = 0; at < sums.length; at += 1) sums[at]! += unit[at]!;
    }
    const value = figure(sums);
    if (value !== null) values.push(value);
  }
  return percentileInterval(values);
}
