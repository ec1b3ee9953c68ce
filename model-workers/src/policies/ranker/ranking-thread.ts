import { availableParallelism } from 'node:os';
import { openEncoder, type Encoder } from '../../encoder/index.ts';
import { openSession, runtimeVersion, type Device, type OpenedSession } from '../../onnx/index.ts';
import { composeAnswer, nextCommands, type NextRequest } from './engine.ts';
import type { RankingAnswers, RankingRequest } from './messages.ts';
import { serveThread } from '../../thread/index.ts';
import type { ProposedCommand } from '../policy.ts';

/** The thread that runs the encoder and all rankers of a process. */

const encoders = new Map<string, Promise<Encoder>>();
const rankers = new Map<number, { encoder: Encoder; network: OpenedSession }>();

/** As many sessions as are looked at together; one more waits for the next round. */
const mostTogether = 32;
interface Waiting {
  rankerId: number;
  request: NextRequest;
  answered: PromiseWithResolvers<ProposedCommand[]>;
}
let waiting: Waiting[] = [];
let isWorking = false;

const { signal } = serveThread<RankingRequest, RankingAnswers>({
  carryOut: (request) => (request.type === 'next' ? lookTogether(request) : carryOut(request)),
  async close() {
    for (const { network } of rankers.values()) await network.session.release();
    for (const encoder of encoders.values()) await (await encoder).close();
  },
});

function lookTogether({ rankerId, request }: Extract<RankingRequest, { type: 'next' }>) {
  const answered = Promise.withResolvers<ProposedCommand[]>();
  waiting.push({ rankerId, request, answered });
  if (!isWorking) {
    isWorking = true;
    // Requests that come meanwhile are done together.
    setImmediate(() => void work());
  }
  return answered.promise;
}

async function work(): Promise<void> {
  while (waiting.length > 0) {
    const { rankerId } = waiting[0]!;
    const together = waiting.filter((one) => one.rankerId === rankerId).slice(0, mostTogether);
    waiting = waiting.filter((one) => !together.includes(one));
    try {
      const commands = await look(rankerId, together);
      for (const [index, { answered }] of together.entries()) answered.resolve(commands[index]!);
    } catch {
      // One that cannot be answered does not take the others with it.
      for (const one of together)
        await look(rankerId, [one]).then(
          ([commands]) => one.answered.resolve(commands!),
          one.answered.reject,
        );
    }
  }
  isWorking = false;
}

async function look(rankerId: number, together: readonly Waiting[]): Promise<ProposedCommand[][]> {
  signal.throwIfAborted();
  return nextCommands(
    rankerOf(rankerId),
    together.map(({ request }) => request),
  );
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
  const opening = encoders.get(cacheFolder) ?? openEncoder({ cacheFolder, device, threads, signal });
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
