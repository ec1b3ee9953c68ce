import type { SamplingFigures } from '@rookery/shared/api';
import { expect, test } from 'vitest';
import { countsOfPlan, doneOf, totalOf } from './counts.ts';

test('a plan counts the samples of all its versions, and cancelled ones are not done', () => {
  const figures = {
    waiting: 3,
    running: 1,
    answered: 5,
    noAnswer: 1,
    duplicate: 2,
    cancelled: 4,
  } as SamplingFigures;
  const counts = countsOfPlan({ versions: [figures, { ...figures, waiting: 0 }] });
  expect(counts).toEqual({
    waiting: 3,
    running: 2,
    answered: 10,
    'no-answer': 2,
    duplicate: 4,
    cancelled: 8,
  });
  expect([doneOf(counts), totalOf(counts)]).toEqual([16, 29]);
});
