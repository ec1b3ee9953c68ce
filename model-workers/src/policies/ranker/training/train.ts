import { createHash } from 'node:crypto';
import type { RankerManifest, RankerSettings, TrainingDemonstration } from '@rookery/shared/api';
import { seededRandom } from '@rookery/shared/comparisons';
import packageJson from '../../../../package.json' with { type: 'json' };
import { encoderIdentity, type Encoder } from '../../../encoder/index.ts';
import { FinalFailure } from '../../../final-failure.ts';
import { runtimeVersion } from '../../../onnx/index.ts';
import { featureCount, FEATURES_VERSION } from '../features.ts';
import { encodeNetwork } from '../network.ts';
import { accuraciesOf, accuracyOf } from './accuracy.ts';
import { examplesOf, readDemonstration, type Example } from './examples.ts';
import { fit, lossOf, uniformLossOf, type Fit } from './fit.ts';

export interface Trained {
  model: Uint8Array;
  manifest: RankerManifest;
}

/** Parts of the training demonstrations for the learning curve, beside all of them. */
const parts = [1 / 8, 1 / 4, 1 / 2];

/** Takes in demonstrations one after the other, and trains on them at the end. */
export function createTraining(options: { encoder: Encoder; settings: RankerSettings }) {
  const { encoder, settings } = options;
  const read: { questionId: string; examples: Example[] }[] = [];
  const hash = createHash('sha256');
  let invalidSteps = 0;
  let readingMs = 0;

  return {
    async take(demonstration: TrainingDemonstration): Promise<void> {
      const begun = performance.now();
      const encodedBefore = encoder.work.ms;
      const { episodeId, revision, steps } = demonstration;
      hash.update(
        JSON.stringify([
          episodeId,
          revision,
          steps.map(({ observation, command, isValid }) => [observation, command, isValid]),
        ]),
      );
      const one = readDemonstration(demonstration);
      const vectors = await encoder.encode(one.texts);
      const byText = new Map(one.texts.map((text, index) => [text, vectors[index]!]));
      const examples = examplesOf(one, (text) => byText.get(text)!);
      read.push({ questionId: one.questionId, examples });
      invalidSteps += one.invalidSteps;
      readingMs += performance.now() - begun - (encoder.work.ms - encodedBefore);
    },

    /**
     * @param onProgress how much of the training is done, 0 … 1
     * @throws FinalFailure that says what to do where there is too little to learn from
     */
    async finish(onProgress: (share: number) => Promise<void>): Promise<Trained> {
      const begun = performance.now();
      const { train, heldOut } = split(read, settings);
      const all = train.flatMap(({ examples }) => examples);
      const tested = heldOut.flatMap(({ examples }) => examples);
      if (all.length === 0 || lossOfNothing(tested))
        throw new FinalFailure(
          'There is too little to learn from: a ranker needs accepted demonstrations of at least two bc questions, with ' +
            'steps that were carried out. Have more done, or accept those that wait for review.',
        );
      const cuts = settings.maxEpochs === 0 ? [] : cutsOf(train.length);
      const fits = cuts.length + 1;
      const train1 = (examples: readonly Example[], number: number): Promise<Fit> =>
        fit({
          train: examples,
          heldOut: tested,
          features: featureCount,
          settings,
          onEpoch: (epoch) => onProgress((number + epoch / settings.maxEpochs) / fits),
        });
      const whole = await train1(all, 0);
      const learningCurve: RankerManifest['learningCurve'] = [];
      const addToCurve = (demonstrations: number, examples: readonly Example[], { network }: Fit): void => {
        learningCurve.push({
          demonstrations,
          decisions: examples.length,
          loss: lossOf(network, tested) ?? 0,
          accuracy: accuracyOf({ network, heldOut: tested, seed: settings.seed }),
        });
      };
      for (const [index, count] of cuts.entries()) {
        const examples = train.slice(0, count).flatMap((one) => one.examples);
        addToCurve(count, examples, await train1(examples, index + 1));
      }
      addToCurve(train.length, all, whole);
      const { network } = whole;
      const model = encodeNetwork(network);
      const manifest: RankerManifest = {
        kind: 'ranker',
        format: 1,
        model: { sha256: createHash('sha256').update(model).digest('hex'), size: model.length },
        encoder: encoderIdentity,
        features: { version: FEATURES_VERSION, count: featureCount },
        snapshot: {
          demonstrations: read.length,
          questions: new Set(read.map(({ questionId }) => questionId)).size,
          decisions: all.length + tested.length,
          invalidSteps,
          sha256: hash.digest('hex'),
        },
        settings,
        code: {
          rookery: packageJson.version,
          node: process.version,
          onnxruntime: runtimeVersion,
        },
        device: encoder.device,
        heldOut: {
          questions: new Set(heldOut.map(({ questionId }) => questionId)).size,
          decisions: tested.length,
          outside: tested.filter(({ isOutside }) => isOutside).length,
          loss: lossOf(network, tested),
          uniformLoss: uniformLossOf(tested),
          ...accuraciesOf({ network, train: all, heldOut: tested, seed: settings.seed }),
        },
        lossCurve: whole.lossCurve,
        bestEpoch: whole.bestEpoch,
        learningCurve,
        seconds: {
          reading: readingMs / 1000,
          encoding: encoder.work.ms / 1000,
          training: (performance.now() - begun) / 1000,
        },
      };
      return { model, manifest };
    },
  };
}

const lossOfNothing = (examples: readonly Example[]): boolean => uniformLossOf(examples) === null;

/** Whole questions are held out, drawn by the seed; what is trained on comes in the order of a draw too. */
function split<T extends { questionId: string }>(
  read: readonly T[],
  { seed, heldOutPercent }: RankerSettings,
): { train: T[]; heldOut: T[] } {
  const random = seededRandom(`ranker ${seed} split`);
  const questions = random.shuffle([...new Set(read.map(({ questionId }) => questionId))].toSorted());
  const count = Math.max(1, Math.round((questions.length * heldOutPercent) / 100));
  const out = new Set(questions.slice(0, count));
  return {
    train: random.shuffle(read.filter(({ questionId }) => !out.has(questionId))),
    heldOut: read.filter(({ questionId }) => out.has(questionId)),
  };
}

/** How many demonstrations the smaller parts have, each once. */
const cutsOf = (count: number): number[] =>
  [...new Set(parts.map((part) => Math.ceil(part * count)))].filter((part) => part < count);
