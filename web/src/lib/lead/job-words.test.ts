import { expect, test } from 'vitest';
import { jobWords, rewardModelOf, versionMadeBy } from './job-words.ts';

test('an import says what is new of everything that came with it, and leaves out counts of nothing', () => {
  const result = {
    added: 1800,
    pairs: 1800,
    answers: 1200,
    updated: 0,
    problems: 0,
    questions: 300,
    unchanged: 0,
  };
  expect(jobWords({ kind: 'import-comparisons', result })).toBe(
    '1,800 new, 300 new questions, 1,200 new answers, 1,800 new pairs',
  );
});

test('an import that changed nothing still says so', () => {
  expect(jobWords({ kind: 'import-questions', result: { added: 0, updated: 0 } })).toBe('0 new, 0 updated');
});

test('a run of pairing counts its pairs, and not the questions it looked at', () => {
  const result = { questions: 3, candidates: 9, twins: 1, existing: 2, made: 6 };
  expect(jobWords({ kind: 'make-pairs', result })).toBe(
    '6 new pairs, 2 there already, 1 left out, of the same text',
  );
});

test('an export of comparisons says why some are not in it', () => {
  const result = { rows: 12, comparisons: 12, leftOut: { others: 3, unrated: 1, surplus: 0 } };
  expect(jobWords({ kind: 'export-comparisons', result })).toBe(
    '12 rows; left out: 3 by others, 1 without an overall rating',
  );
});

test('a training names its version and how often the next command was right', () => {
  const share = { right: 30, of: 50, low: 0.4, high: 0.7 };
  const result = {
    versionId: '7',
    name: 'ranker',
    version: 2,
    demonstrations: 150,
    accuracy: { policy: share, mostFrequent: { ...share, right: 1 }, lexical: { ...share, right: 2 } },
  };
  expect(jobWords({ kind: 'train-ranker', result })).toBe(
    'ranker 2: right next command in 60\u00A0%, held out',
  );
  expect(versionMadeBy({ kind: 'train-ranker', result })).toBe('7');
});

test('a job of sampling counts what became of its samples', () => {
  const result = { samples: 4, answered: 3, duplicates: 1, noAnswer: 0 };
  expect(jobWords({ kind: 'sample', result })).toBe('3 answered, 1 duplicate');
});

test('a job without a result has nothing to say', () => {
  expect(jobWords({ kind: 'ping', result: null })).toBe('');
});

test('a training of the reward model names its version and leads to it, as a scoring by it does', () => {
  const result = {
    modelId: '9',
    version: 2,
    pairs: 80,
    accuracy: { right: 12, of: 20, low: 0.4, high: 0.8 },
  };
  expect(jobWords({ kind: 'train-reward', result })).toBe('Reward model 2: 60\u00A0% right, held out');
  expect(rewardModelOf({ kind: 'train-reward', result })).toBe('9');
  const scored = { modelId: '9', version: 2, scored: 1200 };
  expect(jobWords({ kind: 'score-answers', result: scored })).toBe('1,200 answers scored');
  expect(rewardModelOf({ kind: 'score-answers', result: scored })).toBe('9');
});
