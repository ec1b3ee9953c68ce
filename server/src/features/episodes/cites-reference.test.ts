import { expect, it } from 'vitest';
import { citesReferenceAmong } from './cites-reference.ts';

const quotedFrom = ['search:crows', 'http://Crows.example/training/index.html#top', 'https://owls.example/'];
const references = ['https://crows.example/training/', 'mailto:nobody@crows.example'];

it.each<[string, { text: string; references: string[] }, boolean | null]>([
  ['the reference, by another form of its address', { text: 'They do [2].', references }, true],
  ['the reference beside others', { text: 'They do [3][1][2].', references }, true],
  ['results of a search alone', { text: 'They do [1].', references }, false],
  ['another page alone', { text: 'They do [3].', references }, false],
  ['no quote that there is', { text: 'They do [0][4].', references }, false],
  ['nothing', { text: 'They do 2 (2).', references }, false],
  ['a page where the question has no references', { text: 'They do [2].', references: [] }, null],
])('judges an answer that cites %s', (_, answer, expected) => {
  expect(citesReferenceAmong({ quotedFrom, ...answer })).toBe(expected);
});
