import { expect, test } from 'vitest';
import { markedRuns } from './marked.ts';

const text = 'Crows remember [1]. They give gifts [2][9].';

test('an answer without claims is one run with its citations', () => {
  expect(markedRuns(text, { spans: [], quotes: 2 })).toEqual([
    {
      span: null,
      pieces: [
        { text: 'Crows remember ', cites: null },
        { text: '[1]', cites: 1 },
        { text: '. They give gifts ', cites: null },
        { text: '[2]', cites: 2 },
        { text: '[9].', cites: null },
      ],
    },
  ]);
});

test('claims part the text, and all pieces together are the text again', () => {
  const runs = markedRuns(text, {
    spans: [
      { start: 0, end: 14 },
      { start: 20, end: 35 },
    ],
    quotes: 2,
  });
  expect(runs.map(({ span }) => span)).toEqual([0, null, 1, null]);
  expect(runs.flatMap(({ pieces }) => pieces.map((piece) => piece.text)).join('')).toBe(text);
});

test('a claim that ends beyond the text ends with it', () => {
  expect(markedRuns('ab', { spans: [{ start: 1, end: 5 }], quotes: 0 }).map((run) => run.span)).toEqual([
    null,
    0,
  ]);
});
