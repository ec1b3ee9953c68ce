import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { convert, NotAPage, type ConvertedPage, type Source } from './convert.ts';

/** What the thread answers to each `Source` it is sent, one after the other. */
export type Answer = { converted: ConvertedPage } | { error: string; isNotAPage: boolean };

// Requests go first. Only on Linux does this set the thread's own priority; elsewhere it would set that of the whole server.
if (process.platform === 'linux') setPriority(0, 10);

parentPort!.on('message', (source: Source) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(answer(source));
});

function answer(source: Source): Answer {
  try {
    return { converted: convert(source) };
  } catch (error) {
    return {
      error: error instanceof Error ? error.message : String(error),
      isNotAPage: error instanceof NotAPage,
    };
  }
}
