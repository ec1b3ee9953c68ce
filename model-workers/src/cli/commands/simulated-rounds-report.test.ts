import { expect, test } from 'vitest';
import type { MeasuredRound } from './measure-rounds.ts';
import { describeSeeds, summarise } from './simulated-rounds-report.ts';

const measured = (round: number, accuracy: number, success: number): MeasuredRound => {
  const best = { questions: 9, success, chance: 0.25, gain: 0.5, mostGain: 1 };
  return {
    round,
    model: round,
    comparisons: 30,
    pairs: 30,
    ownAccuracy: { right: 6, of: 10, low: 0.4, high: 0.8 },
    heldOut: { pairs: 100, right: 100 * accuracy, accuracy },
    bestOf: { heldOut: best, all: best },
  };
};

test('a mean rises only if it is higher in every round, whatever single seeds do', () => {
  const runs = [
    [measured(1, 0.5, 0.3), measured(2, 0.8, 0.4), measured(3, 0.7, 0.5)],
    [measured(1, 0.6, 0.5), measured(2, 0.6, 0.5), measured(3, 0.8, 0.4)],
  ];
  const { rounds, rises } = summarise(runs);
  expect(rises).toEqual({ accuracy: true, success: false, successOfAll: false });
  expect(rounds[1]!.accuracy.mean).toBeCloseTo(0.7, 12);
  expect(rounds[1]!.accuracy.error).toBeCloseTo(0.1, 12);
  const text = describeSeeds(
    runs.map((rounds, seed) => ({ seed, project: `Project ${seed}`, seconds: 60, rounds })),
    { rounds, rises },
  );
  expect(text).toContain('70.0 % ± 10.0');
  expect(text).toContain('Accuracy rises from round to round; best of 4, held out, does NOT rise');
});
