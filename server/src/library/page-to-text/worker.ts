import { setPriority } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { convert, NotAPage, type ConvertedPage, type Source } from './convert.ts';

/** What the thread answers to each `Source` it is sent, one after the other. */
export type Answer = Outcome & {
  /** Bytes of memory that the thread has taken for its objects. */
  heap: number;
};

type Outcome = { converted: ConvertedPage } | { error: string; isNotAPage: boolean };

// Requests go first. Only on Linux does this set the thread's own priority; elsewhere it would set that of the whole server.
if (process.platform === 'linux') setPriority(0, 10);

parentPort!.on('message', (source: Source) => {
  const answer: Answer = { ...outcomeOf(source), heap: getHeapStatistics().total_heap_size };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(answer);
});

function outcomeOf(source: Source): Outcome {
  try {
    return { converted: convert(source) };
  } catch (error) {
    return {
      error: error instanceof Error ? error.message : String(error),
      isNotAPage: error instanceof NotAPage,
    };
  }
}
