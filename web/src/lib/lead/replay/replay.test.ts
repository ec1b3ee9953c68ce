import type { ReplayStep } from '@rookery/shared/api';
import { describe, expect, test } from 'vitest';
import { diffWords } from './diff.ts';
import { answerParts, markSteps, stepOfQuote } from './marks.ts';
import { pauseAfter } from './player.svelte.ts';

describe('what changed between two answers', () => {
  const shown = (older: string, newer: string) =>
    diffWords(older, newer)
      .map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? `{+${text}+}` : `{-${text}-}`))
      .join('');

  test.each([
    ['', '', ''],
    ['a b c', 'a b c', 'a b c'],
    ['', 'all new', '{+all new+}'],
    ['all gone', '', '{-all gone-}'],
    [
      'Crows give gifts [1].',
      'Crows often give gifts [1][2].',
      'Crows {+often +}give gifts {-[1].-}{+[1][2].+}',
    ],
    ['one two three four', 'one three four five', 'one {-two -}three {-four-}{+four five+}'],
    ['أ ب ج', 'أ ج', 'أ {-ب -}ج'],
  ])('%j → %j', (older, newer, expected) => {
    expect(shown(older, newer)).toBe(expected);
  });

  test('is told of long answers too, and never loses a word of either', () => {
    const words = (seed: number) =>
      Array.from({ length: 3000 }, (_, index) => `w${(index * seed) % 977}`).join(' ');
    const [older, newer] = [words(7), words(11)];
    const parts = diffWords(older, newer);
    const join = (without: string) =>
      parts
        .filter(({ kind }) => kind !== without)
        .map(({ text }) => text)
        .join('');
    expect(join('removed')).toBe(newer);
    expect(join('added')).toBe(older);
  });
});

describe('marks of steps', () => {
  const step = (command: string | null, quotes: number, isValid = true) =>
    ({
      command,
      outcome: command === null ? null : { isValid, reason: null, found: null },
      censored: [],
      view: { quotes: Array.from({ length: quotes }) },
    }) as unknown as ReplayStep;

  test('say what a step is and which quote it took', () => {
    const marks = markSteps([
      step(null, 0),
      step('Search crows', 0),
      step('Quote: a', 1),
      step('Quote: nowhere', 1, false),
      step('Scrolled down 1', 1),
      step('Quote: b', 2),
      step('End: Answer', 2),
    ]);
    expect(marks.map(({ kind }) => kind)).toEqual([
      'start',
      'search',
      'quote',
      'invalid',
      'scroll',
      'quote',
      'end',
    ]);
    expect([1, 2, 3].map((quote) => stepOfQuote(marks, quote))).toEqual([2, 5, null]);
  });
});

test('an answer is cut at the citations of quotes that exist', () => {
  expect(answerParts('Yes [1][3], no [x].', 2)).toEqual([
    { text: 'Yes ', cites: null },
    { text: '[1]', cites: 1 },
    { text: '[3]', cites: null },
    { text: ', no [x].', cites: null },
  ]);
});

test('playing goes at the pace of the person, but neither waits long nor rushes past', () => {
  expect([0, 2, 8, 600].map((seconds) => pauseAfter(seconds, 4))).toEqual([400, 500, 2000, 6000]);
});
