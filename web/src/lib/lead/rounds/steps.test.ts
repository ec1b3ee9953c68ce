import { expect, test } from 'vitest';
import { mostPairs, pairsWithin, stepsOf } from './steps.ts';

const standings = (...args: Parameters<typeof stepsOf>): string[] =>
  stepsOf(...args).map(({ standing }) => standing);
const model = { id: '', version: 1 };

test('steps before the present one are done, and scoring has no part in a round without a model to start from', () => {
  expect(standings({ state: 'comparing', startsFrom: null }, [])).toEqual([
    'done',
    'passed',
    'done',
    'here',
    'ahead',
    'ahead',
    'ahead',
    'ahead',
  ]);
  expect(new Set(standings({ state: 'closed', startsFrom: model }, []))).toEqual(new Set(['done']));
});

test('a cancelled round says where it was stopped', () => {
  const events = [
    { from: 'sampling', to: 'scoring' },
    { from: 'scoring', to: 'cancelled' },
  ] as const;
  expect(standings({ state: 'cancelled', startsFrom: model }, events).slice(0, 3)).toEqual([
    'done',
    'stopped',
    'ahead',
  ]);
});

test('a budget comes to whole pairs, at least one, and samples to every two of a question', () => {
  expect([pairsWithin(7, 3), pairsWithin(1, 2)]).toEqual([2, 1]);
  expect([mostPairs(10, 4), mostPairs(10, 1)]).toEqual([60, 0]);
});
