import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inCodePoints } from './code-points.ts';

describe('offsets in code points', () => {
  test('are those of UTF-16 where every character has one unit', () => {
    expect(inCodePoints('Crows give gifts.', { start: 6, end: 10 })).toEqual({ start: 6, end: 10 });
  });

  test('count an emoji once, and what it is joined of one by one', () => {
    const text = 'A 🐦‍⬛ gives 🎁 gifts';
    const start = text.indexOf('🎁');
    expect(inCodePoints(text, { start, end: start + 2 })).toEqual({ start: 12, end: 13 });
    expect(inCodePoints(text, { start: 0, end: text.length })).toEqual({
      start: 0,
      end: Array.from(text).length,
    });
  });

  test('are widened to the whole of a code point, and end with the text', () => {
    expect(inCodePoints('a🎁b', { start: 2, end: 4 })).toEqual({ start: 1, end: 3 });
    expect(inCodePoints('a🎁b', { start: 0, end: 2 })).toEqual({ start: 0, end: 2 });
    expect(inCodePoints('a🎁', { start: 1, end: 99 })).toEqual({ start: 1, end: 2 });
  });

  test('cut the same text out of its code points', () => {
    const anyText = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 3, maxLength: 3 }), (parts) => {
        const [before, marked, after] = parts as [string, string, string];
        const text = before + marked + after;
        const range = inCodePoints(text, { start: before.length, end: before.length + marked.length });
        expect(Array.from(text).slice(range.start, range.end).join('')).toBe(marked);
      }),
    );
  });

  test('of a lone surrogate are its own', () => {
    expect(inCodePoints('\ud83c🎁x', { start: 0, end: 1 })).toEqual({ start: 0, end: 1 });
  });
});
