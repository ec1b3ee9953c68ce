import type { RewardAnswer, RewardJobPair, RewardManifest, RewardSettings } from '@rookery/shared/api';
import { seededRandom } from '@rookery/shared/comparisons';
import {
  accuracyOf,
  compareAccuracies,
  evaluate,
  fewestPreferred,
  isTie,
  labelOf,
  logLossOf,
  logLossOfPairs,
  rewardFeatureNames,
  REWARD_FEATURES_VERSION,
  type EvaluatedPair,
} from '@rookery/shared/reward';
import { createHash } from 'node:crypto';
import packageJson from '../../package.json' with { type: 'json' };
import type { Encoder } from '../encoder/index.ts';
import { FinalFailure } from '../final-failure.ts';
import { runtimeVersion } from '../onnx/index.ts';
import { foldsOf, type Folds } from './folds.ts';
import type { PreviousModel, TrainedReward } from './messages.ts';
import { cosineOf, prepareAnswers } from './prepare.ts';
import { loadScorer, scorePrepared } from './score-inputs.ts';
import { headInputsOf, type PreparedAnswers, type RewardExample } from './training/examples.ts';
import { fitReward } from './training/fit.ts';
import type { RewardHead } from './training/head.ts';
import { rewardGraph, type LevelHead } from './training/head-graph.ts';
import { scoresOf } from './training/score.ts';
import { splitQuestions } from './training/split.ts';

/** Parts of the training questions for the learning curve, beside all of them. */
const parts = [1 / 8, 1 / 4, 1 / 2];
/** A half with fewer pairs of which one answer is preferred judges nothing. */
const fewestOfHalf = 5;

type Progress = (share: number) => Promise<void>;
type Pair = RewardJobPair & { label: number };

/** A pair and where its answers are among those prepared. */
interface PlacedPair {
  pair: Pair;
  example: RewardExample;
}

/** Takes answers and pairs in, and trains or tests by folds at the end. */
export function createRewardTraining(options: {
  encoder: Encoder;
  settings: RewardSettings;
  previous: PreviousModel | null;
}) {
  const { encoder, settings, previous } = options;
  const hash = createHash('sha256');
  const answers: RewardAnswer[] = [];
  const pairs: Pair[] = [];
  let readingMs = 0;

  const read = async (onProgress: Progress): Promise<PreparedAnswers> => {
    const begun = performance.now();
    const encodedBefore = encoder.work.ms;
    const prepared = await prepareAnswers({
      answers: answers.map(({ questionId, question, quotes, answer }) => ({
        questionId,
        input: { question, quotes, answer },
      })),
      encode: (texts) => encoder.encode(texts),
      onProgress,
    });
    readingMs += performance.now() - begun - (encoder.work.ms - encodedBefore);
    return prepared;
  };

  return {
    takeAnswers(list: readonly RewardAnswer[]): void {
      for (const one of list) {
        hash.update(
          JSON.stringify([one.answerId, one.questionId, one.question, one.quotes, one.answer, one.isZero]),
        );
        answers.push(one);
      }
    },

    takePairs(list: readonly RewardJobPair[]): void {
      for (const pair of list) {
        const { pairId, firstAnswerId, secondAnswerId, isHeldOut, ratings } = pair;
        const overall = ratings.flatMap(({ values }) => values.overall ?? []);
        const label = labelOf(overall, settings.muchBetter);
        if (label === null) continue;
        hash.update(JSON.stringify([pairId, firstAnswerId, secondAnswerId, isHeldOut, ratings]));
        pairs.push(Object.assign({ label }, pair));
      }
    },

    /**
     * @param onProgress how much is done, 0 … 1
     * @throws FinalFailure that says what to do where there is too little to learn from
     */
    async finish(onProgress: Progress): Promise<TrainedReward> {
      refuseTooLittle(pairs);
      const prepared = await read((share) => onProgress(share / 2));
      const begun = performance.now();
      const placed = placePairs(answers, pairs);
      const learnt = placed.filter(({ pair }) => !pair.isHeldOut);
      const tested = placed.filter(({ pair }) => pair.isHeldOut);
      const train = learnt.map(({ example }) => example);
      const questions = seededRandom(`reward ${settings.seed} curve`).shuffle(
        [...new Set(train.map(({ question }) => question))].toSorted(),
      );
      const cuts = cutsOf(questions.length);
      const halves = halvesOf(train, settings.seed);
      const fits = 1 + cuts.length + (halves ? 2 : 0);
      let done = 0;
      const fit = async (part: readonly RewardExample[]): Promise<RewardHead> => {
        const head = await fitReward({
          answers: prepared,
          examples: part,
          settings,
          onProgress: (share) => onProgress(0.5 + (done + share) / fits / 2),
        });
        done += 1;
        return head;
      };
      const seed = `${settings.seed}`;
      const whole = await fit(train);
      const scores = scoresOf(whole, prepared);
      const learningCurve: RewardManifest['learningCurve'] = [];
      const addToCurve = (count: number, pairCount: number, by: Float64Array): void => {
        const judged = judgedBy(tested, { prepared, scores: by });
        learningCurve.push({
          share: count / questions.length,
          questions: count,
          pairs: pairCount,
          accuracy: accuracyOfScores(judged, seed),
          logLoss: logLossOfPairs(judged, seed),
        });
      };
      for (const count of cuts) {
        const some = new Set(questions.slice(0, count));
        const part = train.filter(({ question }) => some.has(question));
        addToCurve(count, part.length, scoresOf(await fit(part), prepared));
      }
      addToCurve(questions.length, train.length, scores);
      const halfHeads = halves && ([await fit(halves[0]), await fit(halves[1])] as const);
      const zero = zeroAnswersOf(answers, train);
      const levelOf = (head: RewardHead): LevelHead => {
        const own = scoresOf(head, prepared);
        return { head, zero: zero.places.reduce((sum, place) => sum + own[place]!, 0) / zero.places.length };
      };
      const model = rewardGraph({
        whole: levelOf(whole),
        halves: halfHeads && [levelOf(halfHeads[0]), levelOf(halfHeads[1])],
      });
      const remembered = judgedBy(learnt, { prepared, scores });
      const judged = judgedBy(tested, { prepared, scores });
      const testedAnswers = new Set(tested.flatMap(({ example }) => [example.first, example.second]));
      const bySource = Map.groupBy(
        pairs.flatMap(({ ratings }) => ratings),
        ({ source }) => source,
      );
      const manifest: RewardManifest = {
        kind: 'reward',
        format: 1,
        model: { sha256: createHash('sha256').update(model).digest('hex'), size: model.length },
        encoder: encoder.identity,
        features: { version: REWARD_FEATURES_VERSION, names: [...rewardFeatureNames] },
        head: { inputs: whole.inputs, members: whole.members.length },
        snapshot: {
          comparisons: pairs.reduce((sum, { ratings }) => sum + ratings.length, 0),
          pairs: pairs.length,
          ties: pairs.filter(({ label }) => isTie(label)).length,
          questions: new Set(pairs.map(({ questionId }) => questionId)).size,
          answers: answers.length,
          bySource: [...bySource]
            .map(([source, list]) => ({ source, comparisons: list.length }))
            .toSorted((one, other) => other.comparisons - one.comparisons),
          sha256: hash.copy().digest('hex'),
        },
        settings,
        code: { rookery: packageJson.version, node: process.version, onnxruntime: runtimeVersion },
        device: encoder.device,
        deviceFallback: encoder.fallback,
        temperature: whole.temperature,
        zero: { of: zero.of, answers: zero.places.length },
        training: {
          questions: questions.length,
          pairs: train.length,
          accuracy: accuracyOfScores(remembered, seed),
          logLoss: remembered.reduce((sum, pair) => sum + logLossOf(pair), 0) / remembered.length,
        },
        heldOut: evaluate({
          pairs: judged,
          answers: answers.flatMap(({ questionId }, index) =>
            testedAnswers.has(index)
              ? [{ questionId, score: scores[index]!, words: prepared.words[index]! }]
              : [],
          ),
          muchBetter: settings.muchBetter,
          seed,
        }),
        learningCurve,
        halves: halves && { first: questionsIn(halves[0]), second: questionsIn(halves[1]) },
        previous: await compareWith(previous, { encoder, judged, tested, prepared, seed }),
        seconds: {
          reading: readingMs / 1000,
          encoding: encoder.work.ms / 1000,
          training: (performance.now() - begun) / 1000,
        },
      };
      return { model, manifest };
    },

    /**
     * @param onProgress how much is done, 0 … 1
     * @throws FinalFailure where there is too little for so many folds
     */
    async folds(k: number, onProgress: Progress): Promise<Folds> {
      const preferred = new Set(
        pairs.filter(({ label }) => !isTie(label)).map(({ questionId }) => questionId),
      ).size;
      if (preferred < k)
        throw new FinalFailure(
          `${k} folds need at least ${k} questions with a pair of which one answer is preferred, and there are ${preferred}. ` +
            'Take fewer folds, or more comparisons.',
        );
      return foldsOf({
        answers: await read((share) => onProgress(share / 2)),
        examples: placePairs(answers, pairs).map(({ example }) => example),
        k,
        seed: settings.seed,
        settings,
        onProgress: (share) => onProgress(0.5 + share / 2),
      });
    },
  };
}

function refuseTooLittle(pairs: readonly Pair[]): void {
  const decided = pairs.filter(({ label }) => !isTie(label));
  const sides = [true, false].map((held) => decided.filter(({ isHeldOut }) => isHeldOut === held).length);
  const what =
    pairs.length > 0 && decided.length === 0
      ? `All ${pairs.length} pairs are ties.`
      : new Set(pairs.map(({ questionId }) => questionId)).size < 2
        ? 'All comparisons are of one question, and some questions have to be held out.'
        : sides.includes(0)
          ? 'There is no pair with a preferred answer among those held out, or among those to learn from.'
          : decided.length < fewestPreferred
            ? `There are only ${decided.length} pairs of which one answer is preferred, and training needs ${fewestPreferred}.`
            : null;
  if (what !== null)
    throw new FinalFailure(`${what} Have more pairs of other questions compared, then train again.`);
}

/** @throws FinalFailure for a pair of an answer that is not there */
function placePairs(answers: readonly RewardAnswer[], pairs: readonly Pair[]): PlacedPair[] {
  const places = new Map(answers.map(({ answerId }, index) => [answerId, index]));
  return pairs.map((pair) => {
    const first = places.get(pair.firstAnswerId);
    const second = places.get(pair.secondAnswerId);
    if (first === undefined || second === undefined)
      throw new FinalFailure(
        `The pair ${pair.pairId} is of an answer that was not handed over. Train again.`,
      );
    return { pair, example: { first, second, label: pair.label, weight: 1, question: pair.questionId } };
  });
}

/** How many questions the smaller parts have, each once. */
const cutsOf = (count: number): number[] =>
  [...new Set(parts.map((part) => Math.ceil(part * count)))].filter((part) => part < count);

const questionsIn = (examples: readonly RewardExample[]): number =>
  new Set(examples.map(({ question }) => question)).size;

/** The training pairs by two halves of their questions; null where one of them would be too small. */
function halvesOf(
  train: readonly RewardExample[],
  seed: number,
): readonly [RewardExample[], RewardExample[]] | null {
  const sides = splitQuestions(
    train.map(({ question }) => question),
    { parts: 2, seed: `reward ${seed} halves` },
  );
  const halves = [0, 1].map((side) => train.filter(({ question }) => sides.get(question) === side));
  const isEnough = halves.every((half) => half.filter(({ label }) => !isTie(label)).length >= fewestOfHalf);
  return isEnough ? [halves[0]!, halves[1]!] : null;
}

/** Pairs with what scores of the prepared answers say of them. */
function judgedBy(
  placed: readonly PlacedPair[],
  { prepared, scores }: { prepared: PreparedAnswers; scores: ArrayLike<number> },
): EvaluatedPair[] {
  return placed.map(({ pair, example: { first, second } }) => ({
    questionId: pair.questionId,
    label: pair.label,
    difference: scores[first]! - scores[second]!,
    words: [prepared.words[first]!, prepared.words[second]!],
    cosines: [cosineOf(prepared, first), cosineOf(prepared, second)],
    ratings: pair.ratings,
  }));
}

/** How often scores are right, ties left out. */
const accuracyOfScores = (judged: readonly EvaluatedPair[], seed: string) =>
  accuracyOf(
    judged.filter(({ label }) => !isTie(label)),
    { of: ({ difference }) => difference, seed },
  );

/** Where the answers are whose mean score is 0, whichever head scores them: demonstrations, or without any those that are learnt from. */
function zeroAnswersOf(
  answers: readonly RewardAnswer[],
  train: readonly RewardExample[],
): { of: RewardManifest['zero']['of']; places: readonly number[] } {
  const demonstrations = answers.flatMap(({ isZero }, index) => (isZero ? [index] : []));
  if (demonstrations.length > 0) return { of: 'demonstrations', places: demonstrations };
  return {
    of: 'training-answers',
    places: [...new Set(train.flatMap(({ first, second }) => [first, second]))],
  };
}

/** The version before on the same held-out pairs; null without one, or where this worker cannot run it with this encoder. */
async function compareWith(
  previous: PreviousModel | null,
  tests: {
    encoder: Encoder;
    judged: readonly EvaluatedPair[];
    tested: readonly PlacedPair[];
    prepared: PreparedAnswers;
    seed: string;
  },
): Promise<RewardManifest['previous']> {
  if (!previous) return null;
  const { encoder, judged, tested, prepared, seed } = tests;
  const { modelId, version, manifest, model } = previous;
  if (headInputsOf(prepared)[0]?.length !== manifest.head.inputs) return null;
  let scorer;
  let scored;
  try {
    scorer = await loadScorer({ manifest, model, encoder });
    scored = await scorePrepared(scorer, prepared);
  } catch (error) {
    if (error instanceof FinalFailure) return null;
    throw error;
  } finally {
    await scorer?.head.session.release();
  }
  const before = judgedBy(tested, { prepared, scores: scored.map(({ score }) => score) });
  const { other, difference } = compareAccuracies(
    judged.map(({ questionId, label, difference: own }, index) => ({
      questionId,
      label,
      difference: own,
      other: before[index]!.difference,
    })),
    seed,
  );
  return difference && { modelId, version, accuracy: other, difference };
}
