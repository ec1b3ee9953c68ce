import { expect, test } from 'vitest';
import { hitsIn } from './hits.ts';
import { drawnBlocks, type Drawable, type Piece } from './page-pieces.ts';

const segments = [
  { type: 'text', text: '## See\n\nThe ' },
  { type: 'link', id: 0, text: 'crows and gifts', domain: 'a.example' },
  { type: 'text', text: ' there. [Image: A rook]\n* one\n  * ' },
  { type: 'link', id: 1, text: 'two', domain: '' },
  { type: 'text', text: '\n\nSpecies | Length | Weight\n' },
  { type: 'link', id: 2, text: 'Rook', domain: 'b.example' },
  { type: 'text', text: ' | 46 cm | 340 g\nJackdaw | | 240 g\n\ndef caw(n):\n    return "caw" * n' },
] as const;
const shown = segments.map((segment) => segment.text).join('');

const groups = (view: Drawable) =>
  drawnBlocks(view).flatMap(({ lines }) => lines.flatMap(({ cells }) => cells.flat()));
const pieces = (view: Drawable): Piece[] => groups(view).flatMap((group) => group.pieces);
const joined = (some: Piece[]): string => some.map((piece) => piece.text).join('');

test('the pieces joined are the shown text, whatever was found in it', () => {
  for (let start = 0; start < shown.length; start += 1) {
    for (let end = start + 1; end <= Math.min(shown.length, start + 40); end += 3) {
      const all = pieces({ segments: [...segments], found: { start, end }, hits: hitsIn(shown, 'e') });
      expect(joined(all)).toBe(shown);
      expect(joined(all.filter(({ look }) => look === 'found'))).toBe(shown.slice(start, end));
      for (const piece of all) expect(shown.startsWith(piece.text, piece.start)).toBe(true);
    }
  }
});

test('a link keeps its number and domain, and its place in the text', () => {
  const links = groups({ segments: [...segments], found: null }).filter(({ link }) => link !== null);
  expect(links.map(({ start, link }) => [shown.slice(start, start + 3), link?.id, link?.domain])).toEqual([
    ['cro', 0, 'a.example'],
    ['two', 1, ''],
    ['Roo', 2, 'b.example'],
  ]);
});

test('lines are drawn as what their marks say, and the marks stay in the text', () => {
  const lines = drawnBlocks({ segments: [...segments], found: null }).flatMap((block) =>
    block.lines.map((line) => [block.kind, line.kind, line.cells.length]),
  );
  expect(lines).toEqual([
    ['lines', 'heading', 1],
    ['lines', 'blank', 1],
    ['lines', 'text', 1],
    ['lines', 'item', 1],
    ['lines', 'item', 1],
    ['lines', 'blank', 1],
    ['table', 'text', 3],
    ['table', 'text', 3],
    ['table', 'text', 3],
    ['lines', 'blank', 1],
    ['preformatted', 'text', 1],
    ['preformatted', 'text', 1],
  ]);
  const looks = pieces({ segments: [...segments], found: null }).filter(({ look }) => look !== 'plain');
  expect(looks.map(({ text, look }) => [text, look])).toEqual([
    ['## ', 'mark'],
    ['[Image: A rook]', 'image'],
    ['* ', 'mark'],
    ['  ', 'indent'],
    ['* ', 'mark'],
    ['|', 'mark'],
    ['|', 'mark'],
    ['|', 'mark'],
    ['|', 'mark'],
    ['|', 'mark'],
    ['|', 'mark'],
  ]);
});

test('the rows above the line between a table’s headers and its rows have the names of the columns', () => {
  const text = 'Species | Length\n------- | ------\nRook    | 46 cm\nJackdaw |';
  const [table] = drawnBlocks({ segments: [{ type: 'text', text }], found: null });
  expect(table?.lines.map(({ kind, isHeader, cells }) => [kind, isHeader, cells.length])).toEqual([
    ['text', true, 2],
    ['separator', false, 2],
    ['text', false, 2],
    ['text', false, 2],
  ]);
});

test('other places that find would stop at are marked too, and not as the one it stands on', () => {
  const found = { start: shown.indexOf('one'), end: shown.indexOf('one') + 3 };
  const all = pieces({ segments: [...segments], found, hits: hitsIn(shown, 'o') });
  expect(all.filter(({ look }) => look === 'found').map(({ text }) => text)).toEqual(['one']);
  expect(joined(all.filter(({ look }) => look === 'hit')).length).toBe(hitsIn(shown, 'o').length - 1);
});

test.each([
  ['prose with two  spaces\nand a second line', 'lines'],
  ['>>> caw(3)\ncaw caw caw', 'preformatted'],
  ['name        weight\nrook        340 g\njackdaw     240 g', 'preformatted'],
  ['rook\n  a bird (black)', 'lines'],
  ['args = parser.parse_args()\nprint(args.count)', 'preformatted'],
  ['Rooks nest together (in trees)\nand so do herons', 'lines'],
  ['one | and no second row', 'lines'],
  ['* item\n  goes on (here)', 'lines'],
  ['Species        | Length\nRook           | 46 cm', 'table'],
])('%j is drawn as %s', (text, kind) => {
  expect(drawnBlocks({ segments: [{ type: 'text', text }], found: null }).map((block) => block.kind)).toEqual(
    [kind],
  );
});

test('headings never skip a level, so that they can be walked', () => {
  const text = '#### Deep\n\n# High\n\n### Below';
  const levels = drawnBlocks({ segments: [{ type: 'text', text }], found: null }).flatMap((block) =>
    block.lines.filter(({ kind }) => kind === 'heading').map(({ ariaLevel }) => ariaLevel),
  );
  expect(levels).toEqual([3, 3, 4]);
});
