import { describe, expect, test } from 'vitest';
import { readQuestionCells, readQuestionRow } from './questions.ts';

const row = { dataset: 'eli5', id: 'q1', full_text: 'Why?' };

describe('a row of questions', () => {
  test('has no references and no use where it does not say', () => {
    expect(readQuestionRow(row)).toEqual({
      row: { ...row, reference_answers: [], reference_pages: [], use: null },
    });
  });

  test.each([
    [null, null],
    [undefined, null],
    [' ', null],
    ['BC', 'bc'],
    [' rm ', 'rm'],
  ])('with the use %j is for %j', (use, read) => {
    expect(readQuestionRow({ ...row, use }).row?.use).toBe(read);
  });

  test('keeps line breaks and markup, without white space around the text', () => {
    expect(readQuestionRow({ ...row, full_text: '\n Why <b>so</b>?\n\nA. One\n' }).row?.full_text).toBe(
      'Why <b>so</b>?\n\nA. One',
    );
  });

  test.each([
    [{ id: 'q1', full_text: 'Why?' }, '"dataset" is missing'],
    [{ ...row, full_text: ' \n ' }, '"full_text" is empty'],
    [{ ...row, full_text: ['Why?'] }, '"full_text" must be a text'],
    [{ ...row, full_text: 'x'.repeat(100_001) }, '"full_text" is longer than 100,000 characters'],
    [{ ...row, id: { a: 1 } }, '"id" must be a text'],
    [{ ...row, use: 'train' }, '"use" is "train", but must be one of bc, rm, rl, evaluation'],
    [{ ...row, use: 3 }, '"use" is 3, but must be one of bc, rm, rl, evaluation'],
    [{ ...row, reference_pages: { a: 1 } }, '"reference_pages" must be a list of texts'],
    [{}, '"dataset" is missing; "id" is missing; "full_text" is missing'],
    ['text', 'the row is not an object of columns'],
    [null, 'the row is not an object of columns'],
  ])('%j is refused with a reason', (value, problem) => {
    expect(readQuestionRow(value)).toEqual({ problem });
  });

  test('of CSV has lists as JSON arrays, or one value alone, and empty cells are missing', () => {
    const cells = {
      dataset: 'arc',
      id: '7',
      full_text: 'Which?',
      reference_answers: '["A", "B"]',
      reference_pages: 'https://x.example/',
      use: '',
    };
    expect(readQuestionCells(cells).row).toMatchObject({
      reference_answers: ['A', 'B'],
      reference_pages: ['https://x.example/'],
      use: null,
    });
    expect(readQuestionCells({ ...cells, reference_answers: '[A]' })).toEqual({
      problem: '"reference_answers" begins like a JSON array but is none',
    });
    expect(readQuestionCells({ ...cells, id: ' ' })).toEqual({ problem: '"id" is missing' });
  });
});
