/** `low` ≤ `high`, both ends belonging to it. */
export interface Interval {
  low: number;
  high: number;
}

/** The 0.975 quantile of the normal distribution, to two places as it is printed in most tables. */
const z = 1.96;

/**
 * Wilson's 95 % score interval for a share, without continuity correction (E. B. Wilson, JASA 22, 1927; method 3 of R. G. Newcombe,
 * Statistics in Medicine 17, 1998). `successes` may be fractional: a tie that counts half makes the interval a little too wide,
 * since halves vary less than wins and losses, so that it errs on the careful side. Null for n = 0.
 *
 * @throws RangeError unless 0 ≤ successes ≤ n and both are finite
 */
export function wilsonInterval(successes: number, n: number): Interval | null {
  if (!Number.isFinite(n) || !(successes >= 0 && successes <= n))
    throw new RangeError(`There are no ${successes} successes of ${n}.`);
  if (n === 0) return null;
  const share = successes / n;
  const scale = 1 + z ** 2 / n;
  const middle = (share + z ** 2 / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  // Rounding must not put the share itself outside.
  return {
    low: successes === 0 ? 0 : Math.max(0, middle - half),
    high: successes === n ? 1 : Math.min(1, middle + half),
  };
}

/**
 * The middle 95 % of the values, from the 2.5 % to the 97.5 % quantile, between neighbours by linear interpolation (type 7 of Hyndman
 * and Fan, The American Statistician 50, 1996). Null if there is no value.
 */
export function percentileInterval(values: readonly number[]): Interval | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).toSorted();
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}
