import type { Client } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { importFiles, jsonl, type ImportBody } from '../../../test/imports.ts';
import { answers } from '../../db/schema/index.ts';

let app: TestApp;
let projectId: string;
let client: Client;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  projectId = (await app.buildProject()).id;
  ({ client } = await app.buildMember({ projectId, roles: ['lead'] }));
});

type Options = NonNullable<Extract<ImportBody, { kind: 'import-answers' }>['options']>;
const importAll = (files: Record<string, string>, options: Options = {}) =>
  importFiles(app.deps, { client, projectId, body: { kind: 'import-answers', options }, files });
const importAnswers = (rows: readonly unknown[], options: Options = {}) =>
  importAll({ 'a.jsonl': jsonl(rows) }, options);

const questionOf = (id: string) => ({ dataset: 'eli5', id, full_text: `Why ${id}?` });

describe('importing answers', () => {
  test('makes answers with their quotes and tokens, and questions that want no demonstration', async () => {
    const quotes = [{ title: 'Crows', domain: 'birds.example', extract: 'They do.' }];
    const { job, problems } = await importAnswers(
      [
        { question: questionOf('a'), answer: 'Because [1].', quotes, source: 'reddit' },
        { question: questionOf('a'), answer: 'Nobody knows.' },
        { question: 'Why not?', answer: 'No.', tokens: { prefix: [5, 6, 7], completion: [50256] } },
      ],
      { source: 'ours', use: 'evaluation' },
    );
    expect(problems).toEqual([]);
    expect(job.result).toMatchObject({ added: 3, unchanged: 0, questions: 2, problems: 0 });
    const { items, total } = await client.listAnswers({ params: { projectId }, query: {} });
    expect(total).toBe(3);
    expect(items.toReversed()).toMatchObject([
      {
        question: { fullText: 'Why a?', dataset: 'eli5', use: 'evaluation' },
        origin: 'import',
        source: 'reddit',
        text: 'Because [1].',
        quotes,
        isNewest: true,
        author: null,
        pairs: 0,
      },
      { source: 'ours', text: 'Nobody knows.', tokens: { completion: 3 } },
      { question: { dataset: 'imported' }, tokens: { prefix: 3, completion: 1 } },
    ]);
    const [own] = await app.deps.db.select().from(answers).where(eq(answers.id, items[0]!.id));
    expect([own!.prefixTokenIds, own!.completionTokenIds]).toEqual(['[5,6,7]', '[50256]']);
    const { items: list } = await client.listQuestions({ params: { projectId }, query: {} });
    expect(list.map(({ demonstrations }) => demonstrations.wanted)).toEqual([0, 0]);
  });

  test('again changes nothing; the same text from another source is another answer', async () => {
    const rows = [{ question: questionOf('a'), answer: 'Because.' }];
    await importAnswers([...rows, ...rows], { source: 'ours' });
    expect((await importAnswers(rows, { source: 'ours' })).job.result).toMatchObject({
      added: 0,
      unchanged: 1,
      questions: 0,
    });
    expect((await importAnswers(rows, { source: 'theirs' })).job.result).toMatchObject({ added: 1 });
    expect(await client.listAnswerSources({ params: { projectId } })).toEqual([
      { origin: 'import', source: 'ours', answers: 1, questions: 1 },
      { origin: 'import', source: 'theirs', answers: 1, questions: 1 },
    ]);
  });

  test('are listed newest first, filtered by question, source and words, a page at a time', async () => {
    await importAnswers(
      ['One.', 'Two crows.', 'Three CROWS!'].map((answer, index) => ({
        question: questionOf(index === 0 ? 'a' : 'b'),
        answer,
        source: `s${index}`,
      })),
    );
    const list = async (query: NonNullable<Parameters<Client['listAnswers']>[0]['query']>) => {
      const page = await client.listAnswers({ params: { projectId }, query });
      return { ...page, texts: page.items.map(({ text }) => text) };
    };
    const first = await list({ limit: 2 });
    expect(first).toMatchObject({ texts: ['Three CROWS!', 'Two crows.'], total: 3 });
    expect(await list({ limit: 2, cursor: first.nextCursor! })).toMatchObject({
      texts: ['One.'],
      nextCursor: null,
    });
    expect((await list({ answer: 'crow two' })).texts).toEqual(['Two crows.']);
    expect((await list({ contains: 'WHY B' })).texts).toHaveLength(2);
    expect((await list({ source: 's0', dataset: 'eli5', origin: 'import', use: 'rm' })).texts).toEqual([
      'One.',
    ]);
    expect((await list({ questionId: first.items[0]!.question.id })).total).toBe(2);
    expect((await list({ answer: "' & !" })).total).toBe(3);
  });

  test('tells what cannot be used by its row, and imports the rest', async () => {
    await importAnswers([{ question: questionOf('a'), answer: 'One.', source: 's' }]);
    const { job, problems } = await importAll({
      'array.json': '[\n{}\n]\n',
      'b.jsonl': jsonl([
        '{broken',
        '',
        { question: questionOf('a'), answer: 'Two.' },
        { question: { ...questionOf('a'), full_text: 'Why else?' }, answer: 'Three.', source: 's' },
        { question: questionOf('a'), answer: 'Four.', source: 's' },
      ]),
      'empty.jsonl': '\n',
    });
    expect(problems).toEqual([
      {
        file: 'array.json',
        row: null,
        reason: 'the file is one JSON array over many lines; write one row a line (JSONL) instead',
      },
      { file: 'b.jsonl', row: 1, reason: 'the row is not valid JSON' },
      { file: 'b.jsonl', row: 3, reason: '"source" is missing, and the import names none' },
      {
        file: 'b.jsonl',
        row: 4,
        reason: 'the question a of eli5 has another text here, which stays; give this one another id',
      },
      { file: 'empty.jsonl', row: null, reason: 'the file is empty' },
    ]);
    expect(job).toMatchObject({ state: 'done', result: { added: 1, questions: 0, problems: 5 } });
  });

  test('refuses to call answers demonstrations, which are the project’s own', async () => {
    const named = { question: questionOf('a'), answer: 'One.', source: ' demonstrations' };
    const { problems } = await importAnswers([named]);
    expect(problems).toMatchObject([{ reason: expect.stringContaining('give it another name') }]);
    const refused = { code: 'invalid_request', message: expect.stringContaining('choose another name') };
    await expect(importAnswers([named], { source: 'demonstrations' })).rejects.toMatchObject(refused);
    const body = { kind: 'import-comparisons', options: { name: 'demonstrations' } } as const;
    await expect(importFiles(app.deps, { client, projectId, body, files: {} })).rejects.toMatchObject(
      refused,
    );
  });
});
