import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FinalFailure } from '../final-failure.ts';
import { startThread } from './index.ts';
import type { TestingAnswers, TestingRequest } from './testing-thread.ts';

const start = (options: { onMessage?: (message: unknown) => void; onEnd?: () => void } = {}) =>
  startThread<TestingRequest, TestingAnswers>({
    program: new URL('testing-thread.ts', import.meta.url),
    ...options,
  });

/** A thread in which a model runs, and what it has said. */
async function startRunning() {
  const said: string[] = [];
  const running = Promise.withResolvers<void>();
  const thread = start({
    onMessage(message) {
      said.push((message as { said: string }).said);
      running.resolve();
    },
  });
  const asked = thread.ask({ type: 'run' });
  asked.catch(() => {});
  await running.promise;
  return { thread, asked, said };
}

test('a thread that is ended while a model runs ends by itself, and leaves the process alive', async () => {
  for (let wait = 0; wait < 30; wait += 10) {
    const { thread, asked, said } = await startRunning();
    await setTimeout(wait);
    const ended = thread.end();
    await expect(asked).rejects.toThrow('was told to end');
    await ended;
    expect(thread.hasEnded).toBe(true);
    const last = said.length;
    await expect(thread.ask({ type: 'run' })).rejects.toThrow('was told to end');
    await thread.end();
    expect(said).toHaveLength(last);
  }
});

test('who stops waiting is not answered, and the thread goes on', async () => {
  const { thread } = await startRunning();
  const stop = new AbortController();
  const second = thread.ask({ type: 'run' }, stop.signal);
  stop.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  await expect(thread.ask({ type: 'fail', isFinal: false })).rejects.toThrow('It cannot be done.');
  await thread.end();
});

test('failures are final or not as they were in the thread', async () => {
  const thread = start();
  await expect(thread.ask({ type: 'fail', isFinal: true })).rejects.toBeInstanceOf(FinalFailure);
  await expect(thread.ask({ type: 'fail', isFinal: false })).rejects.not.toBeInstanceOf(FinalFailure);
  await thread.end();
});

test('what a thread warns of is a warning of the process', async () => {
  const thread = start();
  const warned = once(process, 'warning');
  await thread.ask({ type: 'warn' });
  expect(await warned).toMatchObject([{ message: 'The cache folder cannot be used.' }]);
  await thread.end();
});

test('a thread that dies says of what, and its owner hears of it', async () => {
  const ended = Promise.withResolvers<void>();
  const thread = start({ onEnd: ended.resolve });
  await expect(thread.ask({ type: 'die' })).rejects.toThrow('It died.');
  await ended.promise;
  expect(thread.hasEnded).toBe(true);
  await thread.end();
});
