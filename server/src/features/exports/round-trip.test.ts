import { readComparison } from '@rookery/shared/datasets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { exportComparisonsAs } from '../../../test/exports.ts';
import { runImport } from '../../../test/imports.ts';

let test: TestApp;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

describe('what was imported', () => {
  const question = (id: string) => ({ dataset: 'eli5', id, full_text: `Why ${id}? 🐦` });
  const record = (id: string, answer: string, score: number) => ({ question: question(id), answer, score });
  /** Raw and flat, fractions and ties, quotes of both forms and none, tokens of their own and none, a pair again and in reverse. */
  const rows = [
    [
      {
        ...record('a', 'Because [1].\n\n"So" \\ they say\u2028.', 0.1 + 0.2),
        quotes: { title: ['Crows (birds.example)'], extract: ['They do.\nOften.'] },
        tokens: { prefix: [5, 6, 7], completion: [50256] },
      },
      { ...record('a', 'Nobody knows 🎁.', -(0.1 + 0.2)), quotes: [{ title: 'Owls', extract: '' }] },
    ],
    { question: question('b'), answer_0: 'Yes.', score_0: 0, answer_1: 'No.', score_1: 0 },
    { question: question('b'), answer_0: 'No.', score_0: 1 / 3, answer_1: 'Yes.', score_1: -1 / 3 },
    { question: question('b'), answer_0: 'Yes.', score_0: 1, answer_1: 'No.', score_1: -1 },
    { question: question('b'), answer_0: 'Yes.', score_0: 1, answer_1: 'No.', score_1: -1 },
    [record('a', 'Nobody knows.', -0.123456789012345), record('a', 'Because.', 0.123456789012345)],
    { question: question('b'), answer_0: 'Perhaps.', score_0: 1e-7, answer_1: 'Yes.', score_1: -1e-7 },
  ];

  /** Imports a text into a new project, and gives what exports it. */
  async function importing(text: string) {
    const { id } = await test.buildProject();
    const { client } = await test.buildMember({ projectId: id, roles: ['lead'] });
    const params = { projectId: id };
    const { id: jobId } = await client.createImport({
      params,
      body: { kind: 'import-comparisons', options: { name: 'study' } },
    });
    const body = new TextEncoder().encode(text);
    const query = { path: 'comparisons.jsonl' };
    await client.addImportFile({ params: { ...params, jobId }, query, body });
    await client.startImport({ params: { ...params, jobId } });
    const { job, problems } = await runImport(test.deps, { client, projectId: id, jobId });
    expect(problems).toEqual([]);
    expect(job.result).toMatchObject({ added: rows.length });
    return (format: 'webgpt' | 'webgpt-flat') =>
      exportComparisonsAs(test.deps, {
        client,
        projectId: id,
        options: { format, people: false, imports: 'all' },
      });
  }

  /** Comparisons whichever answer is first, in any order. */
  const contentOf = (lines: readonly unknown[]) =>
    lines
      .map((line) => {
        const read = readComparison(line, { dataset: null, idOf: () => '' });
        if (read.row === undefined) throw new Error(read.problem);
        const { question: asked, answers: both, score } = read.row;
        const scored = both.map(({ text, quotes }, index) => ({
          text,
          quotes: quotes.map(({ title, extract }) => [title, extract]),
          score: index === 0 || score === 0 ? score : -score,
        }));
        return JSON.stringify([asked, scored.toSorted((one, other) => (one.text < other.text ? -1 : 1))]);
      })
      .toSorted();

  it.each(['webgpt', 'webgpt-flat'] as const)(
    'and exported as %s and imported elsewhere is the same comparisons, and the same file again',
    async (format) => {
      const exportFirst = await importing(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const first = await exportFirst(format);
      expect(contentOf(first.lines)).toEqual(contentOf(rows));
      const exportSecond = await importing(first.text);
      const second = await exportSecond(format);
      expect(second.text).toBe(first.text);
      expect(second.job.result!['sha256']).toBe(first.job.result!['sha256']);
      const otherFormat = format === 'webgpt' ? 'webgpt-flat' : 'webgpt';
      expect((await exportSecond(otherFormat)).text).toBe((await exportFirst(otherFormat)).text);
    },
  );
});
