import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { citedNumbers } from '../text/citations.ts';
import { stripCitations } from './citations.ts';

describe('an answer without citations', () => {
  test.each([
    ['Crows bring gifts [1].', 'Crows bring gifts.'],
    ['Crows bring gifts.[1] They do.', 'Crows bring gifts. They do.'],
    ['Crows bring gifts. [1] They do. [2]', 'Crows bring gifts. They do.'],
    ['Crows [1][2], and jays [3] [12], bring gifts [1]!', 'Crows, and jays, bring gifts!'],
    ['Crows bring gifts [1], [2]; jays do not [3]–[5].', 'Crows bring gifts; jays do not.'],
    ['Crows [1] and jays [2] bring gifts.', 'Crows and jays bring gifts.'],
    ['Crows bring gifts ([1][2]). They do ( [3] ).', 'Crows bring gifts. They do.'],
    ['Crows ([1]) bring gifts (mostly [2]).', 'Crows bring gifts (mostly).'],
    ['Crows [1]bring “gifts” [2](mostly).', 'Crows bring “gifts” (mostly).'],
    ['[1] Crows bring gifts.\n  [2] Jays do not.', 'Crows bring gifts.\n  Jays do not.'],
    ['- Crows [1]\n- [2] Jays', '- Crows\n- Jays'],
    ['Crows bring gifts.\n[1][2]\nThey do.\n\n[3]', 'Crows bring gifts.\nThey do.\n\n'],
    ['乌鸦送礼物[1]。它们会[2]。', '乌鸦送礼物。它们会。'],
    ['الغربان تجلب الهدايا [1]، نعم [2].', 'الغربان تجلب الهدايا، نعم.'],
    ['[1]', ''],
    ['A[[1]2] b', 'A b'],
  ])('of %j is %j', (text, stripped) => {
    expect(stripCitations(text)).toBe(stripped);
  });

  test.each(['', '  Two  spaces . \n\n\n', 'a[i] = b[1000]; [] [x] [-1] (see [ 1 ])', 'H [', '😀[a]'])(
    'is the text as it was where there is none: %j',
    (text) => {
      expect(stripCitations(text)).toBe(text);
    },
  );

  test('cites nothing, says the same words, and has nothing more to strip', () => {
    const anyPiece = fc.constantFrom(
      'crows',
      ' ',
      '.',
      ',',
      '[1]',
      '[23]',
      '(',
      ')',
      '\n',
      '[',
      ']',
      '4',
      '–',
      'é',
    );
    const anyText = fc.array(anyPiece).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(anyText, (text) => {
        const stripped = stripCitations(text);
        expect(citedNumbers(stripped)).toEqual([]);
        expect(stripCitations(stripped)).toBe(stripped);
        const letters = (from: string): string[] | null => from.match(/\p{L}/gu);
        expect(letters(stripped)).toEqual(letters(text));
      }),
    );
  });
});
