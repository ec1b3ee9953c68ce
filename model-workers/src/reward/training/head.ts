/** One head of the ensemble: score = weights · standardised inputs. */
export interface RewardMember {
  weights: Float64Array;
}

/** An ensemble of heads over the same standardised inputs; its score is the mean of theirs. */
export interface RewardHead {
  /** Numbers that go in for an answer. */
  inputs: number;
  /** What is subtracted from inputs. */
  mean: Float64Array;
  /** What they are divided by then; 1 where an input did not vary in training. */
  scale: Float64Array;
  /** Standardised inputs are held within ± this. */
  clip: number;
  members: readonly RewardMember[];
  /** What scores are divided by, so that a difference is the calibrated logit that the first is preferred. */
  temperature: number;
}

/** Mean and standard deviation of inputs; what does not vary is only centred. */
export function standardOf(inputs: readonly Float64Array[]): Pick<RewardHead, 'mean' | 'scale'> {
  const dimensions = inputs[0]?.length ?? 0;
  const mean = new Float64Array(dimensions);
  const scale = new Float64Array(dimensions);
  for (const row of inputs) for (const [index, value] of row.entries()) mean[index]! += value / inputs.length;
  for (const row of inputs)
    for (const [index, value] of row.entries()) scale[index]! += (value - mean[index]!) ** 2 / inputs.length;
  for (const [index, variance] of scale.entries()) scale[index] = variance > 1e-12 ? Math.sqrt(variance) : 1;
  return { mean, scale };
}

export function standardised(
  row: Float64Array,
  { mean, scale, clip }: Pick<RewardHead, 'mean' | 'scale' | 'clip'>,
): Float64Array {
  return row.map((value, index) => Math.max(-clip, Math.min(clip, (value - mean[index]!) / scale[index]!)));
}
