import type { RewardAnswer, RewardJobPair, RewardSettings } from '@rookery/shared/api';
import type { EncoderFolder } from '../encoder/index.ts';
import { wantedDevice } from '../onnx/devices.ts';
import { startThread, type Thread } from '../thread/index.ts';
import type { Folds } from './folds.ts';
import type {
  PreviousModel,
  TrainedReward,
  TrainingAnswers,
  TrainingProgress,
  TrainingRequest,
} from './messages.ts';

/** What a training reads, in parts: the same parts in the same order with the same settings give the same model on one device. */
export interface TrainingData {
  answers: AsyncIterable<readonly RewardAnswer[]> | Iterable<readonly RewardAnswer[]>;
  pairs: AsyncIterable<readonly RewardJobPair[]> | Iterable<readonly RewardJobPair[]>;
}

interface Options extends TrainingData {
  settings: RewardSettings;
  cacheFolder: string;
  /** Of the encoder; null: the one that npm ships. */
  folder: EncoderFolder | null;
  signal: AbortSignal;
}

/**
 * Trains a reward model in a thread of its own.
 * @param onProgress how much of it is done, 0 … 1
 * @throws FinalFailure that says what to do where there is too little to learn from, or the encoder cannot be used
 * @throws the signal's reason
 */
export function trainReward(
  options: Options & { previous: PreviousModel | null; onProgress: (share: number) => void },
): Promise<TrainedReward> {
  const { signal, onProgress } = options;
  return inThread(options, { previous: options.previous, onProgress }, (thread) =>
    thread.ask({ type: 'train' }, signal),
  );
}

/** Tests by folds, in a thread of its own. @param onProgress and @throws as `trainReward` */
export function testByFolds(
  options: Options & { k: number; onProgress: (share: number) => void },
): Promise<Folds> {
  const { signal, k, onProgress } = options;
  return inThread(options, { previous: null, onProgress }, (thread) =>
    thread.ask({ type: 'folds', k }, signal),
  );
}

async function inThread<T>(
  { answers, pairs, settings, cacheFolder, folder, signal }: Options,
  { previous, onProgress }: { previous: PreviousModel | null; onProgress: (share: number) => void },
  work: (thread: Thread<TrainingRequest, TrainingAnswers>) => Promise<T>,
): Promise<T> {
  const thread = startThread<TrainingRequest, TrainingAnswers>({
    program: new URL('training-thread.ts', import.meta.url),
    onMessage: (message) => onProgress((message as TrainingProgress).progress),
  });
  try {
    const device = wantedDevice(process.env);
    const begin = { type: 'begin', settings, cacheFolder, device, folder, previous } as const;
    const { fallback } = await thread.ask(begin, signal);
    if (fallback !== null) process.emitWarning(fallback);
    for await (const part of answers) await thread.ask({ type: 'answers', answers: part }, signal);
    for await (const part of pairs) await thread.ask({ type: 'pairs', pairs: part }, signal);
    return await work(thread);
  } finally {
    await thread.end();
  }
}
