import type { Client } from '@rookery/shared/api';
import { ordinalAlpha, tieAwareAgreement, type FormName, type Interval } from '@rookery/shared/comparisons';
import { untilAnswered } from '../../until-answered.ts';
import type { KeptRating } from './check.ts';
import { expectedAgreement, type Expectation, type RatingToExpect } from './expected.ts';
import { plainDifferences } from './judge.ts';

/** One measure of agreement of the overall ratings: what the simulation implies, what came out, and what the server says. */
export interface ComparedMeasure {
  expected: Expectation | null;
  collected: number | null;
  /** Null where other programs' comparisons are in it too. */
  server: { value: number | null; interval: Interval | null; coversExpected: boolean } | null;
}

export interface ComparedAgreement {
  /** Every two ratings of one pair. */
  ratingPairs: number;
  pairs: number;
  agreement: ComparedMeasure;
  alpha: ComparedMeasure;
  replications: number;
}

/**
 * Sets the agreement of simulated raters beside the one that their taste, noise and position bias imply, and beside the server's own
 * figure for programs.
 */
export async function compareAgreement(
  ratings: readonly KeptRating[],
  options: { lead: Client; projectId: string; form: FormName; seed: number; signal: AbortSignal },
): Promise<ComparedAgreement> {
  const { lead, projectId, form, seed, signal } = options;
  const byPair = [...Map.groupBy(ratings, ({ pairId }) => pairId).values()];
  const units = byPair.map((same) => same.map(({ value }) => value));
  const expected = expectedAgreement(
    byPair.map((same) => same.map(toExpect)),
    { seed: `${seed} expected` },
  );
  const collected = tieAwareAgreement(units);
  const { criteria } = await untilAnswered(
    () => lead.getAgreement({ params: { projectId }, query: { form, by: 'programs' }, signal }),
    { signal },
  );
  const told = criteria.find(({ criterion }) => criterion === 'overall');
  const own = told?.ratingPairs === collected.ratingPairs ? told : null;
  const serverOf = (value: number | null, interval: Interval | null, mean: number | undefined) => ({
    value,
    interval,
    coversExpected: interval !== null && mean !== undefined && interval.low <= mean && mean <= interval.high,
  });
  return {
    ratingPairs: collected.ratingPairs,
    pairs: collected.units,
    agreement: {
      expected: expected.agreement,
      collected: collected.agreement,
      server: own && serverOf(own.agreement, own.agreementInterval, expected.agreement?.mean),
    },
    alpha: {
      expected: expected.alpha,
      collected: ordinalAlpha(units),
      server: own && serverOf(own.alpha, own.alphaInterval, expected.alpha?.mean),
    },
    replications: expected.replications,
  };
}

function toExpect({ character, task, firstSide }: KeptRating): RatingToExpect {
  const towardsA = plainDifferences(task, character.taste).overall + character.positionBias;
  return { difference: firstSide === 'a' ? towardsA : -towardsA, noise: character.noise };
}
