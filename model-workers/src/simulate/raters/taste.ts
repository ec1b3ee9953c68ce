import { choices, criterionIds, type Choice, type CriterionId } from '@rookery/shared/comparisons';
import { featureNames, type FeatureName, type Features } from './features.ts';

/** What each feature of an answer is worth; what is left out is worth nothing. */
export type Taste = Readonly<Partial<Record<FeatureName, number>>>;

/** The overall taste where nothing else is said: support before coverage before the rest. */
export const defaultTaste: Taste = {
  support: 4,
  coverage: 4,
  length: 3,
  citations: 1,
  repetition: -4,
  readability: 1,
  citationErrors: -2,
  offQuestion: -2,
};

/** What the criteria look at; the overall rating has a taste of its own. */
const criterionTastes: Readonly<Record<Exclude<CriterionId, 'overall'>, Taste>> = {
  unsupported: { support: 5 },
  core: { coverage: 5 },
  additional: { length: 8 },
  coherence: { readability: 4, repetition: -6, citationErrors: -3 },
  irrelevant: { offQuestion: -3 },
  accuracy: { support: 3, coverage: 4 },
};

/** From which difference of utility on one answer is better, and much better. */
export const thresholds = { better: 0.25, muchBetter: 1 } as const;

/** What an answer is worth: the sum of its features, each times its weight. */
export function utilityOf(features: Features, taste: Taste): number {
  return featureNames.reduce((sum, name) => sum + features[name] * (taste[name] ?? 0), 0);
}

/** How much more the first of two answers is worth, by criterion; before noise and bias. */
export function differencesOf(
  [first, second]: readonly [Features, Features],
  taste: Taste,
): Record<CriterionId, number> {
  const tastes: Record<CriterionId, Taste> = { ...criterionTastes, overall: taste };
  const entries = criterionIds.map((id) => [
    id,
    utilityOf(first, tastes[id]) - utilityOf(second, tastes[id]),
  ]);
  return Object.fromEntries(entries) as Record<CriterionId, number>;
}

/**
 * The point of the scale for how much more A is worth than B: neutral nearer to 0 than `thresholds.better`, much better from
 * `thresholds.muchBetter` on.
 */
export function choiceOfDifference(difference: number): Choice {
  const size = Math.abs(difference);
  const steps = size < thresholds.better ? 0 : size < thresholds.muchBetter ? 1 : 2;
  return choices[2 - Math.sign(difference) * steps]!;
}
