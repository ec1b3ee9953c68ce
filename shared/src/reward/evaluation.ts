import type { ShareOf } from '../api/policies.ts';
import type { Estimate, RewardEvaluation, RewardSettings } from '../api/rewards.ts';
import { criterionIds, type CriterionId } from '../comparisons/index.ts';
import { calibrationOf } from './calibration.ts';
import { isTie, labelOf } from './labels.ts';
import { logLossOf } from './preference.ts';
import { ownText } from './reading.ts';
import { estimateOf, meanOf, shareOfUnits, unitsOf } from './resampling.ts';

/** A pair that scores are tested on. */
export interface EvaluatedPair {
  questionId: string;
  /** How far the first answer is preferred, from 0 to 1; see `labelOf`. */
  label: number;
  /** Score of the first answer minus that of the second: the logit that the first is preferred. */
  difference: number;
  /** Of the first answer and of the second. */
  words: readonly [number, number];
  /** Of the answer's vector to the question's. */
  cosines: readonly [number, number];
  ratings: readonly EvaluatedRating[];
}

/** What one rater said of a pair. */
export interface EvaluatedRating {
  /** `people`, `simulated`, or the name of an import. */
  source: string;
  /** By criterion; positive: the first is better. */
  values: Partial<Record<CriterionId, number>>;
}

/** An answer of these pairs, once however many pairs it is in. */
export interface EvaluatedAnswer {
  questionId: string;
  score: number;
  words: number;
}

/** Words of an answer without its citations and its list of references. */
export const wordCountOf = (answer: string): number => ownText(answer).match(/\S+/g)?.length ?? 0;

/**
 * How good scores are on pairs, with intervals over questions. A rule or model that prefers neither of two answers, as where both
 * are of the same length, is half right.
 *
 * @param answers all answers of the pairs, each once
 * @param muchBetter as the labels of the pairs were made
 * @param seed of the intervals
 * @throws RangeError where there is no pair
 */
export function evaluate(input: {
  pairs: readonly EvaluatedPair[];
  answers: readonly EvaluatedAnswer[];
  muchBetter: RewardSettings['muchBetter'];
  seed: string | number;
}): RewardEvaluation {
  const { pairs, answers, muchBetter, seed } = input;
  if (pairs.length === 0) throw new RangeError('There is no pair to test scores on.');
  const decided = pairs.filter(({ label }) => !isTie(label));
  return {
    questions: new Set(pairs.map(({ questionId }) => questionId)).size,
    pairs: pairs.length,
    ties: pairs.length - decided.length,
    accuracy: accuracyOf(decided, { of: ({ difference }) => difference, seed }),
    logLoss: logLossOfPairs(pairs, seed),
    calibration: calibrationOf(pairs, seed),
    lengthCorrelation: lengthCorrelationOf(answers, seed),
    baselines: {
      longer: accuracyOf(decided, { of: ({ words }) => words[0] - words[1], seed }),
      first: accuracyOf(decided, { of: () => 1, seed }),
      cosine: accuracyOf(decided, { of: ({ cosines }) => cosines[0] - cosines[1], seed }),
    },
    human: humanOf(pairs, seed),
    bySource: bySourceOf(pairs, { muchBetter, seed }),
    byCriterion: criterionIds.flatMap((criterion) => byCriterionOf(pairs, { criterion, seed })),
  };
}

/** Mean cross-entropy over pairs, ties among them. @throws RangeError where there is no pair */
export function logLossOfPairs(
  pairs: readonly Pick<EvaluatedPair, 'questionId' | 'label' | 'difference'>[],
  seed: string | number,
): Estimate {
  const estimate = meanOf(
    unitsOf(pairs, (pair) => [logLossOf(pair), 1]),
    seed,
  );
  if (estimate === null) throw new RangeError('There is no pair to take the loss of.');
  return estimate;
}

/** How often the answer that is preferred has the higher score, over pairs that are no ties. */
export function accuracyOf<T extends Pick<EvaluatedPair, 'questionId' | 'label'>>(
  decided: readonly T[],
  { of, seed }: { of: (pair: T) => number; seed: string | number },
): ShareOf {
  return shareOfUnits(
    unitsOf(decided, (pair) => [rightOf(pair.label - 0.5, of(pair)), 1]),
    seed,
  );
}

/**
 * Two models on the same pairs, ties left out.
 * @param pairs with the differences of scores by either
 * @returns the other's accuracy, and by how much the first is more accurate, question by question
 */
export function compareAccuracies(
  pairs: readonly (Pick<EvaluatedPair, 'questionId' | 'label' | 'difference'> & { other: number })[],
  seed: string | number,
): { other: ShareOf; difference: Estimate | null } {
  const decided = pairs.filter(({ label }) => !isTie(label));
  return {
    other: accuracyOf(decided, { of: ({ other }) => other, seed }),
    difference: meanOf(
      unitsOf(decided, ({ label, difference, other }) => [
        rightOf(label - 0.5, difference) - rightOf(label - 0.5, other),
        1,
      ]),
      seed,
    ),
  };
}

/** Whether a difference has the sign that is wanted; no difference is half right. */
export const rightOf = (wanted: number, said: number): number =>
  said === 0 ? 0.5 : Number(Math.sign(wanted) === Math.sign(said));

/** Pearson's, over answers; null where scores or lengths do not vary. */
export function lengthCorrelationOf(
  answers: readonly EvaluatedAnswer[],
  seed: string | number,
): RewardEvaluation['lengthCorrelation'] {
  if (answers.length === 0) return null;
  const [score, words] = [answers.map((one) => one.score), answers.map((one) => one.words)].map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  // From about their means, so that nothing is lost by rounding.
  const units = unitsOf(answers, (answer) => {
    const [x, y] = [answer.score - score!, answer.words - words!];
    return [1, x, y, x * x, y * y, x * y];
  });
  return estimateOf(
    units,
    ([n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0]) => {
      const [varianceX, varianceY] = [xx / n - (x / n) ** 2, yy / n - (y / n) ** 2];
      if (varianceX <= 1e-12 || varianceY <= 1e-12) return null;
      return Math.max(-1, Math.min(1, (xy / n - (x * y) / n ** 2) / Math.sqrt(varianceX * varianceY)));
    },
    seed,
  );
}

/** How often two ratings of a pair that are no ties prefer the same answer; null where no pair has two. */
function humanOf(pairs: readonly EvaluatedPair[], seed: string | number): ShareOf | null {
  const units = unitsOf(pairs, ({ ratings }) => {
    const first = ratings.filter(({ values: { overall = 0 } }) => overall > 0).length;
    const second = ratings.filter(({ values: { overall = 0 } }) => overall < 0).length;
    const agreeing = (first * (first - 1) + second * (second - 1)) / 2;
    return [agreeing, agreeing + first * second] as const;
  });
  return units.every(([, of]) => of === 0) ? null : shareOfUnits(units, seed);
}

/**
 * How often scores agree with each source: a pair counts once in every source that rated it, with the label of that source's own
 * ratings.
 */
function bySourceOf(
  pairs: readonly EvaluatedPair[],
  { muchBetter, seed }: { muchBetter: RewardSettings['muchBetter']; seed: string | number },
): RewardEvaluation['bySource'] {
  const rated = pairs.flatMap(({ questionId, difference, ratings }) =>
    [...Map.groupBy(ratings, ({ source }) => source)].flatMap(([source, own]) => {
      const overall = own.flatMap(({ values }) => values.overall ?? []);
      const label = labelOf(overall, muchBetter);
      return label === null ? [] : [{ source, questionId, difference, label }];
    }),
  );
  return [...Map.groupBy(rated, ({ source }) => source)]
    .map(([source, part]) => {
      const decided = part.filter(({ label }) => !isTie(label));
      const accuracy = accuracyOf(decided, { of: ({ difference }) => difference, seed });
      return { source, pairs: part.length, accuracy };
    })
    .toSorted((one, other) => other.pairs - one.pairs || (one.source < other.source ? -1 : 1));
}

/** Whether scores agree with what raters said of one criterion: the sign of the mean of its ratings. */
function byCriterionOf(
  pairs: readonly EvaluatedPair[],
  { criterion, seed }: { criterion: CriterionId; seed: string | number },
): RewardEvaluation['byCriterion'] {
  if (criterion === 'overall') return [];
  const rated = pairs.flatMap(({ questionId, difference, ratings }) => {
    const values = ratings.flatMap((rating) => rating.values[criterion] ?? []);
    if (values.length === 0) return [];
    const label = (1 + values.reduce((sum, value) => sum + value, 0) / values.length) / 2;
    return [{ questionId, difference, label }];
  });
  if (rated.length === 0) return [];
  const decided = rated.filter(({ label }) => !isTie(label));
  const accuracy = accuracyOf(decided, { of: ({ difference }) => difference, seed });
  return [{ criterion, pairs: rated.length, accuracy }];
}
