import { comparisonSorts, type ComparisonFilter, type ComparisonFlag } from '@rookery/shared/api';
import type { Judgement } from '@rookery/shared/comparisons';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, judge, type BuiltPair } from '../../../test/comparisons.ts';
import { buildComparison, buildComparisonImport } from '../../../test/judged.ts';
import { answers, comparisons, members, pairs } from '../../db/schema/index.ts';

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
  lead = await test.buildMember({ projectId, roles: ['lead'], name: 'Ada' });
  rater = await test.buildMember({ projectId, roles: ['rater'] });
});

type Built = Omit<Parameters<typeof buildComparison>[1], 'projectId' | 'pairId' | 'memberId'>;
const compare = (pair: BuiltPair, built: Built, by = rater) =>
  buildComparison(test, { projectId, pairId: pair.id, memberId: by.memberId, ...built });
const list = (query: Parameters<TestMember['client']['listComparisons']>[0]['query'] = {}) =>
  lead.client.listComparisons({ params: { projectId }, query });
const idsOf = async (filter: ComparisonFilter) => {
  const { items, total } = await list(filter);
  expect(total).toBe(items.length);
  return new Set(items.map(({ id }) => id));
};
const get = (comparisonId: string) => lead.client.getComparison({ params: { projectId, comparisonId } });
const exclude = (comparisonId: string, body: { excluded: boolean; reason?: string }) =>
  lead.client.excludeComparison({ params: { projectId, comparisonId }, body });

describe('the list', () => {
  it('shows people, programs and imports, each with what was chosen', async () => {
    const program = await test.buildMember({ projectId, roles: ['rater'] });
    await test.deps.db.update(members).set({ isSimulated: true }).where(eq(members.id, program.memberId));
    const [pair] = await buildPairs(test, { projectId, count: 1, wanted: 2 });
    const person = await compare(pair!, { judgement: 'a-better', firstSide: 'b' });
    const simulated = await compare(pair!, { judgement: { ratings: { overall: 'equal' } } }, program);
    const importId = await buildComparisonImport(test, {
      projectId,
      name: 'old',
      scores: [[pair!.id, 0.125]],
    });
    const { items, total } = await list({ sort: 'created', order: 'asc' });
    expect(total).toBe(3);
    const [first, second, third] = items;
    expect(first).toMatchObject({
      id: person,
      pairId: pair!.id,
      question: { id: pair!.questionId, dataset: 'test', use: 'rm' },
      origin: 'rater',
      rater: expect.stringMatching(/^tester-/) as string,
      memberId: rater.memberId,
      isSimulated: false,
      import: null,
      state: 'submitted',
      form: { name: 'webgpt-five', version: 1 },
      flags: [],
      ratings: {
        unsupported: -0.5,
        core: -0.5,
        additional: -0.5,
        coherence: -0.5,
        irrelevant: -0.5,
        overall: -0.5,
      },
      firstSide: 'b',
      revision: 1,
      spans: 0,
      activeSeconds: 60,
      endedAt: test.clock.now().toISOString(),
    });
    expect(second).toMatchObject({
      id: simulated,
      isSimulated: true,
      flags: ['simulated'],
      ratings: { overall: 0 },
    });
    expect(third).toMatchObject({
      origin: 'import',
      rater: null,
      memberId: null,
      import: { id: importId, name: 'old' },
      form: { name: 'webgpt-five', version: null },
      ratings: { overall: 0.125 },
      firstSide: null,
      activeSeconds: null,
    });
    expect(await idsOf({ by: 'people' })).toEqual(new Set([person]));
    expect(await idsOf({ by: 'programs' })).toEqual(new Set([simulated]));
    expect(await idsOf({ by: 'raters' })).toEqual(new Set([person, simulated]));
    expect(await idsOf({ by: 'imports' })).toEqual(new Set([third!.id]));
    expect(await idsOf({ importId })).toEqual(new Set([third!.id]));
    const imports = await lead.client.listComparisonImports({ params: { projectId } });
    expect(imports).toEqual([
      { id: importId, name: 'old', comparisons: 1, createdAt: test.clock.now().toISOString() },
    ]);
  });

  it('finds by flag', async () => {
    const built = await buildPairs(test, { projectId, count: 8 });
    const option = (notes: string) => ({ a: { notes }, b: {} });
    const contradicting = { core: 'a-better', coherence: 'a-much-better', overall: 'b-better' } as const;
    const found: Partial<Record<ComparisonFlag, string>> = {
      'question-flag': await compare(built[0]!, { judgement: { questionFlag: 'makes-no-sense' } }),
      contradicts: await compare(built[1]!, { judgement: { ratings: contradicting } }),
      fast: await compare(built[2]!, { judgement: 'equal', row: { softPrompts: ['fast'] } }),
      revised: await compare(built[3]!, { judgement: 'equal', row: { revision: 2 } }),
      surplus: await compare(built[4]!, { judgement: 'equal', row: { state: 'surplus' } }),
      calibration: await compare(built[5]!, { judgement: 'equal', row: { isCalibration: true } }),
      noted: await compare(built[6]!, { judgement: { options: option('B is long') } }),
    };
    await compare(built[7]!, { judgement: { options: option('  ') } });
    for (const [flag, id] of Object.entries(found)) {
      const { items } = await list({ flag: flag as keyof typeof found });
      expect(items.map((item) => [item.id, item.flags])).toEqual([[id, [flag]]]);
    }
  });

  it('finds by state, form, rater, pair, question and words of it', async () => {
    const other = await test.buildMember({ projectId, roles: ['rater'] });
    const [one, two] = await buildPairs(test, { projectId, count: 2, wanted: 2 });
    const [minimal] = await buildPairs(test, { projectId, count: 1, form: 'minimal' });
    const first = await compare(one!, { judgement: 'equal' });
    const second = await compare(two!, {
      judgement: 'equal',
      row: { state: 'released', releaseReason: 'tired' },
    });
    const third = await compare(minimal!, { judgement: 'equal', form: 'minimal' }, other);
    expect(await idsOf({ state: 'released' })).toEqual(new Set([second]));
    expect(await idsOf({ form: 'minimal' })).toEqual(new Set([third]));
    expect(await idsOf({ rater: rater.personId.slice(-8).toUpperCase() })).toEqual(new Set([first, second]));
    expect(await idsOf({ memberId: other.memberId })).toEqual(new Set([third]));
    expect(await idsOf({ pairId: one!.id })).toEqual(new Set([first]));
    const { pairing } = await lead.client.getPair({ params: { projectId, pairId: one!.id } });
    expect(await idsOf({ pairingId: pairing.id })).toEqual(new Set([first, second]));
    expect(await idsOf({ questionId: two!.questionId })).toEqual(new Set([second]));
    expect(await idsOf({ contains: 'gifts? (1)' })).toEqual(new Set([second]));
    expect(await idsOf({ contains: '100%' })).toEqual(new Set());
    expect(await idsOf({ counts: 'no' })).toEqual(new Set([second]));
  });

  it('is walked forwards and back by every sorting, without a row twice or missing', async () => {
    const other = await test.buildMember({ projectId, roles: ['rater'] });
    const built = await buildPairs(test, { projectId, count: 7, wanted: 2 });
    for (const [index, pair] of built.entries()) {
      test.clock.advance(1000);
      const judgement = index % 3 === 0 ? 'a-better' : ({ ratings: {} } as const);
      await compare(pair, { judgement, row: { activeMs: 1000 * (index % 4), spans: index % 2 } });
      if (index === 2) await compare(pair, { judgement: 'equal', row: { state: 'active' } }, other);
    }
    await buildComparisonImport(test, { projectId, name: 'old', scores: [[built[0]!.id, -0.3]] });
    for (const sort of comparisonSorts) {
      for (const order of ['asc', 'desc'] as const) {
        const whole = (await list({ sort, order })).items.map(({ id }) => id);
        expect(new Set(whole).size).toBe(9);
        const walked: string[] = [];
        let cursor: string | null = null;
        let last;
        do {
          last = await list({ sort, order, limit: 4, ...(cursor !== null && { cursor }) });
          walked.push(...last.items.map(({ id }) => id));
          cursor = last.nextCursor;
        } while (cursor !== null);
        expect(walked).toEqual(whole);
        const back = await list({ sort, order, limit: 4, cursor: last.previousCursor! });
        expect(back.items.map(({ id }) => id)).toEqual(whole.slice(4, 8));
      }
    }
    const overall = (await list({ sort: 'overall', order: 'desc' })).items.map(
      ({ ratings }) => ratings.overall,
    );
    expect(overall.slice(0, 4)).toEqual([0.5, 0.5, 0.5, -0.3]);
  });
});

describe('one comparison', () => {
  it('is shown as its rater saw it, with every revision, the draft and what became of it', async () => {
    await buildPairs(test, { projectId, count: 1 });
    const rating = await claimComparison(rater, projectId);
    const { options } = rating.task;
    test.clock.advance(60_000);
    const first: Judgement = judge(rating.task, 'a-better');
    await rating.submit(first);
    test.clock.advance(60_000);
    const second: Judgement = judge(rating.task, 'equal');
    await rating.submit(second, 2);
    const comparisonId = rating.task.id;
    await exclude(comparisonId, { excluded: true, reason: 'not read' });
    const shown = await get(comparisonId);
    expect(shown.options).toEqual(options);
    expect(shown).toMatchObject({
      comparison: {
        id: comparisonId,
        state: 'excluded',
        revision: 2,
        spans: 2,
        excludedReason: 'not read',
        flags: ['revised'],
      },
      requiredFields: rating.task.requiredFields,
      settingsVersion: 1,
      draft: null,
    });
    expect(shown.revisions.map(({ revision, judgement }) => [revision, judgement])).toEqual([
      [1, first],
      [2, second],
    ]);
    const pseudonym = shown.comparison.rater;
    expect(shown.history.map(({ kind, actor, reason }) => [kind, actor, reason])).toEqual([
      ['comparison.claimed', pseudonym, null],
      ['comparison.submitted', pseudonym, null],
      ['comparison.revised', pseudonym, null],
      ['comparison.excluded', 'Ada', 'not read'],
    ]);
  });

  it('has the draft of what was not submitted, and the words of who gave it back', async () => {
    await buildPairs(test, { projectId, count: 1 });
    const rating = await claimComparison(rater, projectId);
    const draft = judge(rating.task, 'b-better');
    await rating.saveDraft(draft);
    await rating.release('flag', 'Both answers are empty.');
    const shown = await get(rating.task.id);
    expect(shown.draft).toMatchObject({ judgement: draft });
    expect(shown.revisions).toEqual([]);
    expect(shown.comparison).toMatchObject({
      state: 'flagged',
      releaseReason: 'Both answers are empty.',
      ratings: {},
    });
    expect(shown.history.at(-1)).toMatchObject({
      kind: 'comparison.flagged',
      reason: 'Both answers are empty.',
    });
  });

  it('of a form without references is without references and citations', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1, form: 'minimal' });
    const { options } = await get(
      await compare(pair!, { judgement: 'equal', form: 'minimal', firstSide: 'b' }),
    );
    expect(options).toEqual({
      a: { text: 'Crows remember faces, and thank those who feed them. This is number 0.', quotes: [] },
      b: { text: 'Crows bring gifts to people who feed them. This is number 0.', quotes: [] },
    });
  });

  it('of an import is shown as the pair stands', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    await buildComparisonImport(test, { projectId, name: 'old', scores: [[pair!.id, 1]] });
    const { items } = await list({ by: 'imports' });
    const shown = await get(items[0]!.id);
    const [first] = await test.deps.db.select().from(answers).where(eq(answers.id, pair!.firstAnswerId));
    expect(shown.options.a).toEqual({ text: first!.text, quotes: first!.quotes });
    expect(shown).toMatchObject({ revisions: [], draft: null, history: [], requiredFields: null });
  });

  it('that there is not, or that another project has, is not found', async () => {
    const other = await test.buildProject();
    const stranger = await test.buildMember({ projectId: other.id, roles: ['lead'] });
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    const params = { projectId: other.id, comparisonId: await compare(pair!, { judgement: 'equal' }) };
    await expect(stranger.client.getComparison({ params })).rejects.toMatchObject({ code: 'not_found' });
    const excluding = stranger.client.excludeComparison({ params, body: { excluded: true, reason: 'x' } });
    await expect(excluding).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('excluding', () => {
  const heldOf = async (id: string) =>
    (await test.deps.db.select({ held: pairs.held }).from(pairs).where(eq(pairs.id, id)))[0]!.held;

  it('frees the place for others and keeps everything; taken back, it holds a place again', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    const id = await compare(pair!, { judgement: 'a-better' });
    expect(await heldOf(pair!.id)).toBe(1);
    const excluded = await exclude(id, { excluded: true, reason: 'asleep' });
    expect(excluded).toMatchObject({
      state: 'excluded',
      excludedReason: 'asleep',
      ratings: { overall: 0.5 },
    });
    expect(await heldOf(pair!.id)).toBe(0);
    expect(await exclude(id, { excluded: true, reason: 'asleep' })).toEqual(excluded);
    expect(await exclude(id, { excluded: false })).toMatchObject({
      state: 'submitted',
      excludedReason: null,
    });
    expect(await heldOf(pair!.id)).toBe(1);
  });

  it('taken back after its place was given to somebody else, it is surplus', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    const id = await compare(pair!, { judgement: 'a-better' });
    await exclude(id, { excluded: true, reason: 'asleep' });
    const other = await test.buildMember({ projectId, roles: ['rater'] });
    await (await claimComparison(other, projectId)).submit('b-better');
    expect(await exclude(id, { excluded: false })).toMatchObject({ state: 'surplus' });
    expect(await heldOf(pair!.id)).toBe(1);
  });

  it('asks for a reason, and for something that was submitted', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    const id = await compare(pair!, { judgement: 'a-better', row: { state: 'released' } });
    await expect(exclude(id, { excluded: true, reason: ' ' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(exclude(id, { excluded: true, reason: 'x' })).rejects.toMatchObject({ code: 'wrong_state' });
    const [row] = await test.deps.db.select().from(comparisons).where(eq(comparisons.id, id));
    expect(row).toMatchObject({ state: 'released', excludedAt: null });
  });

  it('takes imported comparisons out of figures and of their import, and back in', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    await buildComparisonImport(test, { projectId, name: 'old', scores: [[pair!.id, 1]] });
    const { items } = await list({ by: 'imports' });
    const countOf = async () =>
      (await lead.client.listComparisonImports({ params: { projectId } }))[0]!.comparisons;
    await exclude(items[0]!.id, { excluded: true, reason: 'broken file' });
    expect(await countOf()).toBe(0);
    await exclude(items[0]!.id, { excluded: false });
    expect(await countOf()).toBe(1);
    expect(await heldOf(pair!.id)).toBe(0);
  });
});
