import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { openEncoder, type Encoder } from '../encoder/index.ts';
import type { Device } from '../onnx/index.ts';
import { serveThread, stayInBackground } from '../thread/index.ts';
import type { TrainingAnswers, TrainingProgress, TrainingRequest } from './messages.ts';
import { createRewardTraining } from './train.ts';

/** The thread of one training, or of one test by folds. */

stayInBackground();
let encoder: Encoder | undefined;
let training: ReturnType<typeof createRewardTraining> | undefined;

const { send, signal } = serveThread<TrainingRequest, TrainingAnswers>({
  carryOut,
  close: async () => encoder?.close(),
});

async function carryOut(request: TrainingRequest): Promise<TrainingAnswers[TrainingRequest['type']]> {
  switch (request.type) {
    case 'begin': {
      const { cacheFolder, settings, previous, folder } = request;
      const device = request.device as Device;
      encoder = await openEncoder({ cacheFolder, device, threads: availableParallelism(), folder, signal });
      training = createRewardTraining({ encoder, settings, previous });
      return { fallback: encoder.fallback };
    }
    case 'answers':
      training!.takeAnswers(request.answers);
      return null;
    case 'pairs':
      training!.takePairs(request.pairs);
      return null;
    case 'folds':
      return training!.folds(request.k, tell);
    default:
      return training!.finish(tell);
  }
}

/** Tells how far it is, and hears whether it is to end. */
async function tell(progress: number): Promise<void> {
  send({ progress } satisfies TrainingProgress);
  await setImmediate();
  signal.throwIfAborted();
}
