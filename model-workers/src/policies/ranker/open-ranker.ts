import { createHash } from 'node:crypto';
import type { RankerManifest } from '@rookery/shared/api';
import { encoderIdentity } from '../../encoder/identity.ts';
import { FinalFailure } from '../../final-failure.ts';
import { wantedDevice } from '../../onnx/devices.ts';
import type { Policy } from '../policy.ts';
import { featureCount, FEATURES_VERSION } from './features.ts';
import type { RankingAnswers, RankingRequest } from './messages.ts';
import { startThread, type Thread } from '../../thread/index.ts';

/** The one thread of a process, while a ranker is open. */
let shared: { thread: Thread<RankingRequest, RankingAnswers>; users: number } | undefined;
let lastId = 0;

/**
 * Loads a trained ranker. All of a process share one thread, and one encoder in it; sessions that are asked for at the
 * same time are looked at together. If the thread dies, what it was asked fails, and the next that asks gets a new one.
 * @throws FinalFailure that names both, where the model is not the one of the manifest, or was made for another encoder,
 * other features or another format than this release has
 */
export async function openRanker(options: {
  manifest: RankerManifest;
  model: Uint8Array;
  cacheFolder: string;
  signal?: AbortSignal;
}): Promise<Policy> {
  const { manifest, model, signal } = options;
  refuseOthers(manifest, model);
  const first = await load(options, signal);
  let loaded = Promise.resolve(first);
  let isOpen = true;

  /** Where it is loaded: again, if its thread has died since. */
  const current = async (): Promise<Loaded> => {
    const known = loaded;
    const { thread, release } = await known;
    if (thread.hasEnded && isOpen && loaded === known) {
      const again = release().then(() => load(options));
      loaded = again;
      // The next that asks tries once more.
      again.catch(() => (loaded = known));
    }
    return loaded;
  };

  return {
    device: first.device,
    details: {
      model: manifest.model.sha256,
      encoder: `${manifest.encoder.name} ${manifest.encoder.sha256}`,
      features: manifest.features.version,
      onnxruntime: first.onnxruntime,
    },
    async nextCommands({ view, observation }, { seed, temperature, count, signal: stop }) {
      const { thread, rankerId } = await current();
      const request = { session: { view, observation }, seed, temperature, count };
      return thread.ask({ type: 'next', rankerId, request }, stop);
    },
    async answer({ question, quotes }, { seed, temperature, signal: stop }) {
      const { thread, rankerId } = await current();
      const request = { task: { question, quotes }, seed, temperature };
      return thread.ask({ type: 'answer', rankerId, request }, stop);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      const { thread, rankerId, release } = await loaded;
      await thread.ask({ type: 'close', rankerId }).catch(() => {});
      await release();
    },
  };
}

/** A ranker in the thread. */
interface Loaded {
  thread: Thread<RankingRequest, RankingAnswers>;
  rankerId: number;
  device: string;
  onnxruntime: string;
  release: () => Promise<void>;
}

async function load(
  { model, cacheFolder }: { model: Uint8Array; cacheFolder: string },
  signal?: AbortSignal,
): Promise<Loaded> {
  const { thread, release } = useThread();
  lastId += 1;
  const rankerId = lastId;
  try {
    const device = wantedDevice(process.env);
    const opened = await thread.ask({ type: 'open', rankerId, model, cacheFolder, device }, signal);
    if (opened.fallback !== null) process.emitWarning(opened.fallback);
    return { thread, rankerId, device: opened.device, onnxruntime: opened.onnxruntime, release };
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
      throw new FinalFailure(
        `The ranker cannot be loaded: ${what} ${own}, and its manifest names ${expected}. ${advice}`,
      );
  }
}
