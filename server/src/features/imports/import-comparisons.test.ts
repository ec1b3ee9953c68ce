import type { Client } from '@rookery/shared/api';
import { writeComparison, type WrittenComparison } from '@rookery/shared/datasets';
import { and, asc, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { importFiles, jsonl, runImport, startImport, type ImportBody } from '../../../test/imports.ts';
import { interruptAfterFirstBatch } from '../../../test/interrupted.ts';
import {
  answers,
  comparisonImports,
  comparisons,
  events,
  jobs,
  pairings,
  pairs,
  questions,
  ratings,
} from '../../db/schema/index.ts';

let app: TestApp;
let projectId: string;
let lead: TestMember;
let client: Client;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  projectId = (await app.buildProject()).id;
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  client = lead.client;
});

const upload = (body: ImportBody, files: Record<string, string>) =>
  startImport({ client, projectId, body, files });

type Options = Extract<ImportBody, { kind: 'import-comparisons' }>['options'];
const importComparisons = (rows: readonly unknown[], options: Partial<Options> = {}) =>
  importFiles(app.deps, {
    client,
    projectId,
    body: { kind: 'import-comparisons', options: { name: 'study', ...options } },
    files: { 'c.jsonl': jsonl(rows) },
  });

const questionOf = (id: string) => ({ dataset: 'eli5', id, full_text: `Why ${id}?` });
const row = (id: string, texts: readonly [string, string], score: number) => ({
  question: questionOf(id),
  answer_0: texts[0],
  score_0: score,
  answer_1: texts[1],
  score_1: -score,
});

/** The comparisons of a project as they were imported, with the first answer's text and rating. */
async function stored() {
  return app.deps.db
    .select({
      question: questions.externalId,
      first: answers.text,
      form: pairs.form,
      occurrence: comparisons.occurrence,
      overall: ratings.value,
      import: comparisonImports.name,
    })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .innerJoin(answers, eq(answers.id, pairs.firstAnswerId))
    .innerJoin(ratings, eq(ratings.comparisonId, comparisons.id))
    .innerJoin(comparisonImports, eq(comparisonImports.id, comparisons.importId))
    .where(eq(comparisons.projectId, projectId))
    .orderBy(asc(comparisons.id));
}

describe('importing comparisons', () => {
  test('makes questions, answers, pairs in the order of the file, and comparisons with exact scores', async () => {
    const raw = [
      { question: questionOf('b'), answer: 'Three.', score: -1 / 3 },
      { question: questionOf('b'), answer: 'Four.', score: 1 / 3 },
    ];
    const { job, problems } = await importComparisons([row('a', ['One.', 'Two.'], 1), raw], { wanted: 2 });
    expect(problems).toEqual([]);
    expect(job.result).toMatchObject({
      added: 2,
      updated: 0,
      unchanged: 0,
      questions: 2,
      answers: 4,
      pairs: 2,
    });
    const form = 'webgpt-five';
    expect(await stored()).toEqual([
      { question: 'a', first: 'One.', form, occurrence: 1, overall: 1, import: 'study' },
      { question: 'b', first: 'Three.', form, occurrence: 1, overall: -1 / 3, import: 'study' },
    ]);
    const { items } = await client.listPairs({ params: { projectId }, query: { order: 'asc' } });
    expect(items).toMatchObject([
      {
        first: { source: 'study', origin: 'import', characters: 4 },
        pairing: { method: 'import' },
        probability: null,
        wanted: 2,
        submitted: 0,
        imported: 1,
        overall: null,
      },
      { wanted: 2, imported: 1 },
    ]);
    const pairing = await client.listPairings({ params: { projectId }, query: {} });
    expect(pairing).toMatchObject({ total: 1, items: [{ method: 'import', options: null, pairs: 2 }] });
  });

  test('turns a score round where the pair stands the other way, and counts several of one pair', async () => {
    await importComparisons([
      row('a', ['One.', 'Two.'], 0.5),
      row('a', ['Two.', 'One.'], 1),
      row('a', ['Two.', 'One.'], 0),
    ]);
    const values = (await stored()).map(({ first, occurrence, overall }) => [first, occurrence, overall]);
    expect(values).toEqual([
      ['One.', 1, 0.5],
      ['One.', 2, -1],
      ['One.', 3, 0],
    ]);
    expect(Object.is(values[2]![2], 0)).toBe(true);
    expect(await app.deps.db.$count(pairs, eq(pairs.projectId, projectId))).toBe(1);
  });

  test('again under the same name changes nothing but scores that are others now', async () => {
    const rows = [row('a', ['One.', 'Two.'], 0.5), row('a', ['Two.', 'One.'], 1), row('b', ['A.', 'B.'], 0)];
    await importComparisons(rows);
    const before = await stored();
    expect((await importComparisons(rows)).job.result).toMatchObject({
      added: 0,
      updated: 0,
      unchanged: 3,
      questions: 0,
      answers: 0,
      pairs: 0,
    });
    expect(await stored()).toEqual(before);
    const changed = await importComparisons([rows[0], row('a', ['Two.', 'One.'], -1)]);
    expect(changed.job.result).toMatchObject({ added: 0, updated: 1, unchanged: 1 });
    expect((await stored()).map(({ overall }) => overall)).toEqual([0.5, 1, 0]);
    const recorded = await app.deps.db
      .select()
      .from(events)
      .where(and(eq(events.projectId, projectId), eq(events.kind, 'comparison.updated')));
    expect(recorded).toMatchObject([
      { actorId: lead.personId, before: { overall: -1 }, after: { overall: 1 } },
    ]);
  });

  test('under another name is kept apart, on the same answers and pairs', async () => {
    const rows = [row('a', ['One.', 'Two.'], 0.5)];
    await importComparisons(rows);
    const { job } = await importComparisons(rows, { name: 'other  study' });
    expect(job.result).toMatchObject({ added: 1, questions: 0, answers: 0, pairs: 0 });
    expect((await stored()).map((one) => one.import)).toEqual(['study', 'other study']);
    expect((await importComparisons(rows, { form: 'minimal' })).job.result).toMatchObject({
      added: 1,
      answers: 0,
      pairs: 1,
    });
  });

  test('uses answers that were imported before, from whatever source', async () => {
    await importFiles(app.deps, {
      client,
      projectId,
      body: { kind: 'import-answers' },
      files: { 'a.jsonl': jsonl([{ question: questionOf('a'), answer: 'One.', source: 'reddit' }]) },
    });
    const { job } = await importComparisons([row('a', ['One.', 'Two.'], 1)]);
    expect(job.result).toMatchObject({ answers: 1, questions: 0 });
    const { items } = await client.listPairs({ params: { projectId }, query: {} });
    expect(items).toMatchObject([{ first: { source: 'reddit' }, second: { source: 'study' } }]);
  });

  test('refuses twins, other texts of a question, and what the format refuses, by the row', async () => {
    const { job, problems } = await importComparisons([
      row('a', ['One two.', ' One\n two. '], 1),
      row('a', ['One.', 'Two.'], 1),
      { ...row('a', ['One.', 'Two.'], 1), question: { ...questionOf('a'), full_text: 'Else?' } },
      { ...row('a', ['One.', 'Two.'], 1), score_1: 0.5 },
    ]);
    expect(problems).toEqual([
      {
        file: 'c.jsonl',
        row: 1,
        reason: 'both answers have the same text, so that there is nothing to compare',
      },
      {
        file: 'c.jsonl',
        row: 3,
        reason: 'the question a of eli5 has another text here, which stays; give this one another id',
      },
      { file: 'c.jsonl', row: 4, reason: 'the scores 1 and 0.5 do not sum to zero' },
    ]);
    expect(job.result).toMatchObject({ added: 1, problems: 3 });
  });

  test('twice at once doubles no question, answer, pair or comparison', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => row(`q${index % 20}`, ['One.', 'Two.'], 0.5));
    const files = [rows, rows.toReversed()].map((list) => ({ 'c.jsonl': jsonl(list) }));
    const body = { kind: 'import-comparisons' as const, options: { name: 'study' } };
    const jobIds = [await upload(body, files[0]!), await upload(body, files[1]!)];
    const done = await Promise.all(jobIds.map((jobId) => runImport(app.deps, { client, projectId, jobId })));
    const sumOf = (name: string) => done.reduce((sum, { job }) => sum + Number(job.result?.[name]), 0);
    expect(['questions', 'answers', 'pairs', 'added', 'unchanged'].map(sumOf)).toEqual([20, 40, 20, 60, 60]);
    expect(await stored()).toHaveLength(60);
    expect(await app.deps.db.$count(pairs, eq(pairs.projectId, projectId))).toBe(20);
  });

  test('that dies goes on behind its last batch: nothing is lost, nothing doubled, occurrences the same', async () => {
    // Every pair is compared three times, far apart in the file.
    const rows = Array.from({ length: 1500 }, (_, index) => {
      const pair = index % 500;
      const texts = index < 1000 ? ['One.', 'Two.'] : ['Two.', 'One.'];
      return pair === 99 ? '{broken' : row(`q${pair}`, texts as [string, string], (index % 5) / 4);
    });
    const jobId = await upload(
      { kind: 'import-comparisons', options: { name: 'study' } },
      { 'c.jsonl': jsonl(rows) },
    );
    const dying = new AbortController();
    const failing = interruptAfterFirstBatch(app.deps, dying);
    await runImport(failing, { client, projectId, jobId, signal: dying.signal }).catch(() => undefined);
    const [half] = await app.deps.db.select().from(jobs).where(eq(jobs.id, jobId));
    expect(half).toMatchObject({ state: 'running', checkpoint: { done: 500 } });
    expect(await stored()).toHaveLength(499);

    const { job, problems } = await runImport(app.deps, { client, projectId, jobId });
    expect(job).toMatchObject({
      state: 'done',
      result: { added: 1497, questions: 499, answers: 998, pairs: 499, problems: 3 },
    });
    expect(problems.map((problem) => problem.row)).toEqual([100, 600, 1100]);
    const all = await stored();
    expect(all).toHaveLength(1497);
    expect(new Set(all.map(({ question, occurrence }) => `${question} ${occurrence}`)).size).toBe(1497);
    const own = eq(pairings.projectId, projectId);
    expect(await app.deps.db.$count(pairings, own)).toBe(1);
    expect((await importComparisons(rows)).job.result).toMatchObject({ added: 0, unchanged: 1497 });
  });

  test('written in either shape and imported again gives the same comparisons, tokens included', async () => {
    await importComparisons([
      row('a', ['One “1”.\n', 'Two.'], 0.5),
      row('a', ['Two.', 'One “1”.\n'], 0.25),
      {
        ...row('b', ['Three [1].', 'Four.'], -1),
        quotes_0: { title: ['Crow (a.example)'], extract: ['It is.'] },
        tokens_0: { prefix: [1, 2], completion: [3] },
      },
    ]);
    const shown = await stored();
    const contents = await contentsOf(projectId);
    for (const shape of ['webgpt', 'webgpt-flat'] as const) {
      const lines = (await written()).map((comparison) => writeComparison(comparison, shape));
      const home = projectId;
      projectId = (await app.buildProject()).id;
      ({ client } = await app.buildMember({ projectId, roles: ['lead'] }));
      const { problems } = await importComparisons(lines);
      expect(problems).toEqual([]);
      expect(await stored()).toEqual(shown);
      expect(await contentsOf(projectId)).toEqual(contents);
      projectId = home;
    }
  });

  const contentsOf = (of: string) =>
    app.deps.db
      .select({
        text: answers.text,
        quotes: answers.quotes,
        contentHash: answers.contentHash,
        prefix: answers.prefixTokenIds,
        completion: answers.completionTokenIds,
      })
      .from(answers)
      .where(eq(answers.projectId, of))
      .orderBy(asc(answers.id));

  /** What there is, as it is written: by the pair's order. */
  async function written(): Promise<WrittenComparison[]> {
    const rows = await app.deps.db
      .select({ pair: pairs, question: questions, score: ratings.value })
      .from(comparisons)
      .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
      .innerJoin(questions, eq(questions.id, pairs.questionId))
      .innerJoin(ratings, eq(ratings.comparisonId, comparisons.id))
      .where(eq(comparisons.projectId, projectId))
      .orderBy(asc(comparisons.id));
    const ids = rows.flatMap(({ pair }) => [pair.firstAnswerId, pair.secondAnswerId]);
    const texts = await app.deps.db.select().from(answers).where(inArray(answers.id, ids));
    const answerOf = (id: string) => texts.find((answer) => answer.id === id)!;
    return rows.map(({ pair, question, score }) => ({
      question: { dataset: question.dataset, id: question.externalId, fullText: question.fullText },
      answers: [answerOf(pair.firstAnswerId), answerOf(pair.secondAnswerId)],
      score,
    }));
  }
});
