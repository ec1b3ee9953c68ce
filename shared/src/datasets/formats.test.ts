import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import arcCases from './cases/arc.json' with { type: 'json' };
import eli5Cases from './cases/eli5.json' with { type: 'json' };
import factCheckCases from './cases/fact-check.json' with { type: 'json' };
import triviaQaCases from './cases/triviaqa.json' with { type: 'json' };
import { withPrefix } from './eli5.ts';
import { detectQuestionFormat, readFormattedQuestion, type QuestionFormatName } from './formats.ts';

/** The list of WebGPT's appendix, as it stands there. */
const listed = `explain, eli5, which, what, whats, whose, who, whos, whom, where, wheres, when, whens, how, hows, why, whys, am, is, isn, isnt, are, aren, arent, was, wasn, wasnt, were, weren, werent, do, don, dont,
does, doesn, doesnt, did, didn, didnt, can, cant, could, couldn, couldnt, have, haven, havent, has, hasn, hasnt, may, might, must, mustn, mustnt, shall, shant, should, shouldn, shouldnt, will, wont, would, wouldn, wouldnt`;
const words = listed.split(/,\s+/);

const read = (format: QuestionFormatName, value: unknown, more: { referenceAnswers?: number } = {}) =>
  readFormattedQuestion(value, {
    format,
    dataset: null,
    referenceAnswers: 1,
    idOf: (text) => text,
    isCsv: false,
    ...more,
  });

/** Rows as they stand in the published files, and what they become, written by hand. */
const golden: Record<string, { columns: unknown; expected: unknown }[]> = {
  eli5: eli5Cases,
  arc: arcCases,
  'fact-check': factCheckCases,
  triviaqa: triviaQaCases,
};

describe.each(['eli5', 'arc', 'fact-check', 'triviaqa'] as const)('a row of %s', (format) => {
  test('becomes what the golden file says', () => {
    const cases = golden[format] ?? [];
    expect(cases.map(({ columns }) => read(format, columns))).toEqual(cases.map(({ expected }) => expected));
  });

  test('is recognised by its columns', () => {
    expect(detectQuestionFormat(golden[format]?.[0]?.columns)).toBe(format);
  });

  test('that is no object of columns is refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.jsonValue())),
        (value) => {
          expect(read(format, value)).toEqual({ problem: 'the row is not an object of columns' });
        },
      ),
    );
  });

  test('is read or refused, and never breaks, whatever its columns hold', () => {
    const columns = [
      'title',
      'selftext',
      'q_id',
      'title_urls',
      'answers',
      'question',
      'choices',
      'answerKey',
      'Answer',
    ];
    const value = fc.dictionary(fc.constantFrom(...columns), fc.jsonValue());
    fc.assert(
      fc.property(value, (row) => {
        const {
          problem,
          dropped,
          row: question,
        } = { problem: undefined, dropped: undefined, row: undefined, ...read(format, row) };
        expect([problem, dropped, question].filter((one) => one !== undefined)).toHaveLength(1);
        expect(question?.full_text.trim()).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a file of questions', () => {
  test('of our own is recognised by full_text, and is what is not recognised', () => {
    expect(detectQuestionFormat({ dataset: 'x', id: 1, full_text: 'Why?', title: 'T', selftext: '' })).toBe(
      'rookery',
    );
    expect(detectQuestionFormat({ text: 'Why?' })).toBe('rookery');
    expect(detectQuestionFormat([])).toBe('rookery');
  });

  test('has no reference answers where none are wanted', () => {
    for (const format of ['eli5', 'arc', 'triviaqa'] as const) {
      expect(
        read(format, golden[format]?.[0]?.columns, { referenceAnswers: 0 }).row?.reference_answers,
      ).toEqual([]);
    }
  });
});

describe('the prefix of a post that asks nothing', () => {
  /** By a pattern; the reader cuts the text into words. */
  const asks = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])(?:${words.join('|')})(?![\\p{L}\\p{M}\\p{N}_])`, 'u');

  test('is left out for every word of the list, in any case, between any marks, and for no part of a word', () => {
    expect(words).toHaveLength(65);
    for (const word of words) {
      for (const text of [
        word,
        `Rooks ${word.toUpperCase()}: caws`,
        `«${word}»`,
        `rooks-${word}-caws`,
        `${word}'s`,
      ]) {
        expect(withPrefix(text)).toBe(text);
      }
      for (const text of [`${word}x9`, `_${word}`, `x9${word}`, `${word}ß`]) {
        expect(withPrefix(text)).toBe(`Explain: ${text}`);
      }
    }
  });

  test('follows the rule for any text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...words,
        'Rooks',
        'whatever',
        'Island',
        'canopy',
        'ſ',
        'İs',
        "isn't",
        'don’t',
        '?',
        'Wont',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom(' ', '\n\n', '-', '_', '.', "'", '\u0301', '(', '\u200b'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const expected = text.includes('?') || asks.test(text.toLowerCase()) ? text : `Explain: ${text}`;
        expect(withPrefix(text)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });
});
