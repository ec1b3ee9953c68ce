import { expect, test } from 'vitest';
import { leaning } from './rater-rows.ts';

const chooses = (low: number, high: number) => ({
  choosesA: { share: 0.5, of: 10, interval: { low, high } },
});

test('a rater leans to a side only where the interval leaves one half out', () => {
  expect(leaning(chooses(0.51, 0.7))).toBe('a');
  expect(leaning(chooses(0.2, 0.49))).toBe('b');
  expect(leaning(chooses(0.4, 0.6))).toBeNull();
});

test('without any preference there is no lean', () => {
  expect(leaning({ choosesA: { share: null, of: 0, interval: null } })).toBeNull();
});
