import { differenceOf } from '@rookery/shared/comparisons';
import { expect, test } from 'vitest';
import { readAnswer, runsOf } from './reading.ts';

const text = '\nCrows remember faces [1]. They give gifts [2][9].\n\nNobody knows why.';

test('an answer in sentences is the answer again, with what each cites', () => {
  const { lead, sentences } = readAnswer(text, 2);
  expect(lead + sentences.map(({ start, end, gap }) => text.slice(start, end) + gap).join('')).toBe(text);
  expect(sentences.map(({ cites }) => cites)).toEqual([[1], [2], []]);
  expect(readAnswer('  \n', 0)).toEqual({ lead: '  \n', sentences: [] });
});

test('runs end where claims, citations and differences do', () => {
  const { sentences } = readAnswer(text, 2);
  const [range] = sentences;
  const span = { start: 7, end: 16, support: 'weak', relevance: null, quote: null } as const;
  const runs = runsOf({ text, range: range!, quotes: 2, spans: [span], difference: null });
  expect(runs.map((run) => [run.text, run.span, run.cites])).toEqual([
    ['Crows ', null, null],
    ['remember ', 0, null],
    ['faces ', null, null],
    ['[1]', null, 1],
    ['.', null, null],
  ]);
  const difference = differenceOf(text, 'Crows remember faces [1]. They never give anything.').a;
  const marked = runsOf({ text, range: sentences[2]!, quotes: 2, spans: [], difference });
  expect(marked.map(({ isShared }) => isShared)).toEqual([false]);
});

test('a claim that ends within a citation does not part it', () => {
  const span = { start: 0, end: 3, support: 'strong', relevance: null, quote: null } as const;
  const runs = runsOf({
    text: 'A [12].',
    range: { start: 0, end: 7 },
    quotes: 12,
    spans: [span],
    difference: null,
  });
  expect(runs.map((run) => run.text)).toEqual(['A ', '[12]', '.']);
});
