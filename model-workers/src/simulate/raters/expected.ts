import {
  ordinalAlpha,
  percentileInterval,
  seededRandom,
  tieAwareAgreement,
  valueOfChoice,
  type Interval,
} from '@rookery/shared/comparisons';
import { normalOf } from '../normal.ts';
import { choiceOfDifference } from './taste.ts';

/** One overall rating, as far as it is known before it is made. */
export interface RatingToExpect {
  /** How much more the pair's first answer is worth to the rater as it is shown to them, position bias included. */
  difference: number;
  /** Standard deviation of the rater's noise. */
  noise: number;
}

export interface Expectation {
  mean: number;
  /** The middle 95 % of the replications. */
  range: Interval;
}

/** Null where no pair has two ratings; `alpha` also where all ratings came out the same. */
export interface ExpectedAgreement {
  agreement: Expectation | null;
  alpha: Expectation | null;
  replications: number;
}

/**
 * Which tie-aware agreement and ordinal alpha of the overall ratings a simulation implies, by Monte Carlo: all ratings of all pairs
 * are made again with other noise, as often as `replications` says, on the sides that they were made on.
 * @param pairs by pair its ratings, in any order
 * @param options.seed another one than the raters': their own noise must not be in what is expected of it
 */
export function expectedAgreement(
  pairs: readonly (readonly RatingToExpect[])[],
  { seed, replications = 400 }: { seed: string; replications?: number },
): ExpectedAgreement {
  const random = seededRandom(seed);
  const agreements: number[] = [];
  const alphas: number[] = [];
  for (let made = 0; made < replications; made += 1) {
    const units = pairs.map((ratings) =>
      ratings.map(({ difference, noise }) => valueOf(difference + noise * normalOf(random))),
    );
    const { agreement } = tieAwareAgreement(units);
    const alpha = ordinalAlpha(units);
    if (agreement !== null) agreements.push(agreement);
    if (alpha !== null) alphas.push(alpha);
  }
  return { agreement: expectationOf(agreements), alpha: expectationOf(alphas), replications };
}

/** The value of the choice for how much more the first answer is worth; see `valueOfChoice`. */
const valueOf = (difference: number): number => valueOfChoice(choiceOfDifference(difference), 'a');

function expectationOf(values: readonly number[]): Expectation | null {
  const range = percentileInterval(values);
  return range && { mean: values.reduce((sum, value) => sum + value, 0) / values.length, range };
}
