import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { stayInBackground } from '../../background-thread.ts';
import { openEncoder, type Encoder } from '../../encoder/index.ts';
import type { Device } from '../../onnx/index.ts';
import type { TrainingAnswers, TrainingProgress, TrainingRequest } from './messages.ts';
import { refusalOf, type Envelope, type Reply } from '../../thread.ts';
import { createTraining } from './training/train.ts';

/** The thread of one training. */

stayInBackground();
const port = parentPort!;
let encoder: Encoder | undefined;
let training: ReturnType<typeof createTraining> | undefined;

port.on('message', ({ number, request }: Envelope<TrainingRequest>) => {
  carryOut(request).then(
    (answer) => send({ number, answer }),
    (error: unknown) => send({ number, ...refusalOf(error) }),
  );
});

async function carryOut(request: TrainingRequest): Promise<TrainingAnswers[TrainingRequest['type']]> {
  switch (request.type) {
    case 'begin': {
      const { cacheFolder, settings } = request;
      const device = request.device as Device;
      encoder = await openEncoder({ cacheFolder, device, threads: availableParallelism() });
      training = createTraining({ encoder, settings });
      return { fallback: encoder.fallback };
    }
    case 'demonstration':
      await training!.take(request.demonstration);
      return null;
    default: {
      const trained = await training!.finish(async (progress) => {
        send({ progress });
        await setImmediate();
      });
      await encoder!.close();
      return trained;
    }
  }
}

function send(message: Reply | TrainingProgress): void {
  port.postMessage(message);
}
