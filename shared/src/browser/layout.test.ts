import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePage } from './index.ts';
import type { Page } from './index.ts';
import { positionAbove, positionBelow, positionShowing, scrollbarOf, windowAt } from './v1/layout.ts';
import { plainTextOf, segmentsOf, stripLinks, toPageOffset, toPlainOffset } from './v1/links.ts';
import { anyPage } from './testing.ts';

function pageOf(blocks: Parameters<typeof makePage>[0]['blocks']): Page {
  return makePage({ url: 'https://birds.example/', title: 'Crows', blocks });
}

const windowCharacters = 400;

/** The positions that scrolling down from the top comes to. */
function descent(page: Page, characters = windowCharacters): number[] {
  const positions = [0];
  for (;;) {
    const position = positions.at(-1) ?? 0;
    const below = positionBelow(page, { position, steps: 1, windowCharacters: characters });
    if (below === position) return positions;
    positions.push(below);
  }
}

describe('windows', () => {
  test('show a short page whole', () => {
    const page = pageOf('Crows.');
    expect(windowAt(page, { position: 0, windowCharacters })).toEqual({ start: 0, end: 6, text: 'Crows.' });
    expect(descent(page)).toEqual([0]);
  });

  test('show an empty page as nothing, all of it', () => {
    const page = pageOf('');
    const window = windowAt(page, { position: 0, windowCharacters });
    expect(window).toEqual({ start: 0, end: 0, text: '' });
    expect(scrollbarOf(page, window)).toEqual({ start: 0, end: 100 });
  });

  test('break after a paragraph before a line, a line before a sentence, a sentence before a word', () => {
    const row = (text: string): string => {
      const page = pageOf(text + 'x'.repeat(2000));
      return page.text.slice(0, positionShowing(page, { offset: 130, windowCharacters }));
    };
    expect(row(`${'a'.repeat(55)}\n\n${'b'.repeat(10)}\nc. d e `)).toBe(`${'a'.repeat(55)}\n\n`);
    expect(row(`${'a'.repeat(55)}\n${'b'.repeat(10)}. d e `)).toBe(`${'a'.repeat(55)}\n`);
    expect(row(`${'a'.repeat(55)}. b c d `)).toBe(`${'a'.repeat(55)}. `);
    expect(row(`${'a'.repeat(55)} b `)).toBe(`${'a'.repeat(55)} b `);
    expect(row('烏'.repeat(60) + '。' + '鴉'.repeat(10))).toBe(`${'烏'.repeat(60)}。`);
  });

  test('cut a very long word between characters', () => {
    const page = pageOf(`a${'👩‍👩‍👧'.repeat(300)}${'e\u0301'.repeat(500)}`);
    for (const position of descent(page)) {
      const { text } = windowAt(page, { position, windowCharacters });
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toMatch(/^[\u0301\u200d]|\u200d$/);
    }
  });

  test('never cut a link, even one longer than a row', () => {
    const link = { link: { text: 'a long name '.repeat(15), url: `https://${'sub.'.repeat(50)}example/` } };
    const page = pageOf(Array.from({ length: 30 }, (_, index) => ['w '.repeat(index * 3), link]).flat());
    const ids = descent(page).flatMap((position) =>
      segmentsOf(windowAt(page, { position, windowCharacters }).text).flatMap((segment) =>
        segment.type === 'link' ? [segment.id] : [],
      ),
    );
    expect(ids).toEqual(page.links.map((each) => each.id));
  });

  test('scrolling shows every page whole and in order, and back up again the same windows', () => {
    fc.assert(
      fc.property(anyPage(), (page) => {
        const positions = descent(page);
        const shown = positions.map((position) => windowAt(page, { position, windowCharacters }));
        shown.forEach((window, index) => {
          expect(window.end).toBe(shown[index + 1]?.start ?? page.text.length);
          expect(window.end - window.start).toBeLessThanOrEqual(windowCharacters + 4 * 300);
        });
        expect(shown.map((window) => page.text.slice(window.start, window.end)).join('')).toBe(page.text);
        expect(
          shown.flatMap((window) => segmentsOf(window.text)).filter((each) => each.type === 'link'),
        ).toHaveLength(page.links.length);
        const last = positions.at(-1) ?? 0;
        positions.toReversed().forEach((position, steps) => {
          expect(positionAbove(page, { position: last, steps, windowCharacters })).toBe(position);
        });
      }),
    );
  });

  test('the scrollbar says 0 only from the top and 100 only to the end', () => {
    const page = pageOf('A sentence about crows. '.repeat(1000));
    const positions = descent(page);
    for (const position of positions) {
      const window = windowAt(page, { position, windowCharacters });
      const bar = scrollbarOf(page, window);
      expect(bar.end === 100).toBe(window.end === page.text.length);
      expect(bar.start).toBeLessThanOrEqual(bar.end);
    }
    expect(scrollbarOf(page, windowAt(page, { position: 0, windowCharacters })).start).toBe(0);
  });

  test('show the row that an offset is in, first wherever a full window can follow', () => {
    fc.assert(
      fc.property(anyPage(), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (page, at) => {
        const offset = Math.floor(at * page.text.length);
        const position = positionShowing(page, { offset, windowCharacters });
        const window = windowAt(page, { position, windowCharacters });
        expect(window.start <= offset && (offset < window.end || page.text === '')).toBe(true);
      }),
    );
  });
});

describe('offsets', () => {
  test('in plain text and in page text lead to the same characters', () => {
    fc.assert(
      fc.property(anyPage(), (page) => {
        const text = plainTextOf(page);
        expect(text.plain).toBe(stripLinks(page.text));
        const places = Array.from({ length: text.plain.length }, (_, offset) => toPageOffset(text, offset));
        expect(places.map((place) => page.text[place]).join('')).toBe(text.plain);
        expect(places.findIndex((place, offset) => toPlainOffset(text, place) !== offset)).toBe(-1);
      }),
    );
  });
});
