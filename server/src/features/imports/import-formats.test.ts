import type { Client, ImportPreview } from '@rookery/shared/api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { makeEli5Posts } from '../../../test/eli5-posts.ts';
import { runImport, type Imported } from '../../../test/imports.ts';

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

type CreateBody = NonNullable<Parameters<Client['createImport']>[0]['body']>;
type Options = Extract<CreateBody, { kind: 'import-questions' }>['options'];

async function upload(files: Record<string, string>, options?: Options): Promise<string> {
  const body = { kind: 'import-questions' as const, ...(options && { options }) };
  const { id: jobId } = await client.createImport({ params: { projectId }, body });
  for (const [path, content] of Object.entries(files)) {
    const params = { projectId, jobId };
    await client.addImportFile({ params, query: { path }, body: new TextEncoder().encode(content) });
  }
  return jobId;
}

async function importFiles(files: Record<string, string>, options?: Options): Promise<Imported> {
  const jobId = await upload(files, options);
  await client.startImport({ params: { projectId, jobId } });
  return runImport(app.deps, { client, projectId, jobId });
}

async function list() {
  const items = [];
  let cursor: string | undefined;
  do {
    const page = await client.listQuestions({
      params: { projectId },
      query: { limit: 500, ...(cursor && { cursor }) },
    });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const post = (id: string, more: object = {}) => ({ q_id: id, title: `Why ${id}?`, selftext: '', ...more });

describe('a thousand posts of ELI5', () => {
  const posts = makeEli5Posts(1000);
  const file = posts.map(({ line }) => `${line}\n`).join('');

  test('come out as they should, every one, and what cannot be read is told by its line', async () => {
    const { job, problems } = await importFiles({ 'ELI5_train.jsonl': file }, { wanted: 3, priority: 7 });
    const expected = posts.flatMap(({ expected }) => (expected.kind === 'question' ? [expected] : []));
    const refused = posts.flatMap(({ expected }, index) =>
      expected.kind === 'refused' ? [{ row: index + 1, reason: expected.reason }] : [],
    );
    const dropped = posts.filter(({ expected }) => expected.kind === 'dropped').length;
    expect(expected.length).toBeGreaterThan(850);
    expect(Math.min(dropped, refused.length)).toBeGreaterThan(20);
    expect(job.result).toMatchObject({ added: expected.length, dropped, problems: refused.length });
    expect(problems.map(({ row }) => row)).toEqual(refused.map(({ row }) => row));
    for (const [index, { reason }] of refused.entries()) expect(problems[index]?.reason).toContain(reason);
    const questions = await list();
    expect(questions.map(({ externalId, fullText }) => [externalId, fullText])).toEqual(
      expected.map(({ id, text }) => [id, text]),
    );
    expect(questions.map(({ referenceAnswers }) => referenceAnswers)).toEqual(
      expected.map(({ bestAnswer }) => (bestAnswer === null ? [] : [bestAnswer])),
    );
    expect(questions.every((one) => one.dataset === 'eli5' && one.use === 'bc' && one.priority === 7)).toBe(
      true,
    );
    expect(new Set(questions.map((one) => one.demonstrations.wanted))).toEqual(new Set([3]));
  });

  test('are the same when they are imported again', async () => {
    await importFiles({ 'a.jsonl': file });
    const before = await list();
    const { job } = await importFiles({ 'b.jsonl': file });
    expect(job.result).toMatchObject({ added: 0, updated: 0, unchanged: before.length });
    expect(await list()).toEqual(before);
  });

  test('are split into uses by shares, each question the same way whatever else is in the file', async () => {
    const shares = { bc: 60, rm: 30, evaluation: 10 };
    await importFiles({ 'a.jsonl': file }, { shares });
    const first = await list();
    const counts = Map.groupBy(first, (question) => question.use);
    const part = (use: 'bc' | 'rm' | 'rl' | 'evaluation') =>
      ((counts.get(use)?.length ?? 0) / first.length) * 100;
    expect(part('bc')).toBeGreaterThan(55);
    expect(part('bc')).toBeLessThan(65);
    expect(part('rm')).toBeGreaterThan(25);
    expect(part('evaluation')).toBeGreaterThan(7);
    expect(part('rl')).toBe(0);

    const other = await app.buildProject();
    projectId = other.id;
    ({ client } = await app.buildMember({ projectId, roles: ['lead'] }));
    await importFiles(
      {
        'half.jsonl': posts
          .slice(500)
          .map(({ line }) => `${line}\n`)
          .join(''),
      },
      { shares },
    );
    const uses = new Map(first.map((question) => [question.externalId, question.use]));
    for (const question of await list()) expect(question.use).toBe(uses.get(question.externalId));
  });
});

describe('the options of an import', () => {
  test('are for new questions: those that are there keep their use, places and priority', async () => {
    await importFiles({ 'a.jsonl': jsonl([post('a')]) }, { shares: { rm: 100 }, wanted: 4, priority: 2 });
    const again = [post('a', { selftext: 'More of it.' }), post('b')];
    const { job } = await importFiles({ 'a.jsonl': jsonl(again) }, { shares: { bc: 100 }, wanted: 1 });
    expect(job.result).toMatchObject({ added: 1, updated: 1 });
    expect(await list()).toMatchObject([
      { fullText: 'Why a?\n\nMore of it.', use: 'rm', priority: 2, demonstrations: { wanted: 4 } },
      { fullText: 'Why b?', use: 'bc', priority: 0, demonstrations: { wanted: 1 } },
    ]);
  });

  test('name the data set and how many answers become reference answers', async () => {
    const answers = { text: ['Low.', 'High.', 'Middle.'], score: [1, 9, 5], a_id: ['1', '2', '3'] };
    await importFiles(
      { 'a.jsonl': jsonl([post('a', { answers })]) },
      { dataset: 'eli5-2021', referenceAnswers: 2 },
    );
    expect(await list()).toMatchObject([{ dataset: 'eli5-2021', referenceAnswers: ['High.', 'Middle.'] }]);
  });

  test('are refused where the shares do not add up', async () => {
    await expect(upload({}, { shares: { bc: 60, rm: 30 } })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('force a format on files that would be taken for another', async () => {
    const rows = [{ full_text: 'Ours?', dataset: 'x', id: '1', title: 'Why so?', selftext: '' }];
    await importFiles({ 'a.jsonl': jsonl(rows) });
    await importFiles({ 'a.jsonl': jsonl(rows) }, { format: 'eli5' });
    expect((await list()).map(({ dataset, fullText }) => [dataset, fullText])).toEqual([
      ['x', 'Ours?'],
      ['eli5', 'Why so?'],
    ]);
  });
});

describe('the preview of an import', () => {
  const preview = (jobId: string, body: object = {}): Promise<ImportPreview> =>
    client.previewImport({ params: { projectId, jobId }, body });

  test('recognises each file, counts, shows the first few, and imports nothing', async () => {
    const jobId = await upload({
      'arc.csv': 'questionID,AnswerKey,question\nM1,2,"Which one? (1) this (2) that"\n',
      'eli5.jsonl': `${jsonl([post('a'), post('b', { title: '[deleted by user]' })])}{broken\n`,
      'own.jsonl': jsonl([{ dataset: 'own', id: 1, full_text: 'Mine?', use: 'evaluation' }]),
    });
    const seen = await preview(jobId, { shares: { rm: 100 } });
    expect(seen).toMatchObject({
      files: [
        { path: 'arc.csv', format: 'arc', rows: 1, isWhole: true },
        { path: 'eli5.jsonl', format: 'eli5', rows: 3, isWhole: true },
        { path: 'own.jsonl', format: 'rookery', rows: 1, isWhole: true },
      ],
      counts: { questions: 3, dropped: 1, problems: 1 },
      uses: { rm: 2, evaluation: 1 },
      dropped: [{ file: 'eli5.jsonl', row: 2, reason: 'the title is [deleted by user]' }],
      problems: [{ file: 'eli5.jsonl', row: 3, reason: 'the row is not valid JSON' }],
    });
    expect(seen.questions[0]).toMatchObject({
      dataset: 'arc',
      id: 'M1',
      fullText: 'Which one?\nA. this\nB. that',
      referenceAnswers: ['that'],
      use: 'rm',
    });
    expect(await list()).toEqual([]);

    await client.startImport({ params: { projectId, jobId } });
    await runImport(app.deps, { client, projectId, jobId });
    expect((await list()).map((question) => question.use)).toEqual(['rm', 'rm', 'evaluation']);
    await expect(preview(jobId)).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('looks at the first rows of a long file only', async () => {
    const jobId = await upload({
      'a.jsonl': jsonl(Array.from({ length: 4000 }, (_, index) => post(`q${index}`))),
    });
    expect(await preview(jobId)).toMatchObject({
      files: [{ rows: 3000, isWhole: false }],
      counts: { questions: 3000 },
    });
  });

  test('is of imports of questions', async () => {
    const body = { kind: 'import-library' as const, baseUrl: 'https://example.org/' };
    const { id } = await client.createImport({ params: { projectId }, body });
    await expect(preview(id)).rejects.toMatchObject({ code: 'wrong_state' });
  });
});
