import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Latest } from './latest.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('of what is asked in quick succession only the last is sent, and only its answer heard', async () => {
  const heard: string[] = [];
  const sent: string[] = [];
  const latest = new Latest<string>((answer) => heard.push(answer));
  for (const question of ['one', 'two', 'three']) {
    latest.ask(async () => (sent.push(question), `${question}!`), 100);
    await vi.advanceTimersByTimeAsync(50);
  }
  await vi.advanceTimersByTimeAsync(100);
  expect([sent, heard]).toEqual([['three'], ['three!']]);
});

test('an answer that comes after the next question is not heard, and its call is cancelled', async () => {
  const heard: string[] = [];
  const latest = new Latest<string>((answer) => heard.push(answer));
  const slow = Promise.withResolvers<string>();
  let isCancelled = false;
  latest.ask((signal) => {
    signal.addEventListener('abort', () => (isCancelled = true));
    return slow.promise;
  });
  latest.ask(async () => 'new');
  slow.resolve('old');
  await vi.advanceTimersByTimeAsync(0);
  expect([heard, isCancelled]).toEqual([['new'], true]);
});

test('what fails is not heard, and does not stop the next', async () => {
  const heard: string[] = [];
  const latest = new Latest<string>((answer) => heard.push(answer));
  latest.ask(() => Promise.reject(new TypeError('no network')));
  await vi.advanceTimersByTimeAsync(0);
  latest.ask(async () => 'back');
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(['back']);
});
