/** Answers as a head reads them: every list has one entry for each answer, in the same order. */
export interface PreparedAnswers {
  /** Id of the answer's question; folds and resamples take questions whole. */
  questions: readonly string[];
  /** By `rewardFeaturesOf`. */
  features: readonly Float64Array[];
  /** Of the answer's own text, of length 1. */
  vectors: readonly Float32Array[];
  /** Of the question's text, of length 1. */
  questionVectors: readonly Float32Array[];
  /** Words of the answer's own text. */
  words: readonly number[];
}

/** A pair of answers that was judged. */
export interface RewardExample {
  /** Index of the first answer among those prepared. */
  first: number;
  second: number;
  /** That the first is preferred: 1, 0, or anything between; a tie is one half. */
  label: number;
  /** How much it counts; 1 is usual. */
  weight: number;
  /** Id of the question of both. */
  question: string;
}

/** What goes into a head for each answer: its features. */
export function headInputsOf({ features }: PreparedAnswers): readonly Float64Array[] {
  return features;
}

/** @throws RangeError for a number that is not finite, a label outside [0, 1], or an answer that there is none of */
export function checkExamples(inputs: readonly Float64Array[], examples: readonly RewardExample[]): void {
  const dimensions = inputs[0]?.length ?? 0;
  for (const [index, row] of inputs.entries()) {
    if (row.length !== dimensions)
      throw new RangeError(`Answer ${index} has ${row.length} numbers, and the first has ${dimensions}.`);
    if (!row.every(Number.isFinite))
      throw new RangeError(`Answer ${index} has a feature that is not a finite number.`);
  }
  for (const [index, { first, second, label, weight }] of examples.entries()) {
    if (!inputs[first] || !inputs[second])
      throw new RangeError(`Comparison ${index} is of an answer that is not there.`);
    if (!(label >= 0 && label <= 1))
      throw new RangeError(`The label of comparison ${index} is ${label}: it has to be from 0 to 1.`);
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new RangeError(
        `The weight of comparison ${index} is ${weight}: it has to be finite, and not negative.`,
      );
  }
}
