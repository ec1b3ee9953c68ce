import { rankerSettingsSchema, type RankerManifest, type RankerSettings } from '@rookery/shared/api';

const share = { right: 3, of: 4, low: 0.2, high: 1 };
const accuracy = { policy: share, mostFrequent: { ...share, right: 1 }, lexical: { ...share, right: 2 } };

/** A manifest of a ranker as a worker hands it in, of a model file with this hash and size. */
export const rankerManifest = (
  model: { sha256: string; size: number },
  settings: RankerSettings = rankerSettingsSchema.parse({}),
): RankerManifest => ({
  kind: 'ranker',
  format: 1,
  model,
  encoder: { name: 'encoder', version: '1.0.0', sha256: 'a'.repeat(64), dimensions: 8 },
  features: { version: '1', count: 3 },
  snapshot: { demonstrations: 2, questions: 2, decisions: 30, invalidSteps: 2, sha256: 'b'.repeat(64) },
  settings,
  code: { rookery: '0.4.0', node: '24.0.0', onnxruntime: '1.0.0' },
  device: 'cpu',
  heldOut: {
    questions: 1,
    decisions: 4,
    outside: 0,
    loss: 0.5,
    uniformLoss: 2.5,
    accuracy,
    kindAccuracy: share,
    byKind: [{ ...accuracy, command: 'search', decisions: 4 }],
  },
  lossCurve: [{ epoch: 0, train: 2.5, heldOut: 2.5 }],
  bestEpoch: 0,
  learningCurve: [],
  seconds: { reading: 1, encoding: 1, training: 1 },
});
