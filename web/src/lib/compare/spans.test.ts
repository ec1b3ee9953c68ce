import type { Span } from '@rookery/shared/comparisons';
import { misfitsOf, currentForm, emptyJudgement } from '@rookery/shared/comparisons';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeSpans, markSpan, snapToWords, spanAt, spansIn, stepQuote, trimSpan, unmark } from './spans.ts';

const span = (start: number, end: number, more: Partial<Span> = {}): Span => ({
  start,
  end,
  support: 'strong',
  relevance: null,
  quote: null,
  ...more,
});

describe('marking a claim', () => {
  test('puts it in its place among the others', () => {
    const marked = markSpan([span(0, 5), span(20, 25)], { range: { start: 10, end: 15 }, support: 'weak' });
    expect(marked).toEqual([span(0, 5), span(10, 15, { support: 'weak' }), span(20, 25)]);
  });

  test('cuts what overlaps, and takes the place of what it covers', () => {
    const marked = markSpan([span(0, 12), span(13, 15), span(16, 30)], {
      range: { start: 10, end: 20 },
      support: 'none',
    });
    expect(marked).toEqual([span(0, 10), span(10, 20, { support: 'none' }), span(20, 30)]);
  });

  test('within another parts it in two', () => {
    const marked = markSpan([span(0, 30)], { range: { start: 10, end: 20 }, support: 'citation-error' });
    expect(marked).toEqual([span(0, 10), span(10, 20, { support: 'citation-error' }), span(20, 30)]);
  });

  test('again changes its support and keeps its relevance and quote', () => {
    const before = [span(0, 10, { relevance: 'core', quote: 2 })];
    expect(markSpan(before, { range: { start: 0, end: 10 }, support: 'weak' })).toEqual([
      span(0, 10, { support: 'weak', relevance: 'core', quote: 2 }),
    ]);
  });

  test('takes the details that are given with it', () => {
    const details = { relevance: 'side', quote: 3 } as const;
    expect(markSpan([], { range: { start: 0, end: 4 }, support: 'strong', details })).toEqual([
      span(0, 4, details),
    ]);
  });

  test('never leaves claims that overlap, are empty or out of order', () => {
    const range = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 20 }))
      .map(([start, length]) => ({ start, end: start + length }));
    const step = fc.record({ range, takes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let spans: Span[] = [];
        for (const { range, takes } of steps) {
          spans = takes ? unmark(spans, range) : markSpan(spans, { range, support: 'weak' });
          const left = spansIn(spans, range);
          expect(left.length).toBe(takes ? 0 : 1);
        }
        const judgement = emptyJudgement();
        judgement.options.a.spans = spans;
        const option = { text: 'x'.repeat(80), quotes: 0, cited: [] };
        const options = { a: option, b: option };
        expect(misfitsOf(judgement, { form: currentForm('webgpt-five'), options })).toEqual([]);
      }),
    );
  });
});

describe('taking marks away', () => {
  test('leaves what reaches beyond', () => {
    expect(unmark([span(0, 10), span(12, 14), span(15, 30)], { start: 5, end: 20 })).toEqual([
      span(0, 5),
      span(20, 30),
    ]);
  });

  test('leaves what only touches', () => {
    expect(unmark([span(0, 10), span(20, 30)], { start: 10, end: 20 })).toEqual([span(0, 10), span(20, 30)]);
  });
});

test('the relevance of all claims in a stretch is changed at once', () => {
  const spans = [span(0, 5), span(6, 9), span(10, 12)];
  expect(changeSpans(spans, { start: 4, end: 8 }, { relevance: 'core' })).toEqual([
    span(0, 5, { relevance: 'core' }),
    span(6, 9, { relevance: 'core' }),
    span(10, 12),
  ]);
});

test('a place belongs to the claim around it, and its end to none', () => {
  expect(spanAt([span(3, 6)], 5)).toEqual(span(3, 6));
  expect(spanAt([span(3, 6)], 6)).toBeNull();
});

test('quotes are stepped through with those that are cited first, and none between the ends', () => {
  const next = (current: number | null, step: 1 | -1 = 1) =>
    stepQuote({ current, step, count: 4, cited: [3] });
  expect([next(null), next(3), next(1), next(2), next(4)]).toEqual([3, 1, 2, 4, null]);
  expect(next(null, -1)).toBe(4);
  expect(stepQuote({ current: null, step: 1, count: 0, cited: [] })).toBeNull();
});

test('a selection by hand is brought out to whole words', () => {
  const text = 'Crows don’t bring gifts.';
  const at = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
  const shown = (part: string) => {
    const range = snapToWords(text, at(part));
    return range && text.slice(range.start, range.end);
  };
  expect(shown('n’t bri')).toBe('don’t bring');
  expect(shown(' bring ')).toBe('bring');
  expect(shown('ifts.')).toBe('gifts.');
  expect(snapToWords(text, at(' '))).toBeNull();
  const long = 'x'.repeat(1000);
  expect(snapToWords(long, { start: 500, end: 501 })).toEqual({ start: 460, end: 541 });
});

test('white space at the ends is no part of a claim', () => {
  expect(trimSpan(' a b ', { start: 0, end: 5 })).toEqual({ start: 1, end: 4 });
  expect(trimSpan('   ', { start: 0, end: 3 })).toBeNull();
});
