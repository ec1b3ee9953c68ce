import { seededRandom } from '@rookery/shared/comparisons';
import { rewardFeatureNames } from '@rookery/shared/reward';
import { fitBradleyTerry, type Differences } from './bradley-terry.ts';
import { FinalFailure } from '../../final-failure.ts';
import { checkExamples, headInputsOf, type PreparedAnswers, type RewardExample } from './examples.ts';
import { standardised, standardOf, type RewardHead } from './head.ts';
import { splitQuestions } from './split.ts';
import { dotOf } from './score.ts';
import { temperatureOf } from './temperature.ts';

export interface FitSettings {
  seed: number;
  /** Heads of the ensemble. */
  members: number;
  /** How strongly weights are held to 0, in multiples of the usual. */
  regularisation: number;
}

/** The usual strength of the prior, in comparisons: found on real comparisons by folds. */
const usualL2 = 1000;
/**
 * The weight of length is held less: where raters do not care for length, it makes up for what other features have in common with it,
 * and scores hang less on length (correlation 0.28 instead of 0.33, at the same accuracy).
 */
const lengthInput = rewardFeatureNames.indexOf('words');
const lengthShare = 1 / 16;
const clip = 4;
const innerFolds = 5;

/**
 * Fits an ensemble of heads to judged pairs: each to questions drawn with replacement, as many as there are (bagging, Breiman, 1996).
 * The temperature is fitted to pairs of questions that the head which scores them did not see. The same examples and settings give
 * the same head.
 * @param onProgress gets shares from 0 to 1; awaited, so that whoever waits for a message gets a turn
 * @throws RangeError for numbers that are not finite, or where there is nothing to learn from
 * @throws FinalFailure where weights are held so little that they do not come to finite numbers
 */
export async function fitReward(options: {
  answers: PreparedAnswers;
  examples: readonly RewardExample[];
  settings: FitSettings;
  onProgress?: (share: number) => Promise<void> | void;
}): Promise<RewardHead> {
  const { answers, examples, settings, onProgress } = options;
  const inputs = headInputsOf(answers);
  checkExamples(inputs, examples);
  if (examples.length === 0) throw new RangeError('There are no comparisons to learn from.');
  const l2 = new Float64Array(inputs[0]?.length ?? 0).fill(usualL2 * settings.regularisation);
  if (lengthInput < l2.length) l2[lengthInput]! *= lengthShare;
  const used = [...new Set(examples.flatMap(({ first, second }) => [first, second]))];
  const standard = { ...standardOf(used.map((index) => inputs[index]!)), clip };
  const rows = new Map(used.map((index) => [index, standardised(inputs[index]!, standard)]));
  const differences = differencesOf(rows, examples);
  const steps = settings.members + innerFolds + 1;
  let done = 0;
  const step = async (): Promise<void> => {
    done += 1;
    await onProgress?.(done / steps);
  };

  const whole = fitBradleyTerry(differences, { l2 });
  await step();
  const questions = [...new Set(examples.map(({ question }) => question))];
  const random = seededRandom(`reward ${settings.seed} members`);
  const members: RewardHead['members'][number][] = [];
  for (let member = 0; member < settings.members; member += 1) {
    const times = new Map<string, number>();
    for (let drawn = 0; drawn < questions.length; drawn += 1) {
      const question = questions[random.below(questions.length)]!;
      times.set(question, (times.get(question) ?? 0) + 1);
    }
    const weights = examples.map(({ question, weight }) => weight * (times.get(question) ?? 0));
    members.push({ weights: fitBradleyTerry({ ...differences, weights }, { l2, start: whole }) });
    await step();
  }

  const folds = splitQuestions(questions, { parts: innerFolds, seed: `reward ${settings.seed} temperature` });
  const unseen = new Float64Array(examples.length);
  for (let fold = 0; fold < innerFolds; fold += 1) {
    const isIn = examples.map(({ question }) => folds.get(question) === fold);
    const weights = examples.map(({ weight }, index) => (isIn[index] ? 0 : weight));
    const found = fitBradleyTerry({ ...differences, weights }, { l2, start: whole });
    for (const [index, row] of differences.rows.entries()) if (isIn[index]) unseen[index] = dotOf(row, found);
    await step();
  }
  const temperature = temperatureOf(unseen, differences);
  if (![temperature, ...members.flatMap(({ weights }) => [...weights])].every(Number.isFinite))
    throw new FinalFailure(
      `Weights that are held to 0 by only ${settings.regularisation} of the usual come to no finite numbers. Train with a regularisation nearer to 1.`,
    );
  return { inputs: standard.mean.length, ...standard, members, temperature };
}

function differencesOf(
  rows: ReadonlyMap<number, Float64Array>,
  examples: readonly RewardExample[],
): Differences {
  return {
    rows: examples.map(({ first, second }) => {
      const other = rows.get(second)!;
      return rows.get(first)!.map((value, index) => value - other[index]!);
    }),
    labels: examples.map(({ label }) => label),
    weights: examples.map(({ weight }) => weight),
  };
}
