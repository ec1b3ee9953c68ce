import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf } from './difference.ts';
import type { DifferenceSegment } from './difference.ts';

/** The text with what the other lacks in braces. */
const marked = (text: string, segments: DifferenceSegment[]): string =>
  segments
    .map(({ start, end, isShared }) => (isShared ? text.slice(start, end) : `{${text.slice(start, end)}}`))
    .join('');
const difference = (a: string, b: string): [string, string] => {
  const { a: ofA, b: ofB } = differenceOf(a, b);
  return [marked(a, ofA), marked(b, ofB)];
};

const anyWord = fc.constantFrom(
  'crows',
  'Crows',
  'bring',
  'gifts',
  'the',
  'of',
  'né',
  '乌',
  '😀',
  '7',
  'don’t',
);
const anyGap = fc.constantFrom(' ', ' ', ' ', '. ', ', ', '\n\n', ' [1] ', '.[2] ');
const anyText = fc.oneof(
  fc.array(fc.tuple(anyWord, anyGap), { maxLength: 30 }).map((pieces) => pieces.flat().join('')),
  fc.string({ unit: 'binary' }),
);

describe('the difference of two answers', () => {
  test('is what one says and the other does not', () => {
    expect(
      difference(
        'Crows bring gifts to people who feed them. They also mob hawks.',
        'They remember faces for years. Crows bring gifts to people who feed them.',
      ),
    ).toEqual([
      'Crows bring gifts to people who feed them. {They also mob hawks.}',
      '{They remember faces for years}. Crows bring gifts to people who feed them.',
    ]);
  });

  test('is a single word where one was changed', () => {
    expect(difference('Crows bring gifts to people.', 'Crows bring presents to people.')).toEqual([
      'Crows bring {gifts} to people.',
      'Crows bring {presents} to people.',
    ]);
    expect(difference('It costs $ 5 a year.', 'It costs € 5 a year.')).toEqual([
      'It costs {$} 5 a year.',
      'It costs {€} 5 a year.',
    ]);
  });

  test('is nothing where sentences change places', () => {
    const a = 'Crows bring gifts. They know faces. Yes. Some use tools, too.';
    const b = 'Some use tools, too. They know faces. Crows bring gifts. Yes.';
    expect(difference(a, b)).toEqual([a, b]);
  });

  test('is neither case nor white space, punctuation or a citation', () => {
    const a = 'Crows bring gifts [1][2]. They don’t bring food.[3]';
    const b = 'crows  bring\n\ngifts; they DON’T bring food';
    expect(difference(a, b)).toEqual([a, b]);
  });

  test('takes single words for themselves only where they are sentences', () => {
    expect(difference('Yes. Crows are clever birds.', 'Perhaps clever. Yes.')).toEqual([
      'Yes. {Crows are clever birds.}',
      '{Perhaps clever}. Yes.',
    ]);
  });

  test('reads scripts without spaces, combined forms, and characters outside the basic plane', () => {
    expect(difference('乌鸦送礼物。它们会用工具。', '它们会用工具。')).toEqual([
      '{乌鸦送礼物}。它们会用工具。',
      '它们会用工具。',
    ]);
    expect(difference('Caf\u00e9 au lait.', 'Cafe\u0301 au lait!')).toEqual([
      'Caf\u00e9 au lait.',
      'Cafe\u0301 au lait!',
    ]);
    expect(difference('One two three 😀.', 'One two three 🦅.')).toEqual([
      'One two three {😀.}',
      'One two three {🦅.}',
    ]);
  });

  test('has no segment of no text, and takes text without words for shared', () => {
    expect(differenceOf('', 'Crows.')).toEqual({ a: [], b: [{ start: 0, end: 6, isShared: false }] });
    expect(differenceOf(' … ', '')).toEqual({ a: [{ start: 0, end: 3, isShared: true }], b: [] });
  });

  test('covers both texts, shared and not in turn', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const found = differenceOf(a, b);
        for (const [text, segments] of [
          [a, found.a],
          [b, found.b],
        ] as const) {
          expect(segments.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
          expect(segments.every(({ start, end }) => start < end)).toBe(true);
          expect(
            segments.slice(1).every(({ isShared }, index) => isShared !== segments[index]!.isShared),
          ).toBe(true);
        }
      }),
    );
  });

  test('is the same from both sides', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const { a: ofA, b: ofB } = differenceOf(a, b);
        expect(differenceOf(b, a)).toEqual({ a: ofB, b: ofA });
      }),
    );
  });

  test('is nothing between texts of the same words', () => {
    const isAll = (segments: DifferenceSegment[]): boolean => segments.every(({ isShared }) => isShared);
    fc.assert(
      fc.property(anyText, (text) => {
        const { a, b } = differenceOf(text, text);
        expect(isAll(a) && isAll(b)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(anyWord, anyGap, anyGap), { maxLength: 30 }), (pieces) => {
        const one = pieces.map(([text, gap]) => text + gap).join('');
        const other = pieces.map(([text, , gap]) => text.toUpperCase() + gap).join('');
        const { a, b } = differenceOf(one, other);
        expect(isAll(a) && isAll(b)).toBe(true);
      }),
    );
  });

  test('is everything between texts of which no word is in the other', () => {
    const anyList = fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), anyGap), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(anyList, anyList, (one, other) => {
        const a = one.map(([number, gap]) => `a${number}${gap}`).join('');
        const b = other.map(([number, gap]) => `b${number}${gap}`).join('');
        expect(differenceOf(a, b)).toEqual({
          a: [{ start: 0, end: a.length, isShared: false }],
          b: [{ start: 0, end: b.length, isShared: false }],
        });
      }),
    );
  });
});
