import { availableParallelism } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { openEncoder, type Encoder } from '../../encoder/index.ts';
import { openSession, runtimeVersion, type Device, type OpenedSession } from '../../onnx/index.ts';
import { composeAnswer, nextCommands, type NextRequest } from './engine.ts';
import type { RankingAnswers, RankingRequest } from './messages.ts';
import { refusalOf, type Envelope, type Reply } from '../../thread.ts';

/** The thread that runs the encoder and all rankers of a process. */

const port = parentPort!;
const encoders = new Map<string, Promise<Encoder>>();
const rankers = new Map<number, { encoder: Encoder; network: OpenedSession }>();

/** As many sessions as are looked at together; one more waits for the next round. */
const mostTogether = 32;
let waiting: { number: number; rankerId: number; request: NextRequest }[] = [];
let isWorking = false;

port.on('message', ({ number, request }: Envelope<RankingRequest>) => {
  if (request.type === 'next') {
    waiting.push({ number, rankerId: request.rankerId, request: request.request });
    if (!isWorking) {
      isWorking = true;
      // Requests that come meanwhile are done together.
      setImmediate(() => void work());
    }
    return;
  }
  void answer(number, () => carryOut(request));
});

async function work(): Promise<void> {
  while (waiting.length > 0) {
    const { rankerId } = waiting[0]!;
    const together = waiting.filter((one) => one.rankerId === rankerId).slice(0, mostTogether);
    waiting = waiting.filter((one) => !together.includes(one));
    try {
      const commands = await nextCommands(
        rankerOf(rankerId),
        together.map(({ request }) => request),
      );
      for (const [index, { number }] of together.entries()) send({ number, answer: commands[index] });
    } catch {
      // One that cannot be answered does not take the others with it.
      for (const { number, request } of together)
        await answer(number, async () => (await nextCommands(rankerOf(rankerId), [request]))[0]);
    }
  }
  isWorking = false;
}

async function carryOut(
  request: Exclude<RankingRequest, { type: 'next' }>,
): Promise<RankingAnswers[(typeof request)['type']]> {
  switch (request.type) {
    case 'open':
      return open(request);
    case 'answer':
      return composeAnswer(rankerOf(request.rankerId).encoder, request.request);
    default: {
      const ranker = rankers.get(request.rankerId);
      rankers.delete(request.rankerId);
      await ranker?.network.session.release();
      return null;
    }
  }
}

async function open(request: Extract<RankingRequest, { type: 'open' }>): Promise<RankingAnswers['open']> {
  const { rankerId, model, cacheFolder } = request;
  const device = request.device as Device;
  const threads = availableParallelism();
  const opening = encoders.get(cacheFolder) ?? openEncoder({ cacheFolder, device, threads });
  encoders.set(cacheFolder, opening);
  opening.catch(() => encoders.delete(cacheFolder));
  const encoder = await opening;
  // A network of a few thousand numbers is quickest on one core.
  const network = await openSession(model, { device: 'cpu', threads: 1 });
  rankers.set(rankerId, { encoder, network });
  return { device: encoder.device, fallback: encoder.fallback, onnxruntime: runtimeVersion };
}

function rankerOf(id: number): { encoder: Encoder; network: OpenedSession } {
  const ranker = rankers.get(id);
  if (!ranker) throw new Error('This ranker is closed.');
  return ranker;
}

async function answer(number: number, work: () => Promise<unknown>): Promise<void> {
  try {
    send({ number, answer: await work() });
  } catch (error) {
    send({ number, ...refusalOf(error) });
  }
}

function send(reply: Reply): void {
  port.postMessage(reply);
}
