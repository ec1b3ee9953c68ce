import { expect, test } from 'vitest';
import { readQuery } from './query.ts';

const nothing = { words: [], phrases: [], prefixes: [], excluded: [] };

test.each([
  ['crows gifts', { words: ['crows', 'gifts'] }],
  ['Why do crows bring gifts?', { words: ['Why', 'do', 'crows', 'bring', 'gifts?'] }],
  ['ELI5: why is the sky blue?', { words: ['why', 'is', 'the', 'sky', 'blue?'] }],
  ["Explain like I'm five: magnets", { words: ['magnets'] }],
  ['explain', { words: ['explain'] }],
  ['"black rook" white', { phrases: ['black rook'], words: ['white'] }],
  ['“black rook”', { phrases: ['black rook'] }],
  ['black "rook', { words: ['black', 'rook'] }],
  ['""', {}],
  ['photo* synthesis', { prefixes: ['photo'], words: ['synthesis'] }],
  ['p* **', { words: ['p*'] }],
  ['rook -raven -"white crow"', { words: ['rook'], excluded: ['raven', 'white crow'] }],
  ['well-known - fact', { words: ['well-known', 'fact'] }],
  ['\0 \ud800 ((', {}],
  ['烏鴉 -鴉', { words: ['烏鴉'], excluded: ['鴉'] }],
])('%s', (typed, expected) => {
  expect(readQuery(typed)).toEqual({ ...nothing, ...expected });
});
