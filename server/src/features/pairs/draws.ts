import { seededRandom } from '@rookery/shared/comparisons';

/** What is drawn for a pair when it is made. */
export interface PairDraw {
  /** The two answers' ids, in the order that was drawn. */
  order: readonly [string, string];
  /** From 0 to 1: its place in the order in which pairs are given out. */
  lot: number;
  /** From 0 to 100: it is re-rated where this lies below the share that is. */
  reratedLot: number;
}

/** The draws of a pair come from the seed and its two answers alone: whatever else is paired, they are the same again. */
export function drawPair(seed: string, answerIds: readonly [string, string]): PairDraw {
  const [low, high] = answerIds.toSorted() as [string, string];
  const random = seededRandom(`${seed} pair ${low} ${high}`);
  const isSwapped = random.next() < 0.5;
  return {
    order: isSwapped ? [high, low] : [low, high],
    lot: random.next(),
    reratedLot: random.next() * 100,
  };
}

/** Two answers as one pair, whichever is first. */
export const pairKey = (one: string, other: string): string =>
  one < other ? `${one} ${other}` : `${other} ${one}`;
