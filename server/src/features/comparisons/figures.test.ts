import type { ComparisonFilter, ComparisonSelection } from '@rookery/shared/api';
import { choices, ordinalAlpha, type Choice } from '@rookery/shared/comparisons';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, type BuiltPair } from '../../../test/comparisons.ts';
import { buildComparison, buildComparisonImport } from '../../../test/judged.ts';
import { members, pairs } from '../../db/schema/index.ts';
import { paceOf } from './progress.ts';

let test: TestApp;
let projectId: string;
let lead: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  lead = await test.buildMember({ projectId, roles: ['lead'] });
});

const buildRater = async (isSimulated = false): Promise<TestMember> => {
  const rater = await test.buildMember({ projectId, roles: ['rater'] });
  if (isSimulated)
    await test.deps.db.update(members).set({ isSimulated }).where(eq(members.id, rater.memberId));
  return rater;
};
const buildRaters = (count: number) => Promise.all(Array.from({ length: count }, () => buildRater()));
const compare = (
  pair: BuiltPair,
  rater: TestMember,
  options: Omit<Parameters<typeof buildComparison>[1], 'projectId' | 'pairId' | 'memberId'>,
) => buildComparison(test, { projectId, pairId: pair.id, memberId: rater.memberId, ...options });
const list = (filter: ComparisonFilter = {}) =>
  lead.client.listComparisons({ params: { projectId }, query: filter });
const totalOf = async (filter: ComparisonFilter) => (await list(filter)).total;
const agreementOf = async (query: Partial<ComparisonSelection> = {}) =>
  lead.client.getAgreement({ params: { projectId }, query });
const overallOf = async (query: Partial<ComparisonSelection> = {}) =>
  (await agreementOf(query)).criteria.find(({ criterion }) => criterion === 'overall')!;
const progressOf = () => lead.client.getComparisonProgress({ params: { projectId } });
const ratersOf = () => lead.client.listRaters({ params: { projectId } });

describe('agreement', () => {
  it('is that of the paper: neutral against a preference counts half, whatever side the answers were on', async () => {
    const [one, two] = await buildRaters(2);
    const built = await buildPairs(test, { projectId, count: 4, wanted: 2 });
    const [same, opposite, half, neutral] = built as [BuiltPair, BuiltPair, BuiltPair, BuiltPair];
    await compare(same, one!, { judgement: 'a-better' });
    await compare(same, two!, { judgement: 'b-much-better', firstSide: 'b' });
    await compare(opposite, one!, { judgement: 'a-better' });
    await compare(opposite, two!, { judgement: 'a-better', firstSide: 'b' });
    await compare(half, one!, { judgement: 'equal' });
    await compare(half, two!, { judgement: 'b-better' });
    await compare(neutral, one!, { judgement: 'equal' });
    await compare(neutral, two!, { judgement: 'equal', firstSide: 'b' });
    const { criteria, resamples } = await agreementOf();
    expect(resamples).toBe(1000);
    expect(criteria.map(({ criterion }) => criterion)).toEqual([
      'unsupported',
      'core',
      'additional',
      'coherence',
      'irrelevant',
      'overall',
    ]);
    const overall = criteria.at(-1)!;
    // (1 + 0 + 0.5 + 1) / 4
    expect(overall).toMatchObject({ pairs: 4, ratingPairs: 4, agreement: 0.625 });
    expect(overall.alpha).toBeCloseTo(
      ordinalAlpha([
        [0.5, 1],
        [0.5, -0.5],
        [0, -0.5],
        [0, 0],
      ])!,
      12,
    );
    const { low, high } = overall.agreementInterval!;
    expect([low >= 0, low < 0.625, high > 0.625, high <= 1]).toEqual([true, true, true, true]);
  });

  it('is asked of the selection: people, programs, both, or an import', async () => {
    const [person, other] = await buildRaters(2);
    const [program, another] = [await buildRater(true), await buildRater(true)];
    const [pair] = await buildPairs(test, { projectId, count: 1, wanted: 4 });
    await compare(pair!, person!, { judgement: 'a-better' });
    await compare(pair!, other!, { judgement: 'a-better' });
    await compare(pair!, program, { judgement: 'a-better' });
    await compare(pair!, another, { judgement: 'b-better' });
    const scores: [string, number][] = [0.3, -0.2, 0].map((score) => [pair!.id, score]);
    const importId = await buildComparisonImport(test, { projectId, name: 'old', scores });
    expect(await overallOf()).toMatchObject({ ratingPairs: 1, agreement: 1 });
    expect(await overallOf({ by: 'programs' })).toMatchObject({ ratingPairs: 1, agreement: 0 });
    expect(await overallOf({ by: 'raters' })).toMatchObject({ ratingPairs: 6, agreement: 0.5 });
    expect(await overallOf({ by: 'import', importId })).toMatchObject({ ratingPairs: 3, agreement: 1 / 3 });
    expect(await overallOf({ by: 'import' })).toMatchObject({ ratingPairs: 3 });
    expect(await overallOf({ form: 'minimal' })).toMatchObject({ ratingPairs: 0, agreement: null });
  });

  it('is undefined where nothing can be compared, and where all ratings are the same', async () => {
    const [one, two] = await buildRaters(2);
    const empty = { pairs: 0, ratingPairs: 0, agreement: null, agreementInterval: null, alpha: null };
    expect(await overallOf()).toMatchObject({ ...empty, alphaInterval: null });
    const [first, second] = await buildPairs(test, { projectId, count: 2, wanted: 2 });
    await compare(first!, one!, { judgement: 'equal' });
    expect(await overallOf()).toMatchObject(empty);
    for (const rater of [two!]) await compare(first!, rater, { judgement: 'equal' });
    for (const rater of [one!, two!]) await compare(second!, rater, { judgement: 'equal' });
    expect(await overallOf()).toMatchObject({ pairs: 2, agreement: 1, alpha: null, alphaInterval: null });
  });

  it('leaves out what is excluded, whose pair is excluded, and whose question was flagged; surplus counts', async () => {
    const [one, two, three] = await buildRaters(3);
    const [pair, excluded] = await buildPairs(test, { projectId, count: 2, wanted: 3 });
    await compare(pair!, one!, { judgement: 'a-better' });
    const late = await compare(pair!, two!, { judgement: 'a-better', row: { state: 'surplus' } });
    await compare(pair!, three!, { judgement: { questionFlag: 'makes-no-sense' } });
    for (const rater of [one!, two!]) await compare(excluded!, rater, { judgement: 'b-better' });
    expect(await overallOf()).toMatchObject({ pairs: 2, ratingPairs: 2 });
    await test.deps.db
      .update(pairs)
      .set({ excludedAt: test.clock.now(), excludedReason: 'broken' })
      .where(eq(pairs.id, excluded!.id));
    expect(await overallOf()).toMatchObject({ pairs: 1, ratingPairs: 1 });
    const params = { projectId, comparisonId: late };
    await lead.client.excludeComparison({ params, body: { excluded: true, reason: 'asleep' } });
    expect(await overallOf()).toMatchObject({ pairs: 0, ratingPairs: 0 });
    await lead.client.excludeComparison({ params, body: { excluded: false } });
    expect(await overallOf()).toMatchObject({ pairs: 1, ratingPairs: 1 });
  });

  it('is the same for the same ratings, interval included', async () => {
    const [one, two] = await buildRaters(2);
    const built = await buildPairs(test, { projectId, count: 6, wanted: 2 });
    for (const [index, pair] of built.entries()) {
      await compare(pair, one!, { judgement: choices[index % 5]! });
      await compare(pair, two!, { judgement: choices[(index * 2) % 5]! });
    }
    const first = await agreementOf();
    const [again, together] = await Promise.all([agreementOf(), agreementOf({ by: 'raters' })]);
    expect(again).toEqual(first);
    expect(together).toEqual(first);
  });
});

describe('distributions', () => {
  it('count the five points by the side as shown, and every count leads to its rows', async () => {
    const [one, two] = await buildRaters(2);
    const [first, second, third] = await buildPairs(test, { projectId, count: 3, wanted: 2 });
    await compare(first!, one!, { judgement: 'a-much-better' });
    await compare(first!, two!, { judgement: 'b-better', firstSide: 'b' });
    await compare(second!, one!, { judgement: { ratings: { overall: 'equal' } }, firstSide: 'b' });
    await compare(third!, one!, { judgement: { questionFlag: 'should-not-be-answered' } });
    const answer = await lead.client.getRatingDistributions({ params: { projectId } });
    expect(answer.comparisons).toBe(4);
    const [unsupported, overall] = [answer.criteria[0]!, answer.criteria.at(-1)!];
    expect(unsupported).toMatchObject({ counts: [1, 0, 0, 1, 0], rated: 2, skipped: 2, meanFirst: 0.75 });
    // A much better is 1; B better, with the first answer as B, is 0.5; equal is 0.
    expect(overall).toMatchObject({ counts: [1, 0, 1, 1, 0], rated: 3, skipped: 1, meanFirst: 0.5 });
    for (const { criterion, counts } of answer.criteria) {
      for (const [index, choice] of choices.entries())
        expect(await totalOf({ counts: 'yes', by: 'people', criterion, choice })).toBe(counts[index]);
    }
  });

  it('of imports go from the first answer to the second, the nearest point for values between', async () => {
    const built = await buildPairs(test, { projectId, count: 1 });
    const values = [1, 0.8, 0.6, 0.3, 0.2, 0, -0.1, -0.4, -0.9, -1];
    const scores = values.map((score): [string, number] => [built[0]!.id, score]);
    await buildComparisonImport(test, { projectId, name: 'old', scores });
    const { criteria } = await lead.client.getRatingDistributions({
      params: { projectId },
      query: { by: 'import' },
    });
    expect(criteria.at(-1)).toMatchObject({ counts: [2, 2, 3, 1, 2], rated: 10 });
    expect(criteria.at(-1)!.meanFirst).toBeCloseTo(0.05, 12);
    expect(criteria[0]).toMatchObject({ counts: [0, 0, 0, 0, 0], rated: 0, skipped: 10, meanFirst: null });
    expect(await totalOf({ by: 'imports', choice: 'a-better' })).toBe(2);
  });
});

describe('raters', () => {
  const prefer = async (rater: TestMember, all: readonly [Choice, 'a' | 'b'][]) => {
    const built = await buildPairs(test, { projectId, count: all.length, wanted: 2 });
    for (const [index, [judgement, firstSide]] of all.entries())
      await compare(built[index]!, rater, { judgement, firstSide });
  };

  it('choose A in a share of what is not neutral, with an interval; imports have no sides', async () => {
    const rater = await buildRater();
    await prefer(rater, [
      ['a-better', 'a'],
      ['a-much-better', 'b'],
      ['a-better', 'b'],
      ['b-better', 'a'],
      ['equal', 'a'],
    ]);
    const built = await buildPairs(test, { projectId, count: 1 });
    await buildComparisonImport(test, { projectId, name: 'old', scores: [[built[0]!.id, 1]] });
    const [row, ...others] = await ratersOf();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      memberId: rater.memberId,
      submitted: 5,
      choosesA: { share: 0.75, of: 4 },
      neutral: 0.2,
      medianActiveSeconds: 60,
      agreement: { share: null, ratingPairs: 0 },
    });
    // Wilson's interval for 3 of 4.
    expect(row!.choosesA.interval!.low).toBeCloseTo(0.3006, 4);
    expect(row!.choosesA.interval!.high).toBeCloseTo(0.9544, 4);
  });

  it('agree with others of their kind on the same pairs, ties counting half', async () => {
    const [one, two, three] = await buildRaters(3);
    const program = await buildRater(true);
    const [first, second] = await buildPairs(test, { projectId, count: 2, wanted: 4 });
    await compare(first!, one!, { judgement: 'a-better' });
    await compare(first!, two!, { judgement: 'a-much-better' });
    await compare(first!, three!, { judgement: 'equal' });
    await compare(first!, program, { judgement: 'b-better' });
    await compare(second!, one!, { judgement: 'b-better' });
    await compare(second!, two!, { judgement: 'b-better', firstSide: 'b' });
    const rows = await ratersOf();
    const agreementOfRater = ({ memberId }: TestMember) =>
      rows.find((row) => row.memberId === memberId)!.agreement;
    // With two and three on the first pair, 1 + 0.5, and with two on the second, 0.
    expect(agreementOfRater(one!)).toEqual({ share: 0.5, ratingPairs: 3 });
    expect(agreementOfRater(two!)).toEqual({ share: 0.5, ratingPairs: 3 });
    expect(agreementOfRater(three!)).toEqual({ share: 0.5, ratingPairs: 2 });
    expect(agreementOfRater(program)).toEqual({ share: null, ratingPairs: 0 });
  });

  it('are listed once they are raters or have compared, with what became of their tasks', async () => {
    const rater = await buildRater();
    const removed = await buildRater();
    await buildRater();
    const built = await buildPairs(test, { projectId, count: 6, wanted: 2 });
    await compare(built[0]!, rater, { judgement: 'a-better' });
    await compare(built[1]!, rater, { judgement: 'a-better', row: { state: 'surplus' } });
    await compare(built[2]!, rater, { judgement: 'a-better', row: { state: 'released' } });
    await compare(built[3]!, rater, { judgement: 'a-better', row: { state: 'flagged' } });
    await compare(built[4]!, rater, { judgement: 'a-better', row: { state: 'excluded' } });
    const yesterday = new Date(test.clock.now().getTime() - 24 * 60 * 60_000);
    await compare(built[5]!, rater, { judgement: 'a-better', row: { submittedAt: yesterday } });
    await compare(built[0]!, removed, { judgement: 'equal', row: { activeMs: 90_000 } });
    await test.deps.db
      .update(members)
      .set({ removedAt: test.clock.now() })
      .where(eq(members.id, removed.memberId));
    const rows = await ratersOf();
    expect(rows).toHaveLength(3);
    expect(rows.find(({ memberId }) => memberId === rater.memberId)).toMatchObject({
      submitted: 3,
      submittedToday: 2,
      skipped: 1,
      flagged: 1,
      excluded: 1,
      removedAt: null,
      lastSubmittedAt: test.clock.now().toISOString(),
    });
    expect(rows.find(({ memberId }) => memberId === removed.memberId)).toMatchObject({
      submitted: 1,
      neutral: 1,
      choosesA: { share: null, of: 0, interval: null },
      medianActiveSeconds: 90,
      removedAt: test.clock.now().toISOString(),
    });
  });
});

describe('progress', () => {
  const hourMs = 60 * 60_000;

  it('counts pairs, places and what became of comparisons; each count leads to its rows', async () => {
    const [one, two] = await buildRaters(2);
    const program = await buildRater(true);
    const built = await buildPairs(test, { projectId, count: 6, wanted: 2 });
    const [calibration] = await buildPairs(test, { projectId, count: 1, wanted: 5, isCalibration: true });
    const [first, second, third, excluded, fifth] = built as [
      BuiltPair,
      BuiltPair,
      BuiltPair,
      BuiltPair,
      BuiltPair,
    ];
    await compare(first, one!, { judgement: 'a-better', row: { activeMs: 30_000 } });
    await compare(first, program, { judgement: 'a-better', row: { activeMs: 1 } });
    await compare(second, one!, { judgement: 'a-better', row: { activeMs: 50_000 } });
    await compare(second, two!, { judgement: 'a-better', row: { state: 'active' } });
    await compare(third, one!, { judgement: 'a-better', row: { state: 'surplus', activeMs: 70_000 } });
    await compare(third, two!, { judgement: 'a-better', row: { state: 'released' } });
    await compare(excluded, one!, { judgement: 'a-better' });
    await compare(fifth, one!, { judgement: 'a-better', row: { state: 'excluded' } });
    await compare(fifth, two!, { judgement: 'a-better', row: { state: 'flagged' } });
    const row = { isCalibration: true, activeMs: 90_000 };
    await compare(calibration!, two!, { judgement: 'a-better', row });
    await buildComparisonImport(test, { projectId, name: 'old', scores: [[first.id, 0.5]] });
    await test.deps.db.update(pairs).set({ excludedAt: test.clock.now() }).where(eq(pairs.id, excluded.id));
    const progress = await progressOf();
    expect(progress).toMatchObject({
      pairs: { total: 6, open: 3, done: 1, calibration: 1, excluded: 1 },
      comparisons: {
        wanted: 10,
        submitted: 3,
        inProgress: 1,
        submittedToday: 5,
        surplus: 1,
        calibration: 1,
        imported: 1,
        skipped: 1,
        flagged: 1,
        excluded: 1,
      },
      raters: { total: 3, activeToday: 3 },
      medianActiveSeconds: 60,
    });
    const today = test.clock.now().toISOString().slice(0, 10);
    expect(await totalOf({ holdsPlace: 'yes' })).toBe(3);
    expect(await totalOf({ state: 'active' })).toBe(1);
    expect(await totalOf({ by: 'raters', counts: 'yes', day: today })).toBe(5);
    expect(await totalOf({ counts: 'yes', state: 'surplus' })).toBe(1);
    expect(await totalOf({ by: 'raters', counts: 'yes', calibration: 'yes' })).toBe(1);
    expect(await totalOf({ by: 'imports', counts: 'yes' })).toBe(1);
    expect(await totalOf({ state: 'released' })).toBe(1);
    const overview = await lead.client.getProjectOverview({ params: { projectId } });
    expect(overview).toMatchObject({
      pairs: { total: 6, open: 3 },
      comparisons: { submitted: 3, inProgress: 1, wanted: 10, submittedToday: 5 },
    });
  });

  it('counts a lease that has ended as run out, whether or not that is written down', async () => {
    const [rater] = await buildRaters(1);
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    await compare(pair!, rater!, { judgement: 'a-better', row: { state: 'active' } });
    test.clock.advance(31 * 60_000);
    expect((await progressOf()).comparisons.inProgress).toBe(0);
    const overview = await lead.client.getProjectOverview({ params: { projectId } });
    expect(overview.comparisons.inProgress).toBe(0);
    expect(await totalOf({ state: 'active' })).toBe(0);
    const { items } = await lead.client.listComparisons({
      params: { projectId },
      query: { state: 'expired' },
    });
    expect(items).toMatchObject([{ state: 'expired' }]);
    const params = { projectId, comparisonId: items[0]!.id };
    expect((await lead.client.getComparison({ params })).comparison.state).toBe('expired');
  });

  it('has a pace since the first comparison of the last 24 hours, and an end at this pace', async () => {
    const rater = await buildRater();
    const built = await buildPairs(test, { projectId, count: 10 });
    const ago = (hours: number) => new Date(test.clock.now().getTime() - hours * hourMs);
    expect((await progressOf()).pace).toEqual({ perHour: null, windowHours: 24, estimatedEnd: null });
    for (const [index, hours] of [30, 4, 3, 1].entries())
      await compare(built[index]!, rater, { judgement: 'equal', row: { submittedAt: ago(hours) } });
    // Three within four hours; six are left.
    expect((await progressOf()).pace).toEqual({
      perHour: 0.75,
      windowHours: 4,
      estimatedEnd: ago(-8).toISOString(),
    });
    const days = (await progressOf()).days;
    expect(days).toHaveLength(28);
    expect(days.at(-1)).toEqual({ day: '2026-01-01', submitted: 3 });
    expect(days.at(-3)).toEqual({ day: '2025-12-30', submitted: 0 });
    expect(days.at(-2)).toEqual({ day: '2025-12-31', submitted: 1 });
  });

  it('looks back at least an hour, and promises no end when nothing is left or the end lies beyond all dates', () => {
    const now = test.clock.now();
    const recentSince = new Date(now.getTime() - 60_000);
    const after = new Date(now.getTime() + 5 * hourMs).toISOString();
    expect(paceOf({ recent: 2, recentSince, remaining: 10, now })).toEqual({
      perHour: 2,
      windowHours: 1,
      estimatedEnd: after,
    });
    expect(paceOf({ recent: 2, recentSince, remaining: 0, now }).estimatedEnd).toBeNull();
    expect(paceOf({ recent: 1, recentSince, remaining: 1e12, now }).estimatedEnd).toBeNull();
  });

  it('of an empty project is zero everywhere', async () => {
    const { pairs: ofPairs, comparisons: ofComparisons, days, ...rest } = await progressOf();
    expect(new Set([...Object.values(ofPairs), ...Object.values(ofComparisons)])).toEqual(new Set([0]));
    expect(days.reduce((sum, { submitted }) => sum + submitted, 0)).toBe(0);
    expect(rest).toMatchObject({ raters: { total: 0, activeToday: 0 }, medianActiveSeconds: null });
    expect(await ratersOf()).toEqual([]);
    const { comparisons: none, criteria } = await lead.client.getRatingDistributions({
      params: { projectId },
    });
    expect(none).toBe(0);
    expect(
      criteria.every(({ rated, skipped, meanFirst }) => rated + skipped === 0 && meanFirst === null),
    ).toBe(true);
  });
});
