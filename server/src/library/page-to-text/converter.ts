import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { NotAPage, type ConvertedPage, type Source } from './convert.ts';
import type { Answer } from './worker.ts';

/** Turns documents into pages in threads of its own, so that whoever asks never waits for more than an answer. */
export interface PageConverter {
  /**
   * Rejects with `NotAPage` for what is no page, and with an `Error` whose message goes after "The page …" when the document could not
   * be converted: it took too long, needed too much memory or broke the converter.
   */
  convert(source: Source): Promise<ConvertedPage>;
  /** Ends all threads; what is under way rejects. */
  close(): Promise<void>;
}

interface Task {
  source: Source;
  resolve(converted: ConvertedPage): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  task: Task | null;
  timer: NodeJS.Timeout | undefined;
}

/** How often at most a thread is asked how much time it has used. */
const leastWaitMs = 100;
const idleMs = 30_000;
/** A thread whose heap has grown beyond, in bytes, is ended before its next document: what V8 has taken it does not give back for long. */
const largestIdleHeap = 200_000_000;

/**
 * A pool of threads that are started when needed and end when idle. A thread whose document takes longer than `timeoutMs` of a
 * processor's time is ended, and the document given up. Idle threads do not keep the process alive.
 */
export function createPageConverter(options: { threads?: number; timeoutMs?: number } = {}): PageConverter {
  const limit = options.threads ?? Math.max(1, Math.min(4, availableParallelism() - 1));
  const timeoutMs = options.timeoutMs ?? 10_000;
  const threads = new Set<Thread>();
  const waiting: Task[] = [];

  function next(): void {
    while (waiting.length > 0) {
      const thread =
        [...threads].find((each) => each.task === null) ?? (threads.size < limit ? start() : null);
      if (!thread) return;
      give(thread, waiting.shift()!);
    }
  }

  function start(): Thread {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32, stackSizeMb: 16 },
    });
    const thread: Thread = { worker, task: null, timer: undefined };
    threads.add(thread);
    worker.on('message', (answer: Answer) => finish(thread, answer));
    worker.on('error', (error: Error & { code?: string }) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      end(
        thread,
        new Error(isMemory ? 'needs too much memory to be read' : `could not be read (${error.message})`),
      );
    });
    return thread;
  }

  function give(thread: Thread, task: Task): void {
    clearTimeout(thread.timer);
    thread.task = task;
    thread.worker.ref();
    watch(thread, { task, before: usedMs(thread.worker, 0), waitMs: timeoutMs });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.worker.postMessage(task.source);
  }

  /** Ends the thread once its task has taken its time of a processor; on a busy machine that is later than by the clock. */
  function watch(thread: Thread, run: { task: Task; before: Promise<number>; waitMs: number }): void {
    const { task, before, waitMs } = run;
    const look = async (): Promise<void> => {
      const left = timeoutMs - ((await usedMs(thread.worker, Infinity)) - (await before));
      if (thread.task !== task) return;
      if (left > 0) watch(thread, { task, before, waitMs: left });
      else end(thread, new Error(`took longer than ${timeoutMs / 1000} s to be read`));
    };
    thread.timer = setTimeout(() => void look(), Math.max(waitMs, leastWaitMs));
  }

  function finish(thread: Thread, answer: Answer): void {
    const { task } = thread;
    if (!task) return;
    clearTimeout(thread.timer);
    thread.task = null;
    thread.worker.unref();
    if (answer.heap > largestIdleHeap) end(thread);
    else thread.timer = setTimeout(() => end(thread), idleMs).unref();
    if ('converted' in answer) task.resolve(answer.converted);
    else
      task.reject(
        answer.isNotAPage ? new NotAPage(answer.error) : new Error(`could not be read (${answer.error})`),
      );
    next();
  }

  function end(thread: Thread, error?: Error): void {
    clearTimeout(thread.timer);
    threads.delete(thread);
    void thread.worker.terminate();
    if (error) thread.task?.reject(error);
    thread.task = null;
    next();
  }

  return {
    convert: (source) =>
      new Promise((resolve, reject) => {
        waiting.push({ source, resolve, reject });
        next();
      }),
    async close() {
      const closed = new Error('was given up, since the server is stopping');
      for (const task of waiting.splice(0)) task.reject(closed);
      const workers = [...threads].map((thread) => thread.worker);
      for (const thread of threads) end(thread, closed);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Milliseconds of a processor that a thread has used; `otherwise` where it does not run: not yet, or no longer. */
async function usedMs(worker: Worker, otherwise: number): Promise<number> {
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1000;
  } catch {
    return otherwise;
  }
}

let shared: PageConverter | undefined;

/** The process's own converter. */
export function pageConverter(): PageConverter {
  shared ??= createPageConverter();
  return shared;
}
