import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswerRow } from './answers.ts';
import cases from './cases/comparisons.json' with { type: 'json' };
import {
  comparisonShapes,
  readComparison,
  writeComparison,
  type ComparisonShape,
  type WrittenComparison,
} from './comparisons.ts';

const naming = { dataset: null, idOf: (text: string) => `hash of ${text}` };
const read = (value: unknown) => readComparison(value, naming);
const readOne = (value: unknown, source: string | null = null) => readAnswerRow(value, { ...naming, source });

const question = { dataset: 'eli5', id: 'q', full_text: 'Why?' };
const record = (more: object = {}) => ({ question, answer: 'Because.', score: 0, ...more });
const flat = (more: object = {}) => ({
  question,
  answer_0: 'Because.',
  score_0: 0,
  answer_1: 'Therefore.',
  score_1: 0,
  ...more,
});

describe('a row of comparisons', () => {
  test.each(cases)('is read from $what', ({ columns, expected }) => {
    expect(read(columns)).toEqual(expected);
  });

  test('is of the data set that is given, where it names none', () => {
    const row = flat({ question: 'Why?' });
    expect(readComparison(row, { ...naming, dataset: 'ours' }).row?.question).toEqual({
      dataset: 'ours',
      id: 'hash of Why?',
      fullText: 'Why?',
    });
    expect(readComparison(flat(), { ...naming, dataset: 'ours' }).row?.question.dataset).toBe('eli5');
  });

  test.each([
    ['text', 'the row is not an object of columns'],
    [null, 'the row is not an object of columns'],
    [[record()], 'the row has 1 records, but a comparison has two'],
    [[record(), record(), record()], 'the row has 3 records, but a comparison has two'],
    [[record(), 'text'], 'the second record: the row is not an object of columns'],
    [[record({ answer: undefined }), record()], 'the first record: "answer" is missing'],
    [[record(), record({ answer: ' \n' })], 'the second record: "answer" is empty'],
    [[record({ score: undefined }), record()], 'the first record: "score" is missing'],
    [[record({ score: '0' }), record()], 'the first record: "score" must be a number'],
    [[record({ score: 1.5 }), record()], 'the first record: "score" is 1.5, but must lie from -1 to 1'],
    [[record({ score: 0.5 }), record({ score: 0.5 })], 'the scores 0.5 and 0.5 do not sum to zero'],
    [[record({ score: 0.5 }), record()], 'the scores 0.5 and 0 do not sum to zero'],
    [
      [record(), record({ question: { ...question, id: 'other' } })],
      'the two records are of two different questions',
    ],
    [
      [record(), record({ question: { ...question, full_text: 'Why not?' } })],
      'the two records are of two different questions',
    ],
    [record(), 'the row is one answer, not a comparison of two; import the file as answers'],
    [flat({ question: undefined }), '"question" is missing'],
    [flat({ question: ' ' }), '"question" is empty'],
    [flat({ question: { id: 'q' } }), '"question.full_text" must be a text'],
    [flat({ answer_1: 5 }), '"answer_1" must be a text'],
    [flat({ score_1: Number.NaN }), '"score_1" is NaN, but must lie from -1 to 1'],
    [flat({ score_1: null }), '"score_1" is missing'],
    [flat({ quotes_0: { title: ['a', 'b'], extract: ['a'] } }), '"quotes_0" has 2 titles, but 1 extracts'],
    [
      flat({ quotes_0: 'text' }),
      '"quotes_0" must be lists of titles and of extracts, or a list of quotes with a title and an extract each',
    ],
    [flat({ quotes_1: [{ title: 'a' }] }), 'quote 1 of "quotes_1" has no text as its "extract"'],
    [
      flat({ tokens_0: { prefix: [1, 2.5], completion: [] } }),
      '"tokens_0.prefix" must be a list of token ids, which are whole numbers from 0',
    ],
    [
      flat({ tokens_0: { prefix: [1], completion: [-1] } }),
      '"tokens_0.completion" must be a list of token ids, which are whole numbers from 0',
    ],
    [
      flat({ tokens_0: { prefix: [1] } }),
      '"tokens_0.completion" must be a list of token ids, which are whole numbers from 0',
    ],
  ])('that is wrong is refused with the reason: %j', (value, problem) => {
    expect(read(value)).toEqual({ problem });
  });

  test('has scores that sum to zero but for what adding fractions in binary costs', () => {
    expect(read(flat({ score_0: 0.1 + 0.2, score_1: -0.3 })).row?.score).toBe(0.1 + 0.2);
    expect(read(flat({ score_0: 0.3, score_1: -0.300001 })).problem).toContain('do not sum to zero');
    expect(Object.is(read(flat({ score_0: -0 })).row?.score, 0)).toBe(true);
  });

  test('is read or refused, and never breaks, whatever it holds', () => {
    const columns = ['question', 'quotes', 'answer', 'tokens', 'score'].flatMap((name) => [
      name,
      `${name}_0`,
      `${name}_1`,
    ]);
    const object = fc.dictionary(fc.constantFrom(...columns), fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(object, fc.array(object, { maxLength: 3 }), fc.jsonValue()), (value) => {
        const comparison = read(value);
        expect(typeof (comparison.problem ?? comparison.row)).toBe(
          comparison.row === undefined ? 'string' : 'object',
        );
        const answer = readOne(value);
        expect(typeof (answer.problem ?? answer.row)).toBe(answer.row === undefined ? 'string' : 'object');
      }),
      { numRuns: 500 },
    );
  });
});

describe('a row of answers', () => {
  const answer = { text: 'Because [1].', quotes: [], tokens: null };
  const named = { dataset: 'eli5', id: 'q', fullText: 'Why?' };

  test('is a question, an answer, quotes and a source', () => {
    const quotes = [{ title: 'Crows', domain: 'birds.example', extract: 'They do.' }];
    expect(readOne({ question, answer: answer.text, quotes, source: ' reddit ' })).toEqual({
      row: { question: named, answer: { ...answer, quotes }, source: 'reddit' },
    });
    const lists = { title: ['Crows'], domain: ['birds.example'], extract: ['They do.'] };
    expect(readOne({ question, answer: answer.text, quotes: lists, source: 'reddit' })).toEqual({
      row: { question: named, answer: { ...answer, quotes }, source: 'reddit' },
    });
    expect(
      readOne({ question: 'Why?', answer: answer.text, quotes: { title: [], extract: [] } }, 's'),
    ).toEqual({
      row: { question: { dataset: 'imported', id: 'hash of Why?', fullText: 'Why?' }, answer, source: 's' },
    });
  });

  test.each([
    [{ question, answer: 'Yes.' }, '"source" is missing, and the import names none'],
    [{ question, answer: '', source: 's' }, '"answer" is empty'],
    [{ answer: 'Yes.', source: 's' }, '"question" is missing'],
    [[record(), record()], 'the row is not an object of columns'],
    [flat(), 'the row is a comparison; import the file as comparisons'],
    [
      { question, answer: 'Yes.', source: 's', quotes: { title: ['a'], extract: ['b'], domain: ['c', 'd'] } },
      '"quotes" has 1 titles, but 2 domains',
    ],
  ])('that is wrong is refused with the reason: %j', (value, problem) => {
    expect(readOne(value)).toEqual({ problem });
  });
});

describe('a comparison', () => {
  const comparison: WrittenComparison = {
    question: { dataset: 'eli5', id: 'q', fullText: 'Why “so”?' },
    answers: [
      {
        text: 'One [1].\n',
        quotes: [
          { title: 'Crows', domain: 'birds.example', extract: 'They do.' },
          { title: 'Crow (en.wikipedia.org)', domain: '', extract: 'A bird.' },
        ],
        prefixTokenIds: '[1,2]',
        completionTokenIds: '[3]',
      },
      { text: 'Other.', quotes: [], prefixTokenIds: null, completionTokenIds: null },
    ],
    score: 1,
  };

  test('is written as openai/webgpt_comparisons has it', () => {
    const own = '"question": {"dataset":"eli5","id":"q","full_text":"Why “so”?"}';
    const quotes =
      '{"title":["Crows (birds.example)","Crow (en.wikipedia.org)"],"extract":["They do.","A bird."]}';
    expect(writeComparison(comparison, 'webgpt')).toBe(
      `[{${own}, "quotes": ${quotes}, "answer": "One [1].\\n", "tokens": {"prefix": [1,2], "completion": [3]}, "score": 1.0}, ` +
        `{${own}, "quotes": {"title":[],"extract":[]}, "answer": "Other.", "score": -1.0}]`,
    );
    expect(writeComparison(comparison, 'webgpt-flat')).toBe(
      `{${own}, "quotes_0": ${quotes}, "answer_0": "One [1].\\n", "tokens_0": {"prefix": [1,2], "completion": [3]}, "score_0": 1.0, ` +
        `"quotes_1": {"title":[],"extract":[]}, "answer_1": "Other.", "score_1": -1.0}`,
    );
  });

  test.each(comparisonShapes)(
    'without a preference is never written as minus zero, in the shape %s',
    (shape) => {
      for (const score of [0, -0]) {
        const line = writeComparison({ ...comparison, score }, shape);
        expect(line).not.toContain('-0');
        expect(line.match(/"score(_\d)?": 0\.0/g)).toHaveLength(2);
      }
    },
  );

  test('is the same once it was written and read, whatever its texts and its score are', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).map((some) => `x${some.replaceAll('\0', '')}`);
    const answer = fc.record({
      text,
      quotes: fc.array(fc.record({ title: text, domain: fc.constant(''), extract: text })),
      tokens: fc.option(
        fc.record({ prefix: fc.array(fc.nat(50_256)), completion: fc.array(fc.nat(50_256)) }),
      ),
    });
    const any = fc.record({
      shape: fc.constantFrom<ComparisonShape>(...comparisonShapes),
      answers: fc.tuple(answer, answer),
      score: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(any, ({ shape, answers, score }) => {
        const line = writeComparison(
          {
            question: comparison.question,
            answers: answers.map(({ text: own, quotes, tokens }) => ({
              text: own,
              quotes,
              prefixTokenIds: tokens && JSON.stringify(tokens.prefix),
              completionTokenIds: tokens && JSON.stringify(tokens.completion),
            })) as unknown as WrittenComparison['answers'],
            score,
          },
          shape,
        );
        expect(line).not.toContain('\n');
        expect(read(JSON.parse(line))).toEqual({
          row: { question: comparison.question, answers, score: score === 0 ? 0 : score },
        });
      }),
    );
  });
});
