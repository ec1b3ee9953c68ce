import { countRatings, totalsOf } from './rating-counts.ts';
import type { RatingCounts, RatingTotals } from './rating-counts.ts';

/**
 * Ratings of one criterion: per unit (one pair of answers) the values in [−1, 1] that its raters gave, in any order; positive is the
 * pair's first answer. A unit of fewer than two values says nothing about agreement.
 */
export type RatedUnits = readonly (readonly number[])[];

export interface TieAwareAgreement {
  /** In [0, 1]; null if no unit has two ratings. */
  agreement: number | null;
  /** Unordered pairs of ratings that were compared. */
  ratingPairs: number;
  /** Units with at least two ratings. */
  units: number;
}

/**
 * How often two ratings of a pair prefer the same answer: WebGPT's measure (Nakano et al., 2021, arXiv:2112.09332), which counts
 * neutral against not neutral as half. By sign alone: 1 if both prefer the same answer or both are neutral, 0 if they prefer different
 * ones, 0.5 if one is neutral. It is the mean over all unordered pairs of ratings of a unit, each counting the same: a unit of m
 * ratings weighs m (m − 1) / 2, so units of many ratings weigh more than in alpha, where they weigh m. Raters who throw dice, all the same ones, come to 0.5 or more.
 *
 * @throws RangeError for a value outside [−1, 1]
 */
export function tieAwareAgreement(units: RatedUnits): TieAwareAgreement {
  const totals = totalsOf(countRatings(units));
  return { agreement: tieAwareOf(totals), ratingPairs: totals.ratingPairs, units: totals.units };
}

/** The tie-aware agreement of totals; null without a pair of ratings. */
export function tieAwareOf({ agreeing, ratingPairs }: RatingTotals): number | null {
  return ratingPairs === 0 ? null : agreeing / ratingPairs;
}

/** What makes values different from one another: that they are; how many ratings lie between them; their distance. */
export const alphaMetrics = ['nominal', 'ordinal', 'interval'] as const;
export type AlphaMetric = (typeof alphaMetrics)[number];

/**
 * Krippendorff's alpha with the ordinal metric: 1 is perfect agreement, 0 what chance gives, below 0 is worse. The raters may be any
 * number, another one in each unit.
 *
 * @throws RangeError for a value outside [−1, 1]
 */
export function ordinalAlpha(units: RatedUnits): number | null {
  return krippendorffAlpha(units, 'ordinal');
}

/**
 * Krippendorff's alpha (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011): 1 − D_o / D_e. Null where it is
 * not defined: no unit has two ratings, or all pairable ratings are the same, so that no disagreement was to be expected (D_e = 0).
 * The latter looks like perfect agreement and is none that can be told from raters who press the same key always.
 *
 * @throws RangeError for a value outside [−1, 1]
 */
export function krippendorffAlpha(units: RatedUnits, metric: AlphaMetric): number | null {
  const counts = countRatings(units);
  return alphaOf({ counts, totals: totalsOf(counts), metric });
}

/**
 * Alpha of totals. With places x on a line, such that the metric is δ²(c, k) = (x_c − x_k)², the expected disagreement
 * Σ_{c<k} n_c n_k δ² is n Σ n_c x_c² − (Σ n_c x_c)²: time is linear in levels and cells.
 */
export function alphaOf(input: {
  counts: RatingCounts;
  totals: RatingTotals;
  metric: AlphaMetric;
}): number | null {
  const { counts, totals, metric } = input;
  const places = placesOf(counts, totals, metric);
  let ratings = 0;
  let used = 0;
  for (const count of totals.levels) {
    ratings += count;
    if (count > 0) used += 1;
  }
  if (used < 2) return null;
  let observed = 0;
  for (const [index, [low, high]] of counts.cells.entries()) {
    const distance = places === null ? 1 : places[high]! - places[low]!;
    observed += totals.cells[index]! * distance ** 2;
  }
  return 1 - ((ratings - 1) * observed) / expectedOf(totals, places, ratings);
}

/**
 * Where levels stand on a line; null for the nominal metric, which has none. For the ordinal metric it is their mean rank:
 * Σ_{g=c..k} n_g − (n_c + n_k) / 2 is the difference of the mean ranks of c and k.
 */
function placesOf(counts: RatingCounts, totals: RatingTotals, metric: AlphaMetric): ArrayLike<number> | null {
  if (metric === 'nominal') return null;
  if (metric === 'interval') return counts.levels;
  let below = 0;
  return totals.levels.map((count) => {
    below += count;
    return below - count / 2;
  });
}

function expectedOf(totals: RatingTotals, places: ArrayLike<number> | null, ratings: number): number {
  let squares = 0;
  if (places === null) {
    for (const count of totals.levels) squares += count ** 2;
    return (ratings ** 2 - squares) / 2;
  }
  let sum = 0;
  for (const [level, count] of totals.levels.entries()) sum += count * places[level]!;
  // Around the mean, so that nothing is lost by rounding: n Σ n_c (x_c − x̄)².
  for (const [level, count] of totals.levels.entries())
    squares += count * (places[level]! - sum / ratings) ** 2;
  return ratings * squares;
}
