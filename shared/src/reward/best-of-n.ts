/** A sample of a question: what it is chosen by, and what it is worth then. */
export interface ScoredSample {
  /** Score by the model that chooses. */
  training: number;
  /** What the chosen one is worth: a score by another model, or 0 and 1. */
  value: number;
}

/**
 * What the best of n samples is worth, on average over all ways to draw n of the N samples that there are: unbiased, and less
 * noisy than one draw. With samples S_1 … S_N in ascending order of the training score it is
 * Σ_{i=n..N} C(i−1, n−1) / C(N, n) · value(S_i) (Nakano et al., 2021, arXiv:2112.09332). Samples of the same score
 * are as likely to be chosen as each other. Null where there are fewer than n samples.
 *
 * @throws RangeError unless n is a whole number from 1
 */
export function bestOfNEstimate(samples: readonly ScoredSample[], n: number): number | null {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`There is no best of ${n}.`);
  const count = samples.length;
  if (count < n) return null;
  const sorted = samples.toSorted((one, other) => other.training - one.training);
  // From the best down: the weight of the best is n / N, and that of rank i − 1 is that of rank i times (i − n) / (i − 1).
  let weight = n / count;
  let estimate = 0;
  for (let start = 0; start < count && weight > 0;) {
    const { training } = sorted[start]!;
    let end = start;
    let values = 0;
    let weights = 0;
    for (; end < count && sorted[end]!.training === training; end += 1) {
      values += sorted[end]!.value;
      weights += weight;
      const rank = count - end;
      weight = rank > n ? (weight * (rank - n)) / (rank - 1) : 0;
    }
    estimate += (weights * values) / (end - start);
    start = end;
  }
  return estimate;
}
