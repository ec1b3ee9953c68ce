import { and, eq, gt, inArray, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import { comparisons, pairs } from './schema/index.ts';

/**
 * Whether figures are made of a comparison: it is submitted or surplus, calibration included, and neither it nor its pair is excluded.
 * The statement has to select from `comparisons` and `pairs`.
 */
export const counts: SQL = and(
  inArray(comparisons.state, ['submitted', 'surplus']),
  isNull(pairs.excludedAt),
)!;

/** Whether a pair's places are given out: it is not excluded, and no calibration pair, which everybody compares outside of places. */
export const isGivenOut: SQL = and(isNull(pairs.excludedAt), eq(pairs.isCalibration, false))!;

/** Whether somebody is at work on a comparison: its lease has not ended, whether or not that is written down. */
export const isInProgress = (now: Date): SQL =>
  and(eq(comparisons.state, 'active'), gt(comparisons.leaseExpiresAt, now))!;

/** Whether a comparison's lease has ended without a submission, whether or not that is written down. */
export const hasRunOut = (now: Date): SQL =>
  or(
    eq(comparisons.state, 'expired'),
    and(eq(comparisons.state, 'active'), lte(comparisons.leaseExpiresAt, now)),
  )!;

/** Whether a comparison is done and holds one of the places that are given out. */
export const holdsPlace: SQL = and(
  eq(comparisons.state, 'submitted'),
  sql`${comparisons.place} is not null`,
  isGivenOut,
)!;
