import { expect, test } from 'vitest';
import { writeCsv } from './csv.ts';

test('cells with commas, quotes and line breaks are quoted, and null is an empty cell', () => {
  expect(
    writeCsv(
      ['name', 'count'],
      [
        ['a, "b"\nc', 1.5],
        ['d', null],
      ],
    ),
  ).toBe('name,count\r\n"a, ""b""\nc",1.5\r\nd,\r\n');
});

test('text that a spreadsheet would run is kept as text', () => {
  expect(writeCsv(['name'], [['=1+1'], ['-2']])).toBe("name\r\n'=1+1\r\n'-2\r\n");
});
