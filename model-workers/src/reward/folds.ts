import type { Estimate } from '@rookery/shared/api';
import {
  compareAccuracies,
  isTie,
  lengthCorrelationOf,
  logLossOfPairs,
  meanOf,
  rightOf,
  standardErrorOf,
  unitsOf,
} from '@rookery/shared/reward';
import { FinalFailure } from '../final-failure.ts';
import { fitBradleyTerry } from './training/bradley-terry.ts';
import type { PreparedAnswers, RewardExample } from './training/examples.ts';
import { fitReward, type FitSettings } from './training/fit.ts';
import { scoresOf } from './training/score.ts';
import { splitQuestions } from './training/split.ts';

/** How good the scores of pairs are whose questions were not seen; ties count in the loss only. */
export interface FoldScores {
  accuracy: number;
  logLoss: number;
}

export interface Folds {
  folds: { questions: number; pairs: number; ties: number; model: FoldScores; linear: FoldScores }[];
  /** Mean over the folds; the standard error is that of whole questions drawn with replacement. */
  model: FoldScores & { standardError: number };
  /** A linear head on the encoder's vectors, on the same folds. */
  linear: FoldScores & { standardError: number };
  /** Accuracy of the model minus that of the linear head, with its paired 95 % interval over questions. */
  difference: Estimate;
  /** Correlation of score and number of words, over answers that were not seen; null where one does not vary. */
  lengthCorrelation: number | null;
}

/** Of the linear head: with it accuracy on real comparisons is greatest. */
const linearL2 = 30;

/**
 * Trains on all questions but those of a fold, and tests on these, fold by fold.
 * @throws FinalFailure where a fold has ties alone
 */
export async function foldsOf(options: {
  answers: PreparedAnswers;
  examples: readonly RewardExample[];
  k: number;
  seed: number;
  settings: FitSettings;
  onProgress?: (share: number) => Promise<void>;
}): Promise<Folds> {
  const { answers, examples, k, settings, onProgress } = options;
  const seed = `folds ${options.seed}`;
  const parts = splitQuestions(
    examples.map(({ question }) => question),
    { parts: k, seed: `reward ${seed}` },
  );
  const judged: Judged[] = [];
  const folds: Folds['folds'] = [];
  const scored = new Map<number, number>();
  for (let fold = 0; fold < k; fold += 1) {
    const train = examples.filter(({ question }) => parts.get(question) !== fold);
    const tested = examples.filter(({ question }) => parts.get(question) === fold);
    const head = await fitReward({
      answers,
      examples: train,
      settings,
      ...(onProgress && { onProgress: (share) => onProgress((fold + share) / k) }),
    });
    const scores = scoresOf(head, answers);
    const linear = linearScores(answers, train);
    const own = tested.map(({ first, second, label, question }) => ({
      questionId: question,
      label,
      model: scores[first]! - scores[second]!,
      linear: linear[first]! - linear[second]!,
    }));
    for (const { first, second } of tested)
      for (const index of [first, second]) scored.set(index, scores[index]!);
    judged.push(...own);
    folds.push({
      questions: new Set(own.map(({ questionId }) => questionId)).size,
      pairs: own.length,
      ties: own.filter(({ label }) => isTie(label)).length,
      model: foldScoresOf(own, { by: 'model', seed }),
      linear: foldScoresOf(own, { by: 'linear', seed }),
    });
  }
  const summary = (by: 'model' | 'linear'): FoldScores & { standardError: number } => ({
    accuracy: average(folds.map((fold) => fold[by].accuracy)),
    logLoss: average(folds.map((fold) => fold[by].logLoss)),
    standardError: standardErrorOf(rightUnitsOf(judged, by), seed),
  });
  const model = summary('model');
  const linear = summary('linear');
  const { difference } = compareAccuracies(
    judged.map(({ questionId, label, model: difference, linear: other }) => ({
      questionId,
      label,
      difference,
      other,
    })),
    seed,
  );
  return {
    folds,
    model,
    linear,
    difference: { ...difference!, value: model.accuracy - linear.accuracy },
    lengthCorrelation:
      lengthCorrelationOf(
        [...scored].map(([index, score]) => ({
          questionId: answers.questions[index]!,
          score,
          words: answers.words[index]!,
        })),
        seed,
      )?.value ?? null,
  };
}

interface Judged {
  questionId: string;
  label: number;
  /** Differences of the scores of first and second. */
  model: number;
  linear: number;
}

function linearScores({ vectors }: PreparedAnswers, train: readonly RewardExample[]): Float64Array {
  const weights = fitBradleyTerry(
    {
      rows: train.map(({ first, second }) =>
        Float64Array.from(vectors[first]!, (value, index) => value - vectors[second]![index]!),
      ),
      labels: train.map(({ label }) => label),
      weights: train.map(({ weight }) => weight),
    },
    { l2: linearL2 },
  );
  return Float64Array.from(vectors, (vector) =>
    vector.reduce((sum, value, index) => sum + value * weights[index]!, 0),
  );
}

function foldScoresOf(
  judged: readonly Judged[],
  { by, seed }: { by: 'model' | 'linear'; seed: string },
): FoldScores {
  const accuracy = meanOf(rightUnitsOf(judged, by), seed);
  if (!accuracy)
    throw new FinalFailure(
      'One of the folds has no pair of which one answer is preferred. Take fewer folds, another seed, or more comparisons.',
    );
  const differences = judged.map(({ questionId, label, [by]: difference }) => ({
    questionId,
    label,
    difference,
  }));
  return { accuracy: accuracy.value, logLoss: logLossOfPairs(differences, seed).value };
}

/** By question: how many pairs are right, of how many that are no ties. */
const rightUnitsOf = (judged: readonly Judged[], by: 'model' | 'linear') =>
  unitsOf(
    judged.filter(({ label }) => !isTie(label)),
    (one) => [rightOf(one.label - 0.5, one[by]), 1] as const,
  );

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
