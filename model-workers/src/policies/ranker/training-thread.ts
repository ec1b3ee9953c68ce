import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { openEncoder, type Encoder } from '../../encoder/index.ts';
import type { Device } from '../../onnx/index.ts';
import { serveThread, stayInBackground } from '../../thread/index.ts';
import type { TrainingAnswers, TrainingProgress, TrainingRequest } from './messages.ts';
import { createTraining } from './training/train.ts';

/** The thread of one training. */

stayInBackground();
let encoder: Encoder | undefined;
let training: ReturnType<typeof createTraining> | undefined;

const { send, signal } = serveThread<TrainingRequest, TrainingAnswers>({
  carryOut,
  close: async () => encoder?.close(),
});

async function carryOut(request: TrainingRequest): Promise<TrainingAnswers[TrainingRequest['type']]> {
  switch (request.type) {
    case 'begin': {
      const { cacheFolder, settings } = request;
      const device = request.device as Device;
      encoder = await openEncoder({ cacheFolder, device, threads: availableParallelism(), signal });
      training = createTraining({ encoder, settings });
      return { fallback: encoder.fallback };
    }
    case 'demonstration':
      await training!.take(request.demonstration);
      return null;
    default:
      return training!.finish(async (progress) => {
        send({ progress } satisfies TrainingProgress);
        await setImmediate();
        signal.throwIfAborted();
      });
  }
}
