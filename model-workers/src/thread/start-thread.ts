import { Worker } from 'node:worker_threads';
import { FinalFailure } from '../final-failure.ts';
import { lastMessage, type Envelope, type Reply, type Warning } from './messages.ts';

/** A thread that answers requests. It keeps the process alive only while there is one to answer. */
export interface Thread<Request extends { type: string }, Answers extends Record<Request['type'], unknown>> {
  /**
   * @throws FinalFailure or Error of the thread, or that it has ended
   * @throws the signal's reason
   */
  ask<Type extends Request['type']>(
    request: Extract<Request, { type: Type }>,
    signal?: AbortSignal,
  ): Promise<Answers[Type]>;
  /** Whether it has ended, by itself or not: whatever it is asked rejects. */
  readonly hasEnded: boolean;
  /** What is still to be answered rejects at once; the thread has ended when it has let go of what it had open. */
  end(): Promise<void>;
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/**
 * Starts a thread; what is warned of in it is warned of by this process.
 * @param onMessage told what the thread sends unasked
 * @param onEnd told when it has ended by itself
 */
export function startThread<
  Request extends { type: string },
  Answers extends Record<Request['type'], unknown>,
>(options: {
  program: URL;
  onMessage?: (message: unknown) => void;
  onEnd?: () => void;
}): Thread<Request, Answers> {
  const worker = new Worker(options.program);
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let ended: Error | null = null;
  let hasExited = false;

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const post = (message: Envelope<Request>): void => worker.postMessage(message);
  const settle = (number: number): Waiting | undefined => {
    const one = waiting.get(number);
    waiting.delete(number);
    if (waiting.size === 0 && !ended) worker.unref();
    return one;
  };
  const fail = (error: Error): void => {
    ended ??= error;
    for (const number of waiting.keys()) settle(number)?.reject(error);
  };
  worker.unref();
  worker.on('message', (message: Reply | Warning | object) => {
    if ('warning' in message) {
      process.emitWarning(message.warning);
      return;
    }
    if (!('number' in message)) {
      if (!ended) options.onMessage?.(message);
      return;
    }
    const one = settle(message.number);
    if ('error' in message)
      one?.reject(message.isFinal ? new FinalFailure(message.error) : new Error(message.error));
    else one?.resolve(message.answer as never);
  });
  worker.on('error', (error: Error) => fail(error));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      hasExited = true;
      fail(new Error('The thread that runs the model has ended.'));
      options.onEnd?.();
      resolve();
    });
  });

  return {
    async ask(request, signal) {
      signal?.throwIfAborted();
      if (ended) throw ended;
      last += 1;
      const number = last;
      const answer = new Promise<never>((resolve, reject) => {
        waiting.set(number, { resolve, reject });
      });
      const abort = (): void => settle(number)?.reject(signal!.reason as Error);
      signal?.addEventListener('abort', abort, { once: true });
      worker.ref();
      post({ number, request });
      try {
        return await answer;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    get hasEnded() {
      return ended !== null;
    },
    async end() {
      fail(new Error('The thread that runs the model was told to end.'));
      if (hasExited) return;
      worker.ref();
      post(lastMessage);
      await exited;
    },
  };
}
