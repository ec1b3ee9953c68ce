import { percentileInterval, seededRandom, type Interval } from '@rookery/shared/comparisons';
import { isTie, logLossOf } from '@rookery/shared/reward';
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
  difference: { value: number; interval: Interval | null };
  /** Pearson correlation of score and number of words, over answers that were not seen; null where one does not vary. */
  lengthCorrelation: number | null;
}

/** Of the linear head: with it accuracy on real comparisons is greatest. */
const linearL2 = 30;
const resamples = 2000;

/** Trains on all questions but those of a fold, and tests on these, fold by fold. */
export async function foldsOf(options: {
  answers: PreparedAnswers;
  examples: readonly RewardExample[];
  k: number;
  seed: number;
  settings: FitSettings;
  onProgress?: (share: number) => Promise<void>;
}): Promise<Folds> {
  const { answers, examples, k, seed, settings, onProgress } = options;
  const parts = splitQuestions(
    examples.map(({ question }) => question),
    { parts: k, seed: `reward folds ${seed}` },
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
      question,
      label,
      model: scores[first]! - scores[second]!,
      linear: linear[first]! - linear[second]!,
    }));
    for (const { first, second } of tested)
      for (const index of [first, second]) scored.set(index, scores[index]!);
    judged.push(...own);
    folds.push({
      questions: new Set(own.map(({ question }) => question)).size,
      pairs: own.length,
      ties: own.filter(({ label }) => isTie(label)).length,
      model: foldScoresOf(own, 'model'),
      linear: foldScoresOf(own, 'linear'),
    });
  }
  const drawn = bootstrap(judged, `reward folds ${seed} intervals`);
  const summary = (of: 'model' | 'linear'): FoldScores & { standardError: number } => ({
    accuracy: meanOf(folds.map((fold) => fold[of].accuracy)),
    logLoss: meanOf(folds.map((fold) => fold[of].logLoss)),
    standardError: deviationOf(drawn.map((one) => one[of])),
  });
  const model = summary('model');
  const linear = summary('linear');
  return {
    folds,
    model,
    linear,
    difference: {
      value: model.accuracy - linear.accuracy,
      interval: percentileInterval(drawn.map((one) => one.model - one.linear)),
    },
    lengthCorrelation: correlationOf(
      [...scored.values()],
      [...scored.keys()].map((index) => answers.words[index]!),
    ),
  };
}

interface Judged {
  question: string;
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

function foldScoresOf(judged: readonly Judged[], of: 'model' | 'linear'): FoldScores {
  const clear = judged.filter(({ label }) => !isTie(label));
  return {
    accuracy: meanOf(clear.map((one) => rightOf(one, of))),
    logLoss: meanOf(judged.map((one) => logLossOf({ label: one.label, difference: one[of] }))),
  };
}

/** Equal scores are right half of the time. */
function rightOf(one: Judged, of: 'model' | 'linear'): number {
  if (one[of] === 0) return 0.5;
  return Number(one[of] > 0 === one.label > 0.5);
}

/** Accuracies of both where whole questions are drawn with replacement, as many as there are. */
function bootstrap(judged: readonly Judged[], seed: string): { model: number; linear: number }[] {
  const clear = judged.filter(({ label }) => !isTie(label));
  const units = [...Map.groupBy(clear, ({ question }) => question).values()].map((part) => ({
    model: part.reduce((sum, one) => sum + rightOf(one, 'model'), 0),
    linear: part.reduce((sum, one) => sum + rightOf(one, 'linear'), 0),
    of: part.length,
  }));
  const random = seededRandom(seed);
  return Array.from({ length: units.length < 2 ? 0 : resamples }, () => {
    const sum = { model: 0, linear: 0, of: 0 };
    for (let drawn = 0; drawn < units.length; drawn += 1) {
      const unit = units[random.below(units.length)]!;
      sum.model += unit.model;
      sum.linear += unit.linear;
      sum.of += unit.of;
    }
    return { model: sum.model / sum.of, linear: sum.linear / sum.of };
  });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/** Pearson's; null where one of them does not vary. */
function correlationOf(one: readonly number[], other: readonly number[]): number | null {
  const means = [meanOf(one), meanOf(other)] as const;
  let together = 0;
  let ownSquares = 0;
  let otherSquares = 0;
  for (const [index, value] of one.entries()) {
    const a = value - means[0];
    const b = other[index]! - means[1];
    together += a * b;
    ownSquares += a * a;
    otherSquares += b * b;
  }
  const scale = Math.sqrt(ownSquares * otherSquares);
  return scale > 0 ? together / scale : null;
}
