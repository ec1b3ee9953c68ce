import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerSentences } from './answer-sentences.ts';

const cut = (text: string): string[] => answerSentences(text).map(({ start, end }) => text.slice(start, end));

describe('the sentences of an answer', () => {
  test.each([
    ['Crows bring gifts [1]. They do [2][3].', ['Crows bring gifts [1].', 'They do [2][3].']],
    [
      'Crows bring gifts.[1] They do. [2] [3] Often.',
      ['Crows bring gifts.[1]', 'They do. [2] [3]', 'Often.'],
    ],
    ['[1] says so.\n[2] denies it.', ['[1] says so.', '[2] denies it.']],
    [
      'Dr. Swift saw it, cf. his book. J. Marzluff [1] too.',
      ['Dr. Swift saw it, cf. his book.', 'J. Marzluff [1] too.'],
    ],
    ['It weighs 3.5 kg. Why?\n\n- One [1]\n- Two', ['It weighs 3.5 kg.', 'Why?', '- One [1]', '- Two']],
    ['乌鸦送礼物。[1]它们会。', ['乌鸦送礼物。[1]', '它们会。']],
    ['  \n ', []],
    ['', []],
  ])('of %j keep their citations', (text, sentences) => {
    expect(cut(text)).toEqual(sentences);
  });

  test('come in order, are never empty, and leave nothing out but white space', () => {
    const anyPiece = fc.constantFrom(
      'Crows',
      ' ',
      '.',
      '. ',
      '[1]',
      ' [2]',
      '\n',
      '?',
      'Dr.',
      'é',
      '😀',
      '。',
    );
    const anyText = fc.oneof(
      fc.array(anyPiece).map((pieces) => pieces.join('')),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        let end = 0;
        for (const range of answerSentences(text)) {
          expect(text.slice(end, range.start).trim()).toBe('');
          expect(range.end).toBeGreaterThan(range.start);
          end = range.end;
        }
        expect(text.slice(end).trim()).toBe('');
      }),
    );
  });
});
