import { createHash } from 'node:crypto';
import type { RankerManifest } from '@rookery/shared/api';
import { encoderIdentity } from '../../encoder/identity.ts';
import { wantedDevice } from '../../onnx/devices.ts';
import type { Policy } from '../policy.ts';
import { featureCount, FEATURES_VERSION } from './features.ts';
import type { RankingAnswers, RankingRequest } from './messages.ts';
import { startThread, type Thread } from './thread.ts';

/** The one thread of a process, while a ranker is open. */
let shared: { thread: Thread<RankingRequest, RankingAnswers>; users: number } | undefined;
let lastId = 0;

/**
 * Loads a trained ranker. All of a process share one thread, and one encoder in it; sessions that are asked for at the
 * same time are looked at together.
 * @throws Error that names both, where the model is not the one of the manifest, or was made for another encoder, other
 * features or another format than this release has
 */
export async function openRanker(options: {
  manifest: RankerManifest;
  model: Uint8Array;
  cacheFolder: string;
  signal?: AbortSignal;
}): Promise<Policy> {
  const { manifest, model, cacheFolder, signal } = options;
  refuseOthers(manifest, model);
  const { thread, release } = useThread();
  lastId += 1;
  const rankerId = lastId;
  try {
    const device = wantedDevice(process.env);
    const opened = await thread.ask({ type: 'open', rankerId, model, cacheFolder, device }, signal);
    if (opened.fallback !== null) process.emitWarning(opened.fallback);
    let isOpen = true;
    return {
      device: opened.device,
      details: {
        model: manifest.model.sha256,
        encoder: `${manifest.encoder.name} ${manifest.encoder.sha256}`,
        features: manifest.features.version,
        onnxruntime: manifest.code.onnxruntime,
      },
      nextCommands: ({ view, observation }, { seed, temperature, count, signal }) =>
        thread.ask(
          {
            type: 'next',
            rankerId,
            request: { session: { view, observation }, seed, temperature, count },
          },
          signal,
        ),
      answer: ({ question, quotes }, { seed, temperature, signal }) =>
        thread.ask(
          { type: 'answer', rankerId, request: { task: { question, quotes }, seed, temperature } },
          signal,
        ),
      async close() {
        if (!isOpen) return;
        isOpen = false;
        await thread.ask({ type: 'close', rankerId }).catch(() => {});
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function useThread(): { thread: Thread<RankingRequest, RankingAnswers>; release: () => Promise<void> } {
  const program = new URL('ranking-thread.ts', import.meta.url);
  const own = (shared ??= {
    thread: startThread<RankingRequest, RankingAnswers>({
      program,
      onEnd: () => {
        if (shared === own) shared = undefined;
      },
    }),
    users: 0,
  });
  own.users += 1;
  return {
    thread: own.thread,
    async release() {
      own.users -= 1;
      if (own.users > 0) return;
      if (shared === own) shared = undefined;
      await own.thread.end();
    },
  };
}

function refuseOthers(manifest: RankerManifest, model: Uint8Array): void {
  const sha256 = createHash('sha256').update(model).digest('hex');
  const compared: [what: string, own: string | number, expected: string | number, advice: string][] = [
    [
      'the model file has the SHA-256',
      sha256,
      manifest.model.sha256,
      'It was altered or cut short: get it again.',
    ],
    [
      'this release has the encoder with the SHA-256',
      encoderIdentity.sha256,
      manifest.encoder.sha256,
      'Train it again with this release.',
    ],
    [
      'this release has features of version',
      `${FEATURES_VERSION} (${featureCount})`,
      `${manifest.features.version} (${manifest.features.count})`,
      'Train it again with this release.',
    ],
    ['this release reads manifests of format', 1, manifest.format, 'Use the release that trained it.'],
  ];
  for (const [what, own, expected, advice] of compared) {
    if (own !== expected)
      throw new Error(
        `The ranker cannot be loaded: ${what} ${own}, and its manifest names ${expected}. ${advice}`,
      );
  }
}
