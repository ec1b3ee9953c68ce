import { Tensor } from 'onnxruntime-node';
import type { RewardManifest } from '@rookery/shared/api';
import { rewardFeatureNames, REWARD_FEATURES_VERSION, type RewardInput } from '@rookery/shared/reward';
import { createHash } from 'node:crypto';
import type { Encoder, EncoderIdentity } from '../encoder/index.ts';
import { FinalFailure } from '../final-failure.ts';
import { openSession, type OpenedSession } from '../onnx/index.ts';
import type { ScoredInput } from './messages.ts';
import { cosineOf, prepareAnswers } from './prepare.ts';
import { headInputsOf, type PreparedAnswers } from './training/examples.ts';

/** A reward model with its encoder. */
export interface RewardScorer {
  encoder: Encoder;
  head: OpenedSession;
  manifest: RewardManifest;
}

/** Rows of one run of the head: always as many, so that a score does not depend on what it is asked with. */
const rowsOfRun = 64;

/**
 * Loads a model, for an encoder.
 * @throws FinalFailure that names both, where the file is not the one of the manifest, or was made for another encoder, other
 * features or another format than this release has
 */
export async function loadScorer(options: {
  manifest: RewardManifest;
  model: Uint8Array;
  encoder: Encoder;
}): Promise<RewardScorer> {
  const { manifest, model, encoder } = options;
  refuseOthers(manifest, { model, encoder: encoder.identity });
  let head: OpenedSession | undefined;
  try {
    // A few thousand numbers are quickest on one core.
    head = await openSession(model, { device: 'cpu', threads: 1 });
    const { inputs } = manifest.head;
    await runHead(head, { inputs, rows: [new Float64Array(inputs)] });
  } catch (error) {
    await head?.session.release();
    throw new FinalFailure(
      `The file is no reward model of Rookery, though its SHA-256 is that of the manifest. onnxruntime says: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return { encoder, head, manifest };
}

/**
 * Scores answers, in their order.
 * @throws FinalFailure where a score is no finite number
 */
export async function scoreInputs(
  scorer: RewardScorer,
  inputs: readonly RewardInput[],
): Promise<ScoredInput[]> {
  const { encoder } = scorer;
  const answers = await prepareAnswers({
    answers: inputs.map((input) => ({ questionId: '', input })),
    encode: (texts) => encoder.encode(texts),
  });
  return scorePrepared(scorer, answers);
}

/** See {@link scoreInputs}. */
export async function scorePrepared(
  { head, manifest }: Pick<RewardScorer, 'head' | 'manifest'>,
  answers: PreparedAnswers,
): Promise<ScoredInput[]> {
  const rows = headInputsOf(answers);
  const scored: ScoredInput[] = [];
  for (let start = 0; start < rows.length; start += rowsOfRun) {
    const part = rows.slice(start, start + rowsOfRun);
    const { score, members, halves } = await runHead(head, { inputs: manifest.head.inputs, rows: part });
    for (let row = 0; row < part.length; row += 1) {
      const own = members.slice(row * manifest.head.members, (row + 1) * manifest.head.members);
      const one: ScoredInput = {
        score: score[row]!,
        uncertainty: deviationOf(own),
        halves: halves && [halves[2 * row]!, halves[2 * row + 1]!],
        cosine: cosineOf(answers, start + row),
      };
      if (![one.score, one.uncertainty, ...(one.halves ?? [])].every(Number.isFinite))
        throw new FinalFailure(
          'The reward model gives what is no number. Train it again; the version before can be used meanwhile.',
        );
      scored.push(one);
    }
  }
  return scored;
}

async function runHead(
  { session }: OpenedSession,
  { inputs, rows }: { inputs: number; rows: readonly Float64Array[] },
): Promise<{ score: Float32Array; members: Float32Array; halves: Float32Array | null }> {
  const filled = new Float32Array(rowsOfRun * inputs);
  for (const [index, row] of rows.entries()) filled.set(row, index * inputs);
  const output = await session.run({ inputs: new Tensor('float32', filled, [rowsOfRun, inputs]) });
  return {
    score: output['score']!.data as Float32Array,
    members: output['members']!.data as Float32Array,
    halves: (output['halves']?.data as Float32Array | undefined) ?? null,
  };
}

function deviationOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function refuseOthers(
  manifest: RewardManifest,
  { model, encoder }: { model: Uint8Array; encoder: EncoderIdentity },
): void {
  const sha256 = createHash('sha256').update(model).digest('hex');
  const again = 'Train it again with this release.';
  const compared: [what: string, own: string | number, expected: string | number, advice: string][] = [
    ['this release reads manifests of format', 1, manifest.format, 'Use the release that trained it.'],
    [
      'the model file has the SHA-256',
      sha256,
      manifest.model.sha256,
      'It was altered or cut short: get it again.',
    ],
    [
      `the encoder ${encoder.name} here has the SHA-256`,
      encoder.sha256,
      manifest.encoder.sha256,
      `Use the folder of ${manifest.encoder.name} that it was trained with, or train it again.`,
    ],
    [
      'this release has features of version',
      `${REWARD_FEATURES_VERSION} (${rewardFeatureNames.length})`,
      `${manifest.features.version} (${manifest.features.names.length})`,
      again,
    ],
  ];
  for (const [what, own, expected, advice] of compared) {
    if (own !== expected)
      throw new FinalFailure(
        `The reward model cannot be loaded: ${what} ${own}, and its manifest names ${expected}. ${advice}`,
      );
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n')[0]! : String(error);
