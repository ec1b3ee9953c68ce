import type { RewardSettings } from '../api/rewards.ts';

/**
 * What a pair counts as: how far its first answer is preferred, from 0 to 1, as the mean over its ratings. A pair is one unit
 * whatever the number of its ratings.
 *
 * @param ratings overall ratings in [−1, 1], positive where the first answer is better
 * @param muchBetter `collapsed`: a rating is 1, 0.5 or 0 by its sign; `graded`: 1, 0.5 and −1 are 1, 0.75 and 0
 * @returns null where there is no rating
 */
export function labelOf(ratings: readonly number[], muchBetter: RewardSettings['muchBetter']): number | null {
  if (ratings.length === 0) return null;
  const sum = ratings.reduce(
    (total, rating) => total + (muchBetter === 'graded' ? rating : Math.sign(rating)),
    0,
  );
  return (1 + sum / ratings.length) / 2;
}

/** Pairs of which one answer is preferred: fewer teach nothing that could be told from chance, and training is refused. */
export const fewestPreferred = 10;

/** A label nearer than this to one half is a tie: sums of ratings in binary may be off by a little. */
export const tieTolerance = 1e-9;

/** Whether a label prefers neither answer. */
export const isTie = (label: number): boolean => Math.abs(label - 0.5) < tieTolerance;
