import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProgressReports } from './progress-reports.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const sent: (number | null)[][] = [];
  const reports = openProgressReports(async (done, total) => void sent.push([done, total]));
  return { reports, sent };
}

test('the numbers of a long step are sent again before the server takes it for dead', async () => {
  const { reports, sent } = open();
  reports.set(3, 9);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(sent).toEqual([...Array(6).keys()].map(() => [3, 9]));
  await reports.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(6);
});

test('a sign of life comes even where nothing was said yet', async () => {
  const { reports, sent } = open();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent).toEqual([[0, null]]);
  await reports.close();
});

test('of many numbers in a short time the newest are sent, and the last ones always', async () => {
  const { reports, sent } = open();
  for (let done = 0; done < 1000; done += 1) {
    reports.set(done, 1000);
    await vi.advanceTimersByTimeAsync(1);
  }
  reports.set(1000, 1000);
  await reports.close();
  expect(sent.length).toBeLessThan(5);
  expect(sent[0]).toEqual([0, 1000]);
  expect(sent.at(-1)).toEqual([1000, 1000]);
});
