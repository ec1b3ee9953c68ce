import type { Client } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { importFiles, runImport } from '../../../test/imports.ts';
import { interruptAfterFirstBatch } from '../../../test/interrupted.ts';
import { assignments, events, jobs, questions } from '../../db/schema/index.ts';

let app: TestApp;
let projectId: string;
let lead: TestMember;
let client: Client;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  projectId = (await app.buildProject({ settings: { demonstrationsPerQuestion: 2 } })).id;
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  client = lead.client;
});

const importQuestions = (files: Record<string, string | Uint8Array>) =>
  importFiles(app.deps, { client, projectId, files });
const list = async () => (await client.listQuestions({ params: { projectId }, query: { limit: 500 } })).items;
const jsonl = (...rows: unknown[]) =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
const row = (id: string, more: object = {}) => ({ dataset: 'eli5', id, full_text: `Why ${id}?`, ...more });

describe('importing questions', () => {
  test('JSONL rows become questions, in their order, used for bc unless they say otherwise', async () => {
    const { job, problems } = await importQuestions({
      'questions.jsonl': jsonl(
        row('a'),
        row('b', {
          use: 'evaluation',
          reference_answers: ['One.', 'Two.'],
          reference_pages: 'https://example.org/',
        }),
        row('c', { id: 17, use: null, unknown: true }),
      ),
    });
    expect(problems).toEqual([]);
    expect(job).toMatchObject({
      state: 'done',
      progress: { done: 3, total: 3 },
      result: { added: 3, updated: 0, unchanged: 0, problems: 0, readAsWindows1252: [] },
    });
    expect(await list()).toMatchObject([
      {
        externalId: 'a',
        fullText: 'Why a?',
        use: 'bc',
        referenceAnswers: [],
        demonstrations: { wanted: 2, submitted: 0, inProgress: 0 },
      },
      {
        externalId: 'b',
        use: 'evaluation',
        referenceAnswers: ['One.', 'Two.'],
        referencePages: ['https://example.org/'],
      },
      { externalId: '17', use: 'bc' },
    ]);
  });

  test('bad rows are problems with their number and reason, and the rest is imported', async () => {
    const { job, problems } = await importQuestions({
      'bad.jsonl': jsonl(
        row('good'),
        '',
        '{"dataset": "eli5", "id": ',
        ['a', 'list'],
        { dataset: 'eli5', id: '' },
        row('use', { use: 'training' }),
        row('references', { reference_answers: [1, 'two'] }),
        row('good', { full_text: 'Another?' }),
        row('fine'),
      ),
    });
    expect(problems).toEqual([
      { file: 'bad.jsonl', row: 3, reason: 'the row is not valid JSON' },
      { file: 'bad.jsonl', row: 4, reason: 'the row is not an object of columns' },
      { file: 'bad.jsonl', row: 5, reason: '"id" is empty; "full_text" is missing' },
      { file: 'bad.jsonl', row: 6, reason: '"use" is "training", but must be one of bc, rm, rl, evaluation' },
      { file: 'bad.jsonl', row: 7, reason: '"reference_answers.0" must be a text' },
      { file: 'bad.jsonl', row: 8, reason: 'it has the same dataset and id as row 1, which was taken' },
    ]);
    expect(job).toMatchObject({ state: 'done', problems: 6, result: { added: 2, problems: 6 } });
    expect((await list()).map((question) => question.fullText)).toEqual(['Why good?', 'Why fine?']);
  });

  test('CSV has lists as JSON arrays in cells, cells over several lines, and rows counted with the header', async () => {
    const { problems } = await importQuestions({
      'questions.csv':
        'id,dataset,full_text,reference_answers,reference_pages,use,note\r\n' +
        '1,arc,"Which one?\nA. ""This""\nB. That","[""A"", ""a""]",https://example.org/,rm,kept out\r\n' +
        '2,arc,Second?,one answer alone,,,\r\n' +
        ',,,,,,\r\n' +
        '3,arc,,,,,\r\n' +
        '4,arc,Broken?,"[""A",,,\r\n',
    });
    expect(problems).toEqual([
      { file: 'questions.csv', row: 5, reason: '"full_text" is missing' },
      { file: 'questions.csv', row: 6, reason: '"reference_answers" begins like a JSON array but is none' },
    ]);
    expect(await list()).toMatchObject([
      {
        fullText: 'Which one?\nA. "This"\nB. That',
        referenceAnswers: ['A', 'a'],
        referencePages: ['https://example.org/'],
        use: 'rm',
      },
      { fullText: 'Second?', referenceAnswers: ['one answer alone'], use: 'bc' },
    ]);
  });

  test('what kind of file it is shows in its ending, or else in how it begins', async () => {
    const csv = 'dataset;id;full_text\narc;1;Semicolons?\n';
    await importQuestions({
      one: jsonl(row('json')),
      two: csv,
      'three.tsv': csv.replaceAll(';', '\t').replace('1', '2'),
    });
    expect((await list()).map((question) => question.externalId)).toEqual(['json', '2', '1']);
  });

  test('files that are no questions at all are one problem each', async () => {
    const { job, problems } = await importQuestions({
      'array.json': '[{"dataset": "a"}]',
      'binary.csv': new Uint8Array([0x81, 0x00, 0x8d, 0xff, 0x00, 0x00, 0x90]),
      'columns.csv': 'dataset,question\na,b\n',
      'empty.jsonl': ' \n\n',
      'quote.csv': 'dataset,id,full_text\na,1,Fine?\na,2,"never closed\n',
    });
    expect(job.state).toBe('done');
    expect(problems).toEqual([
      {
        file: 'array.json',
        row: null,
        reason: 'the file is one JSON array; write one object a line (JSONL) instead',
      },
      {
        file: 'binary.csv',
        row: null,
        reason:
          'the file is neither UTF-8 nor UTF-16 nor windows-1252 text; save it as UTF-8 and import it again',
      },
      {
        file: 'columns.csv',
        row: null,
        reason:
          'the first line names no column "id" and no "full_text"; the columns are dataset, id, full_text, reference_answers, reference_pages, use',
      },
      { file: 'empty.jsonl', row: null, reason: 'the file is empty' },
      {
        file: 'quote.csv',
        row: 3,
        reason: 'a quotation mark is opened in this row and never closed; the rest of the file was not read',
      },
    ]);
    expect((await list()).map((question) => question.fullText)).toEqual(['Fine?']);
  });

  test.each([
    ['utf-8', true],
    ['utf-16le', true],
    ['utf-16be', true],
    ['utf-16le', false],
    ['windows-1252', false],
  ])('text in %s (byte order mark: %s) is read', async (encoding, addBOM) => {
    const text = jsonl(row('é', { full_text: 'Où est le café “Noir” ?' }));
    const { job, problems } = await importQuestions({ 'q.jsonl': iconv.encode(text, encoding, { addBOM }) });
    expect(problems).toEqual([]);
    expect(await list()).toMatchObject([{ externalId: 'é', fullText: 'Où est le café “Noir” ?' }]);
    expect(job.result?.['readAsWindows1252']).toEqual(encoding === 'windows-1252' ? ['q.jsonl'] : []);
  });

  test('NUL and lone surrogates are replaced, and markup is kept as text', async () => {
    const text = '<script>alert(1)</script> \0 \ud800 \u{1f426}';
    const { problems } = await importQuestions({
      'q.jsonl': jsonl(row('x', { full_text: text, reference_answers: ['\0'] })),
    });
    expect(problems).toEqual([]);
    expect(await list()).toMatchObject([
      { fullText: '<script>alert(1)</script> \ufffd \ufffd \u{1f426}', referenceAnswers: ['\ufffd'] },
    ]);
  });
});

describe('importing questions again', () => {
  test('updates what changed, leaves what did not, and doubles nothing', async () => {
    await importQuestions({ 'q.jsonl': jsonl(row('a'), row('b')) });
    const before = await list();
    app.clock.advance(60_000);
    const { job } = await importQuestions({
      'q.jsonl': jsonl(row('a', { full_text: 'New text?', use: 'rm' }), row('b'), row('c')),
    });
    expect(job.result).toMatchObject({ added: 1, updated: 1, unchanged: 1, problems: 0 });
    const after = await list();
    expect(after.map((question) => question.id).slice(0, 2)).toEqual(before.map((question) => question.id));
    expect(after[0]).toMatchObject({ fullText: 'New text?', use: 'rm' });
    expect(await app.deps.db.select().from(events).where(eq(events.objectId, before[0]!.id))).toMatchObject([
      {
        kind: 'question.updated',
        actorId: lead.personId,
        before: { fullText: 'Why a?' },
        after: { fullText: 'New text?' },
      },
    ]);
  });

  test('a question with recorded work keeps its use and its text, and the row is a problem', async () => {
    await importQuestions({ 'q.jsonl': jsonl(row('a'), row('b'), row('c')) });
    for (const question of await list()) await claim(question.id);
    const { job, problems } = await importQuestions({
      'q.jsonl': jsonl(
        row('a', { use: 'evaluation' }),
        row('b', { full_text: 'Changed?' }),
        row('c', { reference_answers: ['New.'] }),
      ),
    });
    expect(problems).toEqual([
      {
        file: 'q.jsonl',
        row: 1,
        reason:
          'the question is used for bc and work on it is recorded, so it cannot become evaluation; it stays as it is',
      },
      {
        file: 'q.jsonl',
        row: 2,
        reason:
          'work is recorded on the question under its present text, which stays; give the new text a new id',
      },
    ]);
    expect(job.result).toMatchObject({ updated: 1, problems: 2 });
    expect(await list()).toMatchObject([
      { fullText: 'Why a?', use: 'bc' },
      { fullText: 'Why b?' },
      { referenceAnswers: ['New.'], demonstrations: { inProgress: 1 } },
    ]);
  });

  async function claim(questionId: string): Promise<void> {
    await app.deps.db.insert(assignments).values({
      projectId,
      questionId,
      memberId: lead.memberId,
      state: 'active',
      place: 1,
      leaseToken: uuidv7(),
      leaseExpiresAt: app.clock.now(),
      settingsVersion: 1,
      createdAt: app.clock.now(),
    });
  }
});

describe('an import of questions that dies', () => {
  test('goes on behind its last batch: nothing is lost, nothing doubled, and no problem told twice', async () => {
    const rows = Array.from({ length: 1700 }, (_, index) =>
      index % 100 === 99 ? '{broken' : row(`q${index}`),
    );
    const { id: jobId } = await client.createImport({
      params: { projectId },
      body: { kind: 'import-questions' },
    });
    const bytes = new TextEncoder().encode(jsonl(...rows));
    await client.addImportFile({ params: { projectId, jobId }, query: { path: 'q.jsonl' }, body: bytes });
    await client.startImport({ params: { projectId, jobId } });
    const dying = new AbortController();
    const failing = interruptAfterFirstBatch(app.deps, dying);
    await runImport(failing, { client, projectId, jobId, signal: dying.signal }).catch(() => undefined);
    const [half] = await app.deps.db.select().from(jobs).where(eq(jobs.id, jobId));
    expect(half).toMatchObject({ state: 'running', checkpoint: { done: 500 } });
    expect(await list()).toHaveLength(495);

    const { job, problems } = await runImport(app.deps, { client, projectId, jobId });
    expect(job).toMatchObject({
      state: 'done',
      problems: 17,
      result: { added: 1683, updated: 0, unchanged: 0, problems: 17 },
    });
    expect(problems.map((problem) => problem.row)).toEqual(
      Array.from({ length: 17 }, (_, index) => 100 * (index + 1)),
    );
    const stored = await app.deps.db.select().from(questions).where(eq(questions.projectId, projectId));
    expect(new Set(stored.map((question) => question.externalId)).size).toBe(1683);
    expect(stored).toHaveLength(1683);
  });
});
