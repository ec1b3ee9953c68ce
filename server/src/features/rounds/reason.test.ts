import { expect, test } from 'vitest';
import { reasonOf } from './reason.ts';

test('scores that are close together are told apart', () => {
  const reason = reasonOf({
    method: 'round',
    rule: 'closest',
    probability: 1,
    isCalibration: false,
    perQuestion: null,
    planName: null,
    importName: null,
    madeBy: null,
    round: { number: 3, selection: { rule: 'closest', randomPercent: 25 } },
    chosenBy: { version: 2 },
    scores: [0.00691, -0.00463],
  });
  expect(reason).toContain('reward model 2 gave its answers 0.0069 and −0.0046.');
});
