import type { Client, Pair, PairingOptions } from '@rookery/shared/api';
import { and, asc, eq, like } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildAnswers } from '../../../test/comparisons.ts';
import { buildLibrary, buildQuestions, recordDemonstration } from '../../../test/demonstrations.ts';
import { interruptAfterFirstBatch } from '../../../test/interrupted.ts';
import { whileHeld } from '../../../test/locks.ts';
import { errorOf } from '../../../test/tasks.ts';
import { events, jobs, pairings, pairs } from '../../db/schema/index.ts';
import { runDelivered } from '../../jobs/runner.ts';
import { processAll } from '../../jobs/testing.ts';
import { insertPairs, makePairs } from './index.ts';

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
  lead = await app.buildMember({ projectId, roles: ['lead'], name: 'Ada' });
  client = lead.client;
});

type Asked = Partial<PairingOptions>;

/** Queues a run of pairing. */
const queue = async (options: Asked): Promise<string> =>
  (await client.createPairing({ params: { projectId }, body: options })).id;

/** Does the present attempt of a run, here and now. */
async function run(jobId: string, deps = app.deps, signal = new AbortController().signal) {
  const params = { projectId, jobId };
  const { attempt } = await client.getJob({ params });
  await runDelivered(deps, { jobId, attempt, kind: 'make-pairs', signal }, processAll(makePairs));
  return client.getJob({ params });
}

const make = async (options: Asked = {}) => (await run(await queue(options))).result;
const preview = (options: Asked = {}) => client.previewPairing({ params: { projectId }, body: options });

async function list(query: NonNullable<Parameters<Client['listPairs']>[0]['query']> = {}) {
  const { items } = await client.listPairs({ params: { projectId }, query: { limit: 500, ...query } });
  return items;
}
const namesOf = (some: readonly Pair[]): string[] =>
  some.map(({ first, second }) => [first.answerId, second.answerId].toSorted().join(' ')).toSorted();

/** Questions with answers of these texts each. */
async function buildAll(count: number, texts: readonly string[], source = 'ours'): Promise<string[]> {
  const questionIds = await buildQuestions(app, { projectId, count, use: 'rm' });
  for (const questionId of questionIds) await buildAnswers(app, { projectId, questionId, texts, source });
  return questionIds;
}

describe('a run of pairing', () => {
  test('makes every pair of the answers to a question, twins left out, as its preview says', async () => {
    await buildAll(2, ['One.', 'Two.', ' Two.\n', 'Three.']);
    await buildQuestions(app, { projectId, count: 1 });
    const seen = await preview({ overlap: 2, reratedPercent: 0 });
    expect(seen).toEqual({
      questions: 2,
      answers: 8,
      candidates: 10,
      twins: 2,
      existing: 0,
      pairs: 10,
      comparisons: 20,
    });
    expect(await make({ overlap: 2, reratedPercent: 0, priority: 3, seed: 's' })).toEqual({
      questions: 2,
      candidates: 10,
      twins: 2,
      existing: 0,
      made: 10,
    });
    const made = await list();
    expect(made).toHaveLength(10);
    expect(made[0]).toMatchObject({
      form: 'webgpt-five',
      pairing: { method: 'all' },
      probability: 1,
      wanted: 2,
      submitted: 0,
      isCalibration: false,
      priority: 3,
      excludedAt: null,
    });
    expect(await client.listPairings({ params: { projectId }, query: {} })).toMatchObject({
      total: 1,
      items: [
        { method: 'all', seed: 's', options: { overlap: 2, priority: 3 }, pairs: 10, createdBy: 'Ada' },
      ],
    });
  });

  test('made again makes nothing, and makes what is new once there is another answer', async () => {
    const [questionId] = await buildAll(1, ['One.', 'Two.', 'Three.']);
    await make();
    expect(await make()).toMatchObject({ existing: 3, made: 0 });
    await buildAnswers(app, { projectId, questionId: questionId!, texts: ['Four.'] });
    expect(await preview()).toMatchObject({ candidates: 6, existing: 3, pairs: 3 });
    expect(await make()).toMatchObject({ existing: 3, made: 3 });
    expect(await make({ form: 'minimal' })).toMatchObject({ existing: 0, made: 6 });
  });

  test('draws so many of each question, the same again for the same seed, and keeps the probability', async () => {
    await buildAll(3, ['One.', 'Two.', 'Three.', 'Four.']);
    expect(await preview({ perQuestion: 2, seed: 's' })).toMatchObject({ candidates: 18, pairs: 6 });
    expect(await make({ perQuestion: 2, seed: 's' })).toMatchObject({ made: 6 });
    const made = await list();
    expect(new Set(made.map(({ probability }) => probability))).toEqual(new Set([2 / 6]));
    expect(new Set(made.map(({ question }) => question.id)).size).toBe(3);
    expect(await make({ perQuestion: 2, seed: 's' })).toMatchObject({ existing: 6, made: 0 });
    await app.deps.db.delete(pairs).where(eq(pairs.projectId, projectId));
    await make({ perQuestion: 2, seed: 's' });
    const again = await list();
    expect(namesOf(again)).toEqual(namesOf(made));
    const firstOf = (some: readonly Pair[]) => new Set(some.map(({ first }) => first.answerId));
    expect(firstOf(again)).toEqual(firstOf(made));
    expect(await make({ perQuestion: 100 })).toMatchObject({ existing: 6, made: 12 });
    expect((await list({ sort: 'probability' }))[0]).toMatchObject({ probability: 1 });
  });

  test('pairs answers of different sources, of some sources, and of some questions alone', async () => {
    const [questionId, other] = await buildAll(2, ['One.', 'Two.']);
    await buildAnswers(app, { projectId, questionId: questionId!, texts: ['Three.'], source: 'theirs' });
    expect(await preview({ acrossSources: true })).toMatchObject({ questions: 1, candidates: 2 });
    expect(await preview({ sources: ['ours'] })).toMatchObject({ questions: 2, candidates: 2 });
    expect(await preview({ datasets: ['else'] })).toMatchObject({ questions: 0, candidates: 0 });
    expect(await preview({ uses: ['bc'] })).toMatchObject({ candidates: 0 });
    expect(await preview({ uses: ['bc', 'rm'], datasets: ['test'] })).toMatchObject({ candidates: 4 });
    const params = { projectId, questionId: other! };
    await client.updateQuestion({ params, body: { excluded: true } });
    expect(await make()).toMatchObject({ questions: 1, made: 3 });
  });

  test('goes by the project’s settings where it does not say, and re-rates about the share that they say', async () => {
    await buildAll(
      10,
      Array.from({ length: 15 }, (_, index) => `Number ${index}.`),
    );
    expect(await preview()).toMatchObject({ pairs: 1050, comparisons: 1050 * 1.1 });
    expect(await make({ seed: 's' })).toMatchObject({ made: 1050 });
    const rows = await app.deps.db.select().from(pairs).where(eq(pairs.projectId, projectId));
    const rerated = rows.filter(({ wanted }) => wanted === 2).length;
    expect(rows.every(({ wanted }) => wanted === 1 || wanted === 2)).toBe(true);
    // 105 expected, with a standard deviation of 9.7.
    expect(Math.abs(rerated - 105)).toBeLessThan(59);
    expect(new Set(rows.map(({ lot }) => lot)).size).toBe(1050);
  });

  test('makes calibration pairs outside of the target', async () => {
    await buildAll(1, ['One.', 'Two.']);
    expect(await preview({ calibration: true, overlap: 5 })).toMatchObject({ pairs: 1, comparisons: 0 });
    await make({ calibration: true, overlap: 5, reratedPercent: 100 });
    expect(await list({ calibration: 'yes' })).toMatchObject([{ wanted: 0, isCalibration: true }]);
    expect(await list({ calibration: 'no' })).toEqual([]);
    expect(await list({ state: 'open' })).toEqual([]);
  });

  test('takes the newest answer of a demonstration, once it counts as accepted', async () => {
    await buildLibrary(app, { projectId });
    const [questionId] = await buildQuestions(app, { projectId, count: 1, wanted: 2 });
    await buildAnswers(app, { projectId, questionId: questionId!, texts: ['Imported.'], source: 'ours' });
    const demonstrator = await app.buildMember({ projectId, roles: ['demonstrator'] });
    const { assignment, episode } = await recordDemonstration(demonstrator.client, projectId);
    expect(await preview()).toMatchObject({ answers: 2, candidates: 1 });

    const params = { projectId, assignmentId: assignment.id };
    const { lease } = await demonstrator.client.reopenAnswer({ params });
    expect(await preview()).toMatchObject({ candidates: 1 });
    await demonstrator.client.submitAnswer({
      params: { projectId, episodeId: episode.id },
      body: { text: 'Another one [1].', leaseToken: lease!.token },
    });
    expect(await make()).toMatchObject({ made: 1 });
    const [pair] = await list();
    const whole = await client.getPair({ params: { projectId, pairId: pair!.id } });
    const { first, second } = whole.answers;
    const own = [first, second].find(({ origin }) => origin === 'demonstration');
    expect(own).toMatchObject({
      source: 'demonstrations',
      revision: 2,
      isNewest: true,
      text: 'Another one [1].',
    });
    const all = await client.listAnswers({ params: { projectId }, query: { origin: 'demonstration' } });
    expect(all.items.map(({ revision, isNewest, pairs: count }) => [revision, isNewest, count])).toEqual([
      [2, true, 1],
      [1, false, 0],
    ]);

    const settings = (await client.getProject({ params: { projectId } })).settings;
    const review = { mode: 'all' as const, percent: 10 };
    await client.updateProject({ params: { projectId }, body: { settings: { ...settings, review } } });
    expect(await preview({ form: 'minimal' })).toMatchObject({ candidates: 0 });
  });

  test('that dies goes on behind its last questions and makes the pairs it would have made', async () => {
    await buildAll(130, ['One.', 'Two.', 'Three.']);
    const jobId = await queue({ perQuestion: 1, seed: 's' });
    const dying = new AbortController();
    await run(jobId, interruptAfterFirstBatch(app.deps, dying), dying.signal).catch(() => undefined);
    const [half] = await app.deps.db.select().from(jobs).where(eq(jobs.id, jobId));
    expect(half).toMatchObject({ state: 'running', checkpoint: { done: 100, counts: { made: 100 } } });
    const { result } = await run(jobId);
    expect(result).toEqual({ questions: 130, candidates: 390, twins: 0, existing: 0, made: 130 });
    const made = await list();
    expect(new Set(made.map(({ question }) => question.id)).size).toBe(130);
    expect(await preview({ perQuestion: 1, seed: 's' })).toMatchObject({ existing: 130, pairs: 0 });
  });
});

describe('two runs of pairing at once', () => {
  test('make every pair once between them', async () => {
    await buildAll(3, ['One.', 'Two.', 'Three.', 'Four.']);
    const jobIds = [await queue({ seed: 'a' }), await queue({ seed: 'b', perQuestion: 5 })];
    const done = await Promise.all(jobIds.map((jobId) => run(jobId)));
    expect(done.map(({ state }) => state)).toEqual(['done', 'done']);
    const made = namesOf(await list());
    expect(made).toHaveLength(18);
    expect(new Set(made).size).toBe(18);
  });
});

describe('a pair by hand', () => {
  test('stands as it was named, and is made once', async () => {
    const [questionId] = await buildQuestions(app, { projectId, count: 1 });
    const [one, other] = await buildAnswers(app, {
      projectId,
      questionId: questionId!,
      texts: ['One.', 'Two.'],
    });
    const body = { firstAnswerId: other!, secondAnswerId: one! };
    const pair = await client.createPair({ params: { projectId }, body });
    expect(pair).toMatchObject({
      first: { answerId: other },
      pairing: { method: 'by-hand' },
      probability: null,
      wanted: 1,
    });
    const turned = { firstAnswerId: one!, secondAnswerId: other!, wanted: 5 };
    expect(await client.createPair({ params: { projectId }, body: turned })).toEqual(pair);
    expect(await make()).toMatchObject({ existing: 1, made: 0 });
    const minimal = { ...body, form: 'minimal' as const, calibration: true };
    expect(await client.createPair({ params: { projectId }, body: minimal })).toMatchObject({
      form: 'minimal',
      isCalibration: true,
      wanted: 0,
    });
  });

  test('is refused for one answer, twins, answers to two questions, and answers that are not there', async () => {
    const [questionId, another] = await buildQuestions(app, { projectId, count: 2 });
    const texts = ['One.', 'One. '];
    const [one, twin] = await buildAnswers(app, { projectId, questionId: questionId!, texts });
    const [far] = await buildAnswers(app, { projectId, questionId: another!, texts: ['Far.'] });
    const elsewhere = await app.buildProject();
    const [theirQuestion] = await buildQuestions(app, { projectId: elsewhere.id, count: 1 });
    const theirs = { projectId: elsewhere.id, questionId: theirQuestion!, texts: ['Theirs.'] };
    const [foreign] = await buildAnswers(app, theirs);
    const code = async (firstAnswerId: string, secondAnswerId: string) =>
      (await errorOf(client.createPair({ params: { projectId }, body: { firstAnswerId, secondAnswerId } })))
        .code;
    expect(await code(one!, one!)).toBe('wrong_state');
    expect(await code(one!, twin!)).toBe('wrong_state');
    expect(await code(one!, far!)).toBe('wrong_state');
    expect(await code(one!, foreign!)).toBe('not_found');
  });
});

describe('the list of pairs', () => {
  test('is sorted and filtered, and walked a page at a time both ways', async () => {
    const [questionId] = await buildAll(2, ['One.', 'Two.', 'Three.']);
    await buildAnswers(app, { projectId, questionId: questionId!, texts: ['Four.'], source: 'theirs' });
    await make({ seed: 's' });
    const params = { projectId };
    const all = await list({ sort: 'question', order: 'asc' });
    expect(all).toHaveLength(9);
    const page = (query: object) =>
      client.listPairs({ params, query: { sort: 'question', order: 'asc', limit: 4, ...query } });
    const one = await page({});
    const two = await page({ cursor: one.nextCursor! });
    const three = await page({ cursor: two.nextCursor! });
    expect([...one.items, ...two.items, ...three.items]).toEqual(all);
    expect([one.total, two.from, three.from, three.nextCursor]).toEqual([9, 5, 9, null]);
    expect((await page({ cursor: three.previousCursor! })).items).toEqual(two.items);
    for (const sort of ['created', 'priority', 'wanted', 'submitted', 'overall', 'probability'] as const)
      expect(namesOf(await list({ sort }))).toEqual(namesOf(all));

    expect(await list({ source: 'theirs' })).toHaveLength(3);
    expect(await list({ questionId: questionId! })).toHaveLength(6);
    expect(await list({ method: 'all', contains: 'CROWS BRING' })).toHaveLength(9);
    expect(await list({ method: 'import' })).toEqual([]);
    expect(await list({ pairingId: all[0]!.pairing.id, form: 'webgpt-five' })).toHaveLength(9);
    await app.deps.db.update(pairs).set({ rule: 'closest' }).where(eq(pairs.id, all[0]!.id));
    expect(await list({ rule: 'closest' })).toMatchObject([{ id: all[0]!.id, rule: 'closest' }]);
    expect(await list({ form: 'minimal' })).toEqual([]);
    expect(await list({ state: 'open' })).toHaveLength(9);
    expect(await list({ state: 'done' })).toEqual([]);
  });
});

describe('changing pairs', () => {
  const change = (body: Parameters<Client['changePairs']>[0]['body']) =>
    client.changePairs({ params: { projectId }, body });

  test('changes those that are named or that match, once, with an event each', async () => {
    await buildAll(1, ['One.', 'Two.', 'Three.']);
    await make({ reratedPercent: 0 });
    const [one] = await list();
    const wanted = { which: { ids: [one!.id] }, change: { wanted: 4, priority: 7 } };
    expect(await change(wanted)).toEqual({ changed: 1, unchanged: 0, refused: 0 });
    expect(await change(wanted)).toEqual({ changed: 0, unchanged: 1, refused: 0 });
    const excluding = { matching: { state: 'open' as const } };
    expect(
      await change({ which: excluding, change: { excluded: true, reason: ' too easy ' } }),
    ).toMatchObject({
      changed: 3,
    });
    expect(await list({ state: 'excluded' })).toHaveLength(3);
    expect((await list({ state: 'excluded', sort: 'wanted' }))[0]).toMatchObject({
      id: one!.id,
      wanted: 4,
      priority: 7,
      excludedReason: 'too easy',
    });
    const back = { which: { ids: [one!.id] }, change: { excluded: false, calibration: true } };
    expect(await change(back)).toMatchObject({ changed: 1 });
    expect(await list({ calibration: 'yes' })).toMatchObject([{ excludedAt: null, excludedReason: null }]);
    const recorded = await app.deps.db
      .select()
      .from(events)
      .where(and(eq(events.objectId, one!.id), like(events.kind, 'pair.%')))
      .orderBy(asc(events.id));
    expect(recorded).toMatchObject([
      {
        kind: 'pair.changed',
        actorId: lead.personId,
        before: { wanted: 1, priority: 0 },
        after: { wanted: 4, priority: 7 },
      },
      { kind: 'pair.excluded', after: { excludedReason: 'too easy' } },
      { kind: 'pair.included', after: { isCalibration: true, excludedAt: null } },
    ]);
  });

  test('never wants fewer comparisons than are done or under way', async () => {
    await buildAll(2, ['One.', 'Two.']);
    await make({ overlap: 3, reratedPercent: 0 });
    const rater = await app.buildMember({ projectId, roles: ['rater'] });
    const { comparison } = await rater.client.claimComparison({ params: { projectId } });
    expect(comparison).not.toBeNull();
    const which = { matching: {} };
    expect(await change({ which, change: { wanted: 0 } })).toEqual({ changed: 1, unchanged: 0, refused: 1 });
    expect(await change({ which, change: { wanted: 1 } })).toEqual({ changed: 2, unchanged: 0, refused: 0 });
    const [busy] = await list({ sort: 'created' }).then((all) =>
      all.filter(({ inProgress }) => inProgress === 1),
    );
    expect(busy).toMatchObject({ wanted: 1, submitted: 0 });
    expect(await list({ state: 'open' })).toHaveLength(1);
  });

  test('a question whose answers are being compared keeps its use, as one with demonstrations does', async () => {
    const [questionId] = await buildAll(1, ['One.', 'Two.']);
    await make();
    const use = (to: 'bc' | 'evaluation') =>
      client.updateQuestion({ params: { projectId, questionId: questionId! }, body: { use: to } });
    expect(await use('evaluation')).toMatchObject({ use: 'evaluation' });
    const rater = await app.buildMember({ projectId, roles: ['rater'] });
    await rater.client.claimComparison({ params: { projectId } });
    expect((await errorOf(use('bc'))).code).toBe('wrong_state');
  });

  test('reaches no pair of another project', async () => {
    await buildAll(1, ['One.', 'Two.']);
    await make();
    const [pair] = await list();
    const other = await app.buildProject();
    const stranger = await app.buildMember({ projectId: other.id, roles: ['lead'] });
    const params = { projectId: other.id };
    const body = { which: { ids: [pair!.id] }, change: { priority: 1 } };
    expect(await stranger.client.changePairs({ params, body })).toEqual({
      changed: 0,
      unchanged: 0,
      refused: 0,
    });
    const found = await errorOf(stranger.client.getPair({ params: { ...params, pairId: pair!.id } }));
    expect(found.code).toBe('not_found');
  });
});

test('two that make the same pairs at once do not wait for each other in a circle', async () => {
  const [questionId] = await buildQuestions(app, { projectId, count: 1, use: 'rm' });
  const ids = await buildAnswers(app, { projectId, questionId: questionId!, texts: ['one', 'two', 'three'] });
  const [one, two, three] = ids.toSorted() as [string, string, string];
  const pairingId = uuidv7();
  const createdAt = app.clock.now();
  const pairing = { id: pairingId, projectId, method: 'by-hand' as const, seed: '', createdAt };
  await app.deps.db.insert(pairings).values(pairing);
  const row = (firstAnswerId: string, secondAnswerId: string) => ({
    id: uuidv7(),
    projectId,
    questionId: questionId!,
    form: 'webgpt-five' as const,
    firstAnswerId,
    secondAnswerId,
    pairingId,
    wanted: 1,
    lot: 0,
    createdAt,
  });
  const made = await whileHeld(app, {
    first: (tx) => insertPairs(tx, [row(one, two)]),
    work: () =>
      app.deps.db.transaction((tx) => insertPairs(tx, [row(three, two), row(three, one), row(two, one)])),
    second: (tx) => insertPairs(tx, [row(one, three), row(two, three)]),
  });
  expect(made.size).toBe(0);
  expect(await app.deps.db.$count(pairs, eq(pairs.projectId, projectId))).toBe(3);
});
