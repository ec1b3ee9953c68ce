import { alphaOf, tieAwareOf } from './agreement.ts';
import type { RatedUnits } from './agreement.ts';
import { percentileInterval } from './intervals.ts';
import type { Interval } from './intervals.ts';
import { seededRandom } from './random.ts';
import { addUnit, countRatings, emptyTotals, kindsOfUnits } from './rating-counts.ts';

/** 95 % intervals; null where the measure is not defined, or there are fewer than two units to draw from. */
export interface AgreementIntervals {
  agreement: Interval | null;
  /** Of the ordinal alpha. */
  alpha: Interval | null;
}

export interface BootstrapOptions {
  /** The same seed and units, in the same order, give the same intervals. */
  seed: string | number;
  /** 1,000 if left out. */
  resamples?: number;
}

/** A bootstrap that is done in slices, so that an event loop gets a turn in between. How it is sliced changes nothing. */
export interface Bootstrap {
  readonly isDone: boolean;
  /** Makes at most so many resamples more. 50 of 2,000 units take some 10 ms. */
  run(resamples: number): void;
  /** From the resamples made so far. */
  intervals(): AgreementIntervals;
}

/**
 * Percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13) of both measures of agreement:
 * units with at least two ratings are drawn with replacement, as many as there are, with all of their ratings. Resamples in which a
 * measure is not defined, as alpha where all drawn ratings are the same, are left out of its interval.
 *
 * @throws RangeError for a rating outside [−1, 1], or a number of resamples that is not whole and positive
 */
export function startBootstrap(units: RatedUnits, options: BootstrapOptions): Bootstrap {
  const { seed, resamples = 1000 } = options;
  if (!Number.isSafeInteger(resamples) || resamples < 1)
    throw new RangeError(`There cannot be ${resamples} resamples.`);
  const counts = countRatings(units);
  const random = seededRandom(seed);
  const agreements: number[] = [];
  const alphas: number[] = [];
  // A single unit, drawn again and again, would make it look certain.
  let left = counts.units.length < 2 ? 0 : resamples;

  const { kinds, kindOf } = kindsOfUnits(counts);
  const { length } = kindOf;
  const times = new Int32Array(kinds.length);

  const resample = (): void => {
    const totals = emptyTotals(counts);
    times.fill(0);
    for (let drawn = 0; drawn < length; drawn += 1) times[kindOf[random.below(length)]!]! += 1;
    for (let kind = 0; kind < times.length; kind += 1) addUnit(totals, kinds[kind]!, times[kind]);
    const agreement = tieAwareOf(totals);
    const alpha = alphaOf({ counts, totals, metric: 'ordinal' });
    if (agreement !== null) agreements.push(agreement);
    if (alpha !== null) alphas.push(alpha);
  };

  return {
    get isDone() {
      return left === 0;
    },
    run(most) {
      for (let made = 0; made < most && left > 0; made += 1) {
        resample();
        left -= 1;
      }
    },
    intervals: () => ({ agreement: percentileInterval(agreements), alpha: percentileInterval(alphas) }),
  };
}

/** The whole bootstrap at once; see {@link startBootstrap}. */
export function bootstrapIntervals(units: RatedUnits, options: BootstrapOptions): AgreementIntervals {
  const bootstrap = startBootstrap(units, options);
  bootstrap.run(Number.POSITIVE_INFINITY);
  return bootstrap.intervals();
}
