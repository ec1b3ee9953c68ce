/** What a reward model reads: features of an answer, its question and its quotes. Pure; for server, workers and browser alike. */
import { form } from './form.ts';
import { grounding } from './grounding.ts';
import { readInput, type RewardInput, type Vectors } from './reading.ts';
import { relevance } from './relevance.ts';
import { wording } from './wording.ts';

export * from './best-of-n.ts';
export * from './evaluation.ts';
export * from './labels.ts';
export * from './preference.ts';
export * from './resampling.ts';
export { ownText, rewardTextsOf, type RewardInput, type Vectors } from './reading.ts';

/** Changes whenever a feature does: models are only used with the features they learnt from. */
export const REWARD_FEATURES_VERSION = '1';

const groups = [grounding, wording, relevance, form];

/** Every feature, in the order of the numbers, and what it says in plain words. */
export const rewardFeatures: readonly { name: string; description: string }[] = groups.flatMap(
  ({ features }) => features,
);
export const rewardFeatureNames: readonly string[] = rewardFeatures.map(({ name }) => name);

/**
 * The features of an answer: one finite number for each of {@link rewardFeatures}, from nothing but the input.
 * @param vectors of every text of `rewardTextsOf(input)`, each of length 1
 */
export function rewardFeaturesOf(input: RewardInput, vectors: Vectors): Float64Array {
  const reading = readInput(input, vectors);
  return Float64Array.from(groups.flatMap((group) => group.of(reading)));
}
