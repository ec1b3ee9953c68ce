import { expect, test } from 'vitest';
import { findArgument, hitsIn } from './hits.ts';

test('hits are found in any case, in order, and none within another', () => {
  const shown = 'Crows. crowS crow—CROWCROW';
  const hits = hitsIn(shown, 'crow');
  expect(hits.map(({ start, end }) => shown.slice(start, end))).toEqual([
    'Crow',
    'crow',
    'crow',
    'CROW',
    'CROW',
  ]);
  expect(hitsIn('aaaa', 'aa')).toEqual([
    { start: 0, end: 2 },
    { start: 2, end: 4 },
  ]);
  expect(hitsIn(shown, 'owl')).toEqual([]);
});

test('letters whose lower case is longer do not move what is marked', () => {
  const shown = 'İstanbul’da kargalar';
  const [hit] = hitsIn(shown, 'kargalar');
  expect(shown.slice(hit!.start, hit!.end)).toBe('kargalar');
});

test('what is typed is looked for as the server reads it', () => {
  expect(findArgument('  two   words ')).toBe('two words');
  expect(findArgument('   ')).toBeNull();
});
