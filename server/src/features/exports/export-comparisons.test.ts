import { answerPrompt } from '@rookery/shared/browser';
import type { Judgement } from '@rookery/shared/comparisons';
import { fullComparisonRowSchema, readComparison } from '@rookery/shared/datasets';
import { eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, judge, type BuiltPair } from '../../../test/comparisons.ts';
import { exportComparisonsAs, type Exported, type ExportOptions } from '../../../test/exports.ts';
import { buildComparison, buildComparisonImport } from '../../../test/judged.ts';
import { answers, comparisons, members, pairs } from '../../db/schema/index.ts';
import { tokensOf } from '../../tokens.ts';

let test: TestApp;
let projectId: string;
let lead: TestMember;
let rater: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  lead = await test.buildMember({ projectId, roles: ['lead'] });
  rater = await test.buildMember({ projectId, roles: ['rater'] });
});

const exportAs = (options: ExportOptions) =>
  exportComparisonsAs(test.deps, { client: lead.client, projectId, options });

type Built = Omit<Parameters<typeof buildComparison>[1], 'projectId' | 'pairId' | 'memberId'>;
const compare = (pair: BuiltPair, built: Built, by = rater) =>
  buildComparison(test, { projectId, pairId: pair.id, memberId: by.memberId, ...built });
const scoresOf = ({ lines }: Exported) =>
  lines.map((line) => (line as [{ score: number }, { score: number }]).map(({ score }) => score));

describe('the shapes of webgpt_comparisons', () => {
  it('have both answers in the order of the pair, with tokens and the overall rating, whatever the sides', async () => {
    const built = await buildPairs(test, { projectId, count: 5 });
    const chosen = ['a-much-better', 'a-better', 'equal', 'b-better', 'b-much-better'] as const;
    for (const [index, judgement] of chosen.entries())
      await compare(built[index]!, { judgement, firstSide: index % 2 === 0 ? 'a' : 'b' });
    const raw = await exportAs({ format: 'webgpt' });
    expect(scoresOf(raw)).toEqual([
      [1, -1],
      [-0.5, 0.5],
      [0, 0],
      [0.5, -0.5],
      [-1, 1],
    ]);
    expect(raw.text).not.toContain('-0.0');
    const { firstAnswerId } = built[0]!;
    const [answer] = await test.deps.db.select().from(answers).where(eq(answers.id, firstAnswerId));
    const fullText = 'Why do crows bring gifts? (0)';
    const { quotes, text } = answer!;
    const tokens = tokensOf({ prompt: answerPrompt({ question: fullText, quotes }), text });
    const [record] = raw.lines[0] as [Record<string, unknown>];
    expect(record).toEqual({
      question: { dataset: 'test', id: expect.stringMatching(/-0$/) as string, full_text: fullText },
      quotes: {
        title: ['Gifts From Crows (birds.example)', 'Training crows (crows.example)'],
        extract: quotes.map(({ extract }) => extract),
      },
      answer: text,
      tokens: {
        prefix: JSON.parse(tokens.prefixTokenIds) as number[],
        completion: JSON.parse(tokens.completionTokenIds) as number[],
      },
      score: 1,
    });
    expect(Object.keys(record)).toEqual(['question', 'quotes', 'answer', 'tokens', 'score']);

    const flat = await exportAs({ format: 'webgpt-flat' });
    expect(Object.keys(flat.lines[0] as object)).toEqual([
      'question',
      'quotes_0',
      'answer_0',
      'tokens_0',
      'score_0',
      'quotes_1',
      'answer_1',
      'tokens_1',
      'score_1',
    ]);
    const read = (line: unknown) => readComparison(line, { dataset: null, idOf: () => '' });
    expect(flat.lines.map(read)).toEqual(raw.lines.map(read));
    expect(raw.job.result).toMatchObject({
      comparisons: 5,
      pairs: 5,
      format: 'webgpt',
      combine: 'each',
      leftOut: { others: 0, unfinished: 0, excluded: 0, surplus: 0, calibration: 0, unrated: 0 },
    });
  });

  it('copy the ids of tokens as they are stored', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    await test.deps.db
      .update(answers)
      .set({ prefixTokenIds: '[1, 2,3]', completionTokenIds: '[50256]' })
      .where(eq(answers.id, pair!.secondAnswerId));
    await compare(pair!, { judgement: 'equal' });
    const { text } = await exportAs({ format: 'webgpt' });
    expect(text).toContain('"tokens": {"prefix": [1, 2,3], "completion": [50256]}');
  });

  it('have a line for each comparison, or for each pair with the mean over its raters', async () => {
    const others = await Promise.all([1, 2].map(() => test.buildMember({ projectId, roles: ['rater'] })));
    const [one, two] = await buildPairs(test, { projectId, count: 2, wanted: 3 });
    await compare(one!, { judgement: 'a-much-better' });
    await compare(one!, { judgement: 'b-better', firstSide: 'b' }, others[0]);
    await compare(one!, { judgement: 'equal' }, others[1]);
    await compare(two!, { judgement: 'a-better' });
    await compare(two!, { judgement: 'b-better' }, others[0]);
    expect(scoresOf(await exportAs({ format: 'webgpt' }))).toEqual([
      [1, -1],
      [0.5, -0.5],
      [0, 0],
      [0.5, -0.5],
      [-0.5, 0.5],
    ]);
    const mean = await exportAs({ format: 'webgpt', combine: 'mean' });
    expect(scoresOf(mean)).toEqual([
      [0.5, -0.5],
      [0, 0],
    ]);
    expect(mean.text).not.toContain('-0.0');
    expect(mean.job.result).toMatchObject({ comparisons: 5, pairs: 2, rows: 2, combine: 'mean' });
  });

  it('leave out what has no overall rating, was not asked for, or does not count, and say how many', async () => {
    const program = await test.buildMember({ projectId, roles: ['rater'] });
    await test.deps.db.update(members).set({ isSimulated: true }).where(eq(members.id, program.memberId));
    const built = await buildPairs(test, { projectId, count: 8, wanted: 2 });
    const [minimal] = await buildPairs(test, { projectId, count: 1, form: 'minimal' });
    await compare(built[0]!, { judgement: 'a-better' });
    await compare(built[0]!, { judgement: 'b-better' }, program);
    await compare(built[1]!, { judgement: { questionFlag: 'makes-no-sense' } });
    await compare(built[2]!, { judgement: 'a-better', row: { state: 'surplus' } });
    await compare(built[3]!, { judgement: 'a-better', row: { isCalibration: true } });
    await compare(built[4]!, { judgement: 'a-better', row: { state: 'excluded' } });
    await compare(built[5]!, { judgement: 'a-better' });
    await compare(built[6]!, { judgement: 'a-better', row: { state: 'active' } });
    await compare(built[7]!, { judgement: 'a-better', row: { state: 'released' } });
    await compare(minimal!, { judgement: 'b-better', form: 'minimal' });
    const scores: [string, number][] = [
      [built[0]!.id, 0.1],
      [built[0]!.id, 0.2],
    ];
    const importId = await buildComparisonImport(test, { projectId, name: 'old', scores });
    await buildComparisonImport(test, { projectId, name: 'older', scores: [[built[1]!.id, 0.3]] });
    const excludedAt = test.clock.now();
    await test.deps.db.update(pairs).set({ excludedAt }).where(eq(pairs.id, built[5]!.id));

    const plain = await exportAs({ format: 'webgpt' });
    expect(scoresOf(plain)).toEqual([
      [0.5, -0.5],
      [0.5, -0.5],
    ]);
    expect(plain.job.result).toMatchObject({
      comparisons: 2,
      pairs: 2,
      leftOut: { others: 4, unfinished: 2, excluded: 2, surplus: 1, calibration: 0, unrated: 1 },
    });
    const firstScores = async (options: Partial<ExportOptions>) =>
      scoresOf(await exportAs({ format: 'webgpt', ...options })).map(([first]) => first);
    expect(await firstScores({ includeCalibration: false })).toEqual([0.5]);
    expect(await firstScores({ includeSurplus: true })).toEqual([0.5, 0.5, 0.5]);
    // Taken out is taken out: only the full format has it, marked so.
    expect(await firstScores({ includeExcluded: true })).toEqual([0.5, 0.5]);
    expect(await firstScores({ people: false, programs: true })).toEqual([-0.5]);
    expect(await firstScores({ people: false, imports: [importId] })).toEqual([0.1, 0.2]);
    expect(await firstScores({ people: false, imports: 'all' })).toEqual([0.1, 0.2, 0.3]);
    expect(await firstScores({ form: 'minimal' })).toEqual([-0.5]);
    const means = await firstScores({ people: false, imports: 'all', combine: 'mean' });
    expect(means[0]).toBeCloseTo(0.15, 12);
    const full = await exportAs({ format: 'full', includeExcluded: true });
    const rows = full.lines.map((line) => fullComparisonRowSchema.parse(line));
    expect(rows.map((row) => [row.state, row.excluded_reason, row.pair.excluded_at])).toEqual([
      ['submitted', null, null],
      ['submitted', null, null],
      ['submitted', null, null],
      ['excluded', 'test', null],
      ['submitted', null, excludedAt.toISOString()],
    ]);
    expect(rows[1]).toMatchObject({ question_flag: 'makes-no-sense', ratings: {}, choices: {} });
  });
});

describe('the full format', () => {
  it('has everything that is known of a comparison, offsets in code points', async () => {
    await buildPairs(test, { projectId, count: 1, wanted: 2 });
    const [pair] = await test.deps.db.select().from(pairs).where(eq(pairs.projectId, projectId));
    const emoji = 'Crows 🐦‍⬛ bring 🎁 [1]. Faces they remember [2].';
    await test.deps.db
      .update(answers)
      .set({ text: emoji })
      .where(inArray(answers.id, [pair!.firstAnswerId]));
    const rating = await claimComparison(rater, projectId);
    test.clock.advance(30_000);
    await rating.act();
    const firstSide = rating.task.options.a.text === emoji ? 'a' : 'b';
    const judgement: Judgement = judge(rating.task, 'a-better');
    const start = emoji.indexOf('bring');
    const end = emoji.indexOf('[1]');
    const span = { start, end, support: 'weak', relevance: 'side', quote: 1 } as const;
    judgement.options[firstSide] = {
      spans: [span],
      trust: { '1': 'suspicious', '2': 'neutral' },
      notes: 'Pretty.',
    };
    await rating.submit(judgement);
    test.clock.advance(30_000);
    judgement.ratings.coherence = 'b-much-better';
    await rating.submit(judgement, 2);

    const { lines } = await exportAs({ format: 'full' });
    expect(lines).toHaveLength(1);
    const row = fullComparisonRowSchema.parse(lines[0]);
    expect(lines[0]).toEqual(row);
    const [comparison] = await test.deps.db
      .select()
      .from(comparisons)
      .where(eq(comparisons.projectId, projectId));
    const shown = await lead.client.getComparison({ params: { projectId, comparisonId: comparison!.id } });
    const sign = firstSide === 'a' ? 1 : -1;
    expect(row).toMatchObject({
      format: 'rookery-comparisons-1',
      comparison_id: comparison!.id,
      question: { dataset: 'test', full_text: 'Why do crows bring gifts? (0)' },
      use: 'rm',
      form: { name: 'webgpt-five', version: 1 },
      rater: shown.comparison.rater,
      simulated: false,
      import: null,
      state: 'submitted',
      calibration: false,
      first_side: firstSide,
      required_fields: rating.task.requiredFields,
      settings_version: 1,
      guidelines_version: comparison!.guidelinesVersion,
      ratings: shown.comparison.ratings,
      choices: judgement.ratings,
      revisions: 2,
      claimed_at: rating.task.createdAt,
      submitted_at: shown.revisions[0]!.submittedAt,
      revised_at: shown.revisions[1]!.submittedAt,
      active_seconds: shown.comparison.activeSeconds,
      pair: { id: pair!.id, method: 'by-hand', seed: 'test', probability: null, wanted: 2 },
    });
    expect(row.ratings.overall).toBe(0.5 * sign);
    expect(row.ratings.coherence).toBe(-sign);
    expect(Object.keys(row.ratings)).toEqual([
      'unsupported',
      'core',
      'additional',
      'coherence',
      'irrelevant',
      'overall',
    ]);
    const [first, second] = row.answers;
    expect([first.id, second.id]).toEqual([pair!.firstAnswerId, pair!.secondAnswerId]);
    expect(first).toMatchObject({
      text: emoji,
      trust: { '1': 'suspicious', '2': 'neutral' },
      notes: 'Pretty.',
      origin: 'import',
    });
    expect(first.spans).toEqual([{ ...span, start: 10, end: 18 }]);
    expect(Array.from(first.text).slice(10, 18).join('')).toBe(emoji.slice(start, end));
    expect(second.spans).toEqual([{ start: 0, end: 20, support: 'strong', relevance: 'core', quote: 1 }]);
  });

  it('has imported comparisons with their import and without what raters have', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    await buildComparisonImport(test, { projectId, name: 'old', scores: [[pair!.id, -0.25]] });
    const { lines } = await exportAs({ format: 'full', people: false, imports: 'all' });
    const row = fullComparisonRowSchema.parse(lines[0]);
    expect(row).toMatchObject({
      import: 'old',
      rater: null,
      form: { name: 'webgpt-five', version: null },
      first_side: null,
      ratings: { overall: -0.25 },
      choices: {},
      revisions: 0,
      claimed_at: null,
      submitted_at: null,
      active_seconds: null,
    });
  });
});

describe('an export', () => {
  it('of an empty project is an empty file', async () => {
    for (const format of ['webgpt', 'webgpt-flat', 'full'] as const) {
      const { text, job } = await exportAs({ format, combine: 'mean' });
      expect(text).toBe('');
      expect(job.result).toMatchObject({ rows: 0, comparisons: 0, pairs: 0, size: 0 });
    }
  });

  it('is the same file as long as nothing changes, also over more lines than are read at once', async () => {
    const built = await buildPairs(test, { projectId, count: 20 });
    const scores = Array.from({ length: 600 }, (_, index): [string, number] => [
      built[(index * 7) % 20]!.id,
      (index % 201) / 100 - 1,
    ]);
    await buildComparisonImport(test, { projectId, name: 'old', scores });
    for (const format of ['webgpt', 'webgpt-flat', 'full'] as const) {
      const options = { format, imports: 'all' } as const;
      const first = await exportAs(options);
      expect(first.lines).toHaveLength(600);
      expect(first.job.result).toMatchObject({ comparisons: 600, pairs: 20 });
      expect((await exportAs(options)).text).toBe(first.text);
    }
  });

  it('is refused that names nobody, or an import of another project', async () => {
    const params = { projectId };
    const nobody = { format: 'webgpt', people: false } as const;
    await expect(lead.client.createComparisonExport({ params, body: nobody })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const { id: elsewhere } = await test.buildProject();
    const importId = await buildComparisonImport(test, { projectId: elsewhere, name: 'theirs', scores: [] });
    const foreign = { format: 'webgpt' as const, imports: [importId] };
    await expect(lead.client.createComparisonExport({ params, body: foreign })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('not in this project') as string,
    });
    const { client } = rater;
    await expect(client.createComparisonExport({ params, body: { format: 'webgpt' } })).rejects.toMatchObject(
      { code: 'forbidden' },
    );
  });
});
