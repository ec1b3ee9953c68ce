import { expect, test } from 'vitest';
import { bestOfN, overSeeds, pairAgreement, type JudgedAnswer } from './measures.ts';

const answers = (...values: [utility: number, score: number][]): JudgedAnswer[] =>
  values.map(([utility, score]) => ({ utility, score }));

test('pairs count that the hidden rule decides, equal scores half, and never across questions', () => {
  const question = answers([0, 1], [1, 2], [2, 2], [2.1, 0]);
  // 0–1 right, 0–2 right, 0–2.1 wrong, 1–2 equal, 1–2.1 wrong; 2–2.1 is too near.
  expect(pairAgreement([question, answers([9, 9])])).toEqual({ right: 2.5, of: 5 });
});

test('success and gain of the best of n are what all draws come to, one by one', () => {
  const question = answers([0.3, 2], [1.2, 1], [1.2, 5], [-0.5, 2], [2.5, 2], [0.1, 4]);
  const n = 3;
  const draws = question.flatMap((a, i) =>
    question.slice(i + 1).flatMap((b, j) => question.slice(i + j + 2).map((c) => [a, b, c])),
  );
  expect(draws).toHaveLength(20);
  let success = 0;
  let utility = 0;
  for (const draw of draws) {
    const top = Math.max(...draw.map(({ score }) => score));
    const best = Math.max(...draw.map((one) => one.utility));
    const chosen = draw.filter(({ score }) => score === top);
    success += chosen.filter((one) => one.utility === best).length / chosen.length / draws.length;
    utility += chosen.reduce((sum, one) => sum + one.utility, 0) / chosen.length / draws.length;
  }
  const mean = 4.8 / 6;
  const deviation = Math.sqrt(question.reduce((sum, one) => sum + (one.utility - mean) ** 2, 0) / 6);
  const measured = bestOfN([question, answers([1, 1])], n)!;
  expect(measured.questions).toBe(1);
  expect(measured.success).toBeCloseTo(success, 12);
  expect(measured.gain).toBeCloseTo((utility - mean) / deviation, 12);
});

test('scores that are the utilities always succeed, and none at all are chance', () => {
  const perfect = answers([1, 1], [2, 2], [3, 3], [4, 4], [5, 5]);
  expect(bestOfN([perfect], 4)).toMatchObject({ success: 1, chance: 0.25 });
  const { gain, mostGain } = bestOfN([perfect], 4)!;
  expect(gain).toBe(mostGain);
  expect(bestOfN([answers([1, 1])], 4)).toBeNull();
});

test('a mean over seeds has an error only where there are several', () => {
  expect(overSeeds([0.5])).toEqual({ mean: 0.5, error: null });
  expect(overSeeds([1, 2, 3]).error).toBeCloseTo(1 / Math.sqrt(3), 12);
});
