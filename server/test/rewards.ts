import {
  rewardSettingsSchema,
  type Client,
  type RewardManifest,
  type RewardSettings,
  type ShareOf,
} from '@rookery/shared/api';
import { createHash } from 'node:crypto';

const share = (right: number, of: number): ShareOf => ({ right, of, low: 0.4, high: 0.8 });
const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });

/** A manifest of a reward model that nobody trained; every figure is made up. */
export function rewardManifest(
  model: { sha256: string; size: number },
  settings: Partial<RewardSettings> = {},
): RewardManifest {
  const accuracy = share(12, 20);
  return {
    kind: 'reward',
    format: 1,
    model,
    encoder: { name: 'made-up', version: '1', sha256: 'e'.repeat(64), dimensions: 512 },
    features: { version: '1', names: ['support'] },
    head: { inputs: 1, members: 2 },
    snapshot: {
      comparisons: 80,
      pairs: 80,
      ties: 4,
      questions: 40,
      answers: 160,
      bySource: [{ source: 'people', comparisons: 80 }],
      sha256: 'd'.repeat(64),
    },
    settings: rewardSettingsSchema.parse(settings),
    code: { rookery: '0', node: 'v24', onnxruntime: '1' },
    device: 'cpu',
    deviceFallback: null,
    temperature: 1,
    zero: { of: 'training-answers', answers: 160 },
    training: { questions: 30, pairs: 60, accuracy: share(45, 60), logLoss: 0.6 },
    heldOut: {
      questions: 10,
      pairs: 20,
      ties: 1,
      accuracy,
      logLoss: estimate(0.65),
      calibration: {
        error: estimate(0.06),
        bins: [
          { predicted: 0.55, observed: 0.5, pairs: 10 },
          { predicted: 0.75, observed: 0.8, pairs: 10 },
        ],
      },
      lengthCorrelation: estimate(0.12),
      baselines: { longer: share(10, 20), first: share(9, 20), cosine: share(11, 20) },
      human: share(15, 20),
      bySource: [{ source: 'people', pairs: 20, accuracy }],
      byCriterion: [{ criterion: 'accuracy', pairs: 18, accuracy: share(11, 18) }],
    },
    learningCurve: [
      { share: 0.5, questions: 15, pairs: 30, accuracy: share(11, 20), logLoss: estimate(0.68) },
      { share: 1, questions: 30, pairs: 60, accuracy, logLoss: estimate(0.65) },
    ],
    halves: { first: 15, second: 15 },
    previous: null,
    seconds: { reading: 1, encoding: 2, training: 3 },
  };
}

/** Bytes that stand for a model file, and their hash. */
export function modelFileOf(text: string): { bytes: Uint8Array; sha256: string } {
  const bytes = new TextEncoder().encode(text);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Does what a model worker does of a training but train; gives the file that it handed in. */
export async function finishTraining(
  worker: Client,
  attempt: { jobId: string; workerId: string; settings?: Partial<RewardSettings>; text?: string },
): Promise<{ sha256: string; size: number }> {
  const { jobId, workerId, settings, text = jobId } = attempt;
  const params = { jobId, attempt: 1 };
  const { attemptToken } = await worker.startAttempt({ params, body: { workerId } });
  const model = await worker.uploadModel({
    params,
    query: { attemptToken },
    body: new Uint8Array(modelFileOf(text).bytes),
  });
  await worker.completeAttempt({
    params,
    body: { attemptToken, result: { manifest: rewardManifest(model, settings) } },
  });
  return model;
}
