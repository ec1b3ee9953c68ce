import type { RankerManifest, RankerSettings, TrainingDemonstration } from '@rookery/shared/api';
import { wantedDevice } from '../../onnx/devices.ts';
import type { TrainingAnswers, TrainingProgress, TrainingRequest } from './messages.ts';
import { startThread } from '../../thread/index.ts';

/**
 * Trains a ranker by behaviour cloning in a thread of its own. The same demonstrations in the same order and the same
 * settings give the same model on one device.
 * @param total how many demonstrations there are
 * @param onProgress in steps: as many for reading as there are demonstrations, and as many again for training
 * @throws FinalFailure that says what to do where there is too little to learn from
 * @throws the signal's reason
 */
export async function trainRanker(options: {
  demonstrations: AsyncIterable<TrainingDemonstration>;
  total: number;
  settings: RankerSettings;
  cacheFolder: string;
  signal: AbortSignal;
  onProgress: (done: number, total: number | null) => void;
}): Promise<{ model: Uint8Array; manifest: RankerManifest }> {
  const { demonstrations, total, settings, cacheFolder, signal, onProgress } = options;
  const steps = 2 * total;
  const thread = startThread<TrainingRequest, TrainingAnswers>({
    program: new URL('training-thread.ts', import.meta.url),
    onMessage: (message) => {
      const { progress } = message as TrainingProgress;
      onProgress(Math.min(steps, total + Math.floor(progress * total)), steps);
    },
  });
  try {
    const device = wantedDevice(process.env);
    const { fallback } = await thread.ask({ type: 'begin', settings, cacheFolder, device }, signal);
    if (fallback !== null) process.emitWarning(fallback);
    let read = 0;
    for await (const demonstration of demonstrations) {
      await thread.ask({ type: 'demonstration', demonstration }, signal);
      read += 1;
      onProgress(Math.min(read, total), steps);
    }
    const trained = await thread.ask({ type: 'train' }, signal);
    onProgress(steps, steps);
    return trained;
  } finally {
    await thread.end();
  }
}
