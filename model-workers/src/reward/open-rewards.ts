import type { RewardManifest, WorkerDescription } from '@rookery/shared/api';
import type { RewardInput } from '@rookery/shared/reward';
import type { EncoderFolder } from '../encoder/index.ts';
import { FinalFailure } from '../final-failure.ts';
import { wantedDevice } from '../onnx/devices.ts';
import { startThread, type Thread } from '../thread/index.ts';
import type { ScoredInput, ScoringAnswers, ScoringRequest } from './messages.ts';

/** A version of the reward model and where its encoder is. */
export interface NamedReward {
  /** What leads call it. */
  name: string;
  manifest: RewardManifest;
  /** Null: the encoder that npm ships. */
  folder: EncoderFolder | null;
}

/** The reward models a process has opened, in one thread, each once for all that score with it. */
export interface OpenRewards {
  /**
   * Scores answers, in their order.
   * @param download gets the model file; asked when it is not open
   * @throws FinalFailure when this worker cannot open it, saying what to do
   */
  score(
    reward: NamedReward,
    options: {
      inputs: readonly RewardInput[];
      download: () => Promise<Uint8Array>;
      signal?: AbortSignal;
    },
  ): Promise<ScoredInput[]>;
  /** What the models that are open run on, and their files. */
  describe(): Pick<WorkerDescription, 'device' | 'models'>;
  close(): Promise<void>;
}

/** Models that stay open; the one used longest ago is closed for another. */
const mostOpen = 3;

interface Entry {
  reward: NamedReward;
  opening: Promise<string>;
  device: string | null;
  /** Requests that wait for it to open or to score. */
  waiting: number;
}

export function openRewards(options: { cacheFolder: string; onChange?: () => void }): OpenRewards {
  const { cacheFolder, onChange } = options;
  /** By the SHA-256 of the file; the one used last is the last. */
  const entries = new Map<string, Entry>();
  let thread: Thread<ScoringRequest, ScoringAnswers> | null = null;

  const current = (): Thread<ScoringRequest, ScoringAnswers> => {
    if (thread && !thread.hasEnded) return thread;
    // With a thread that died, everything in it is gone.
    entries.clear();
    thread = startThread<ScoringRequest, ScoringAnswers>({
      program: new URL('scoring-thread.ts', import.meta.url),
    });
    return thread;
  };

  async function open(
    own: Thread<ScoringRequest, ScoringAnswers>,
    { manifest, folder }: NamedReward,
    download: () => Promise<Uint8Array>,
  ): Promise<string> {
    const model = await download();
    const device = wantedDevice(process.env);
    const opened = await own.ask({ type: 'open', manifest, model, cacheFolder, device, folder });
    if (opened.fallback !== null) process.emitWarning(opened.fallback);
    return opened.device;
  }

  function take(
    own: Thread<ScoringRequest, ScoringAnswers>,
    reward: NamedReward,
    download: () => Promise<Uint8Array>,
  ): Entry {
    const { sha256 } = reward.manifest.model;
    const known = entries.get(sha256);
    const entry = known ?? { reward, opening: open(own, reward, download), device: null, waiting: 0 };
    entries.delete(sha256);
    entries.set(sha256, entry);
    if (known) return entry;
    entry.opening.then(
      (device) => {
        entry.device = device;
        onChange?.();
      },
      () => entries.get(sha256) === entry && entries.delete(sha256),
    );
    return entry;
  }

  /** Closes what is open beyond the most, but for what somebody waits for. */
  function closeOldest(own: Thread<ScoringRequest, ScoringAnswers>): void {
    for (const [sha256, { waiting }] of [...entries].slice(0, -mostOpen)) {
      if (waiting > 0) continue;
      entries.delete(sha256);
      own.ask({ type: 'close', sha256 }).catch(() => {});
    }
  }

  const score: OpenRewards['score'] = async (reward, options) => {
    const { inputs, download, signal } = options;
    const { sha256 } = reward.manifest.model;
    const own = current();
    const isOpenedByOther = entries.has(sha256);
    const entry = take(own, reward, download);
    entry.waiting += 1;
    try {
      await entry.opening.catch((error: unknown) => {
        if (!isOpenedByOther || error instanceof FinalFailure) throw error;
        return null;
      });
      // The job of whoever opened it may have been cancelled meanwhile.
      if (entry.device === null) return await score(reward, options);
      return await own.ask({ type: 'score', sha256, inputs }, signal);
    } finally {
      entry.waiting -= 1;
      if (own === thread) closeOldest(own);
    }
  };

  return {
    score,
    describe() {
      const open = [...entries.values()].filter(({ device }) => device !== null);
      const models = new Map(
        open.flatMap(({ reward: { name, manifest } }) => [
          [manifest.model.sha256, name],
          [manifest.encoder.sha256, manifest.encoder.name],
        ]),
      );
      return {
        device: [...new Set(open.map(({ device }) => device!))].join(', '),
        models: [...models].map(([sha256, name]) => ({ sha256, name: name.slice(0, 200) })),
      };
    },
    async close() {
      entries.clear();
      await thread?.end();
    },
  };
}
