import { parentPort } from 'node:worker_threads';
import { FinalFailure } from '../final-failure.ts';
import { lastMessage, type Envelope, type Reply, type Warning } from './messages.ts';

/** What the program of a thread has to do with whoever started it. */
export interface ServedThread {
  /** Says something unasked. */
  readonly send: (message: object) => void;
  /** Aborted when the thread is to end: what takes long looks at it on its way. */
  readonly signal: AbortSignal;
}

/**
 * Answers the requests of whoever started this thread, until it is told to end. Then what is under way comes to an end (or heeds the
 * signal), `close` is called, and the thread ends by itself. It is never terminated from outside: a thread that dies while onnxruntime
 * works in it takes the whole process with it. What is warned of in it is warned of by the process that started it.
 * @param carryOut called for each request at once, also while others are under way; what it throws is told
 * @param close lets go of what is open
 */
export function serveThread<
  Request extends { type: string },
  Answers extends Record<Request['type'], unknown>,
>(options: {
  carryOut(request: Request): Promise<Answers[Request['type']]>;
  close(): Promise<void>;
}): ServedThread {
  const port = parentPort!;
  const ending = new AbortController();
  const underWay = new Set<Promise<void>>();
  const send = (message: object): void => port.postMessage(message);
  // Node's own listener would write to stderr what the process that gets it writes, too.
  process.removeAllListeners('warning');
  process.on('warning', ({ message }) => send({ warning: message } satisfies Warning));

  const answer = async (number: number, request: Request): Promise<void> => {
    let reply: Reply;
    try {
      reply = { number, answer: await options.carryOut(request) };
    } catch (error) {
      reply = {
        number,
        error: error instanceof Error ? error.message : String(error),
        isFinal: error instanceof FinalFailure,
      };
    }
    send(reply);
  };
  const end = async (): Promise<void> => {
    ending.abort(new Error('The thread was told to end.'));
    await Promise.all(underWay);
    await options.close();
    port.close();
  };
  port.on('message', (message: Envelope<Request>) => {
    if (message === lastMessage) {
      void end();
      return;
    }
    const answering = answer(message.number, message.request);
    underWay.add(answering);
    void answering.finally(() => underWay.delete(answering));
  });
  return { send, signal: ending.signal };
}
