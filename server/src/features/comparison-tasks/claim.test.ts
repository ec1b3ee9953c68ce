import { sampleRequiredFields, currentForm } from '@rookery/shared/comparisons';
import { and, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, pairsWithWrongPlaces } from '../../../test/comparisons.ts';
import { untilClaimWaits } from '../../../test/waiting.ts';
import type { Transaction } from '../../db/database.ts';
import {
  answers,
  comparisons,
  events,
  members,
  pairs,
  projects,
  projectSettings,
  questions,
} from '../../db/schema/index.ts';
import { defaultSettings } from '../projects/index.ts';
import { isCalibrationDue } from './claim.ts';
import { sweepComparisons } from './index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
});

const newRater = () => test.buildMember({ projectId, roles: ['rater'] });
const claim = ({ client }: TestMember) => client.claimComparison({ params: { projectId } });
const rows = () => test.deps.db.select().from(comparisons).where(eq(comparisons.projectId, projectId));
const pairRow = async (id: string) => (await test.deps.db.select().from(pairs).where(eq(pairs.id, id)))[0]!;

const expectPlacesRight = async () => expect(await pairsWithWrongPlaces(test, projectId)).toEqual([]);

async function setSettings(changed: Partial<(typeof defaultSettings)['comparisons']>): Promise<void> {
  const [project] = await test.deps.db.select().from(projects).where(eq(projects.id, projectId));
  const version = project!.settingsVersion + 1;
  const settings = { ...defaultSettings, comparisons: { ...defaultSettings.comparisons, ...changed } };
  await test.deps.db
    .insert(projectSettings)
    .values({ projectId, version, settings, createdAt: test.clock.now() });
  await test.deps.db.update(projects).set({ settingsVersion: version }).where(eq(projects.id, projectId));
}

/** Claims and submits until there is nothing left; gives the pairs in their order. */
async function work(member: TestMember): Promise<string[]> {
  const given: string[] = [];
  for (;;) {
    const { comparison } = await claim(member);
    if (!comparison) return given;
    const [row] = await test.deps.db.select().from(comparisons).where(eq(comparisons.id, comparison.id));
    given.push(row!.pairId);
    await test.deps.db
      .update(comparisons)
      .set({ state: 'submitted' })
      .where(eq(comparisons.id, comparison.id));
  }
}

describe('claiming a pair', () => {
  it('gives a lease of the length the project sets, under the current form and guidelines', async () => {
    await buildPairs(test, { projectId, count: 1 });
    const { comparison, reason } = await claim(await newRater());
    expect(reason).toBeNull();
    expect(comparison).toMatchObject({
      state: 'active',
      form: { name: 'webgpt-five', version: 1 },
      draft: null,
      submitted: null,
      draftVersion: 0,
      revisableUntil: null,
      activeSeconds: 0,
    });
    expect(Date.parse(comparison!.lease!.expiresAt)).toBe(test.clock.now().getTime() + 30 * minute);
    expect((await rows())[0]).toMatchObject({ place: 1, settingsVersion: 1, guidelinesVersion: 1 });
    await expectPlacesRight();
  });

  it('gives pairs of a higher priority first, then those covered least, then by lot', async () => {
    const [first, second, third, urgent] = await buildPairs(test, { projectId, count: 4, wanted: 2 });
    await test.deps.db.update(pairs).set({ priority: 1 }).where(eq(pairs.id, urgent!.id));
    const order = [urgent!.id, first!.id, second!.id, third!.id];
    expect(await work(await newRater())).toEqual(order);
    await test.deps.db.update(pairs).set({ wanted: 3 }).where(eq(pairs.id, third!.id));
    expect(await work(await newRater())).toEqual([urgent!.id, third!.id, first!.id, second!.id]);
  });

  it('passes over excluded pairs, excluded questions, other forms, and pairs that they had, released ones too', async () => {
    const [excluded, asked, left, next] = await buildPairs(test, { projectId, count: 4, wanted: 2 });
    await buildPairs(test, { projectId, count: 1, form: 'minimal' });
    const at = test.clock.now();
    await test.deps.db.update(pairs).set({ excludedAt: at }).where(eq(pairs.id, excluded!.id));
    await test.deps.db.update(questions).set({ excludedAt: at }).where(eq(questions.id, asked!.questionId));
    const rater = await newRater();
    const skipped = await claimComparison(rater, projectId);
    await skipped.release();
    expect((await rows())[0]).toMatchObject({ pairId: left!.id, state: 'released', place: null });
    expect(await work(rater)).toEqual([next!.id]);
    await expectPlacesRight();
  });

  it('gives nobody a pair with an answer of their own, calibration pairs neither', async () => {
    const [own] = await buildPairs(test, { projectId, count: 1 });
    const [calibration] = await buildPairs(test, { projectId, count: 1, isCalibration: true });
    const rater = await newRater();
    for (const id of [own!.firstAnswerId, calibration!.secondAnswerId]) {
      await test.deps.db.update(answers).set({ authorId: rater.memberId }).where(eq(answers.id, id));
    }
    expect(await claim(rater)).toEqual({ comparison: null, reason: 'none_left' });
    expect(await work(await newRater())).toHaveLength(2);
  });

  it('gives pairs of the form that the member compares with', async () => {
    await buildPairs(test, { projectId, count: 1 });
    await buildPairs(test, { projectId, count: 1, form: 'minimal' });
    const rater = await newRater();
    await test.deps.db.update(members).set({ ratingForm: 'minimal' }).where(eq(members.id, rater.memberId));
    const { comparison } = await claim(rater);
    expect(comparison!.form).toEqual({ name: 'minimal', version: 1 });
    expect(comparison!.options.a).toMatchObject({ quotes: [] });
    expect(JSON.stringify(comparison!.options)).not.toMatch(/\[\d\]/);
    expect((await claim(rater)).reason).toBe('none_left');
  });

  it('stops at the number of leases a person may hold, and goes on when one ended', async () => {
    await buildPairs(test, { projectId, count: 5 });
    const rater = await newRater();
    const first = await claimComparison(rater, projectId);
    await claim(rater);
    expect(await claim(rater)).toEqual({ comparison: null, reason: 'too_many_leases' });
    await first.submit();
    expect((await claim(rater)).comparison).not.toBeNull();
  });

  it('gives nothing to people whom a lead has paused, and lets them finish', async () => {
    await buildPairs(test, { projectId, count: 3 });
    const rater = await newRater();
    const rating = await claimComparison(rater, projectId);
    await test.deps.db
      .update(members)
      .set({ pausedAt: test.clock.now() })
      .where(eq(members.id, rater.memberId));
    expect(await claim(rater)).toEqual({ comparison: null, reason: 'paused' });
    expect((await rating.submit()).state).toBe('submitted');
  });

  it('refuses simulated people where the project does', async () => {
    await buildPairs(test, { projectId, count: 1 });
    const rater = await newRater();
    await test.deps.db.update(members).set({ isSimulated: true }).where(eq(members.id, rater.memberId));
    await expect(claim(rater)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('takes the place of a lease that ended, though nobody has swept it', async () => {
    await buildPairs(test, { projectId, count: 1 });
    const first = await claimComparison(await newRater(), projectId);
    expect((await claim(await newRater())).reason).toBe('none_left');
    test.clock.advance(30 * minute);
    expect((await claimComparison(await newRater(), projectId)).task.state).toBe('active');
    expect((await first.get()).state).toBe('expired');
    const kinds = await test.deps.db
      .select({ kind: events.kind })
      .from(events)
      .where(and(eq(events.projectId, projectId), eq(events.objectId, first.task.id)));
    expect(kinds.map(({ kind }) => kind)).toEqual(['comparison.claimed', 'comparison.expired']);
    await expectPlacesRight();
  });

  it('records what the task requires, everything in the share that the project sets', async () => {
    await buildPairs(test, { projectId, count: 2 });
    await setSettings({ everythingPercent: 100 });
    const form = currentForm('webgpt-five');
    const all = sampleRequiredFields(form, { lot: 0, everythingPercent: 100 });
    const rater = await newRater();
    expect((await claim(rater)).comparison!.requiredFields).toEqual(all);
    await setSettings({ everythingPercent: 0 });
    expect((await claim(rater)).comparison!.requiredFields).toEqual(['unsupported', 'coherence', 'overall']);
  });
});

describe('calibration pairs', () => {
  it('are one of every so many tasks of everybody, each once, outside the places', async () => {
    await buildPairs(test, { projectId, count: 6, wanted: 2 });
    const calibration = await buildPairs(test, { projectId, count: 2, isCalibration: true });
    await setSettings({ calibrationEvery: 3 });
    const ids = calibration.map(({ id }) => id);
    for (const rater of [await newRater(), await newRater()]) {
      const given = await work(rater);
      expect(given).toHaveLength(8);
      const indexes = given.map((id) => ids.indexOf(id));
      expect(indexes.slice(0, 3).toSorted((a, b) => a - b)).toEqual([-1, -1, 0]);
      expect(indexes.slice(3, 6).toSorted((a, b) => a - b)).toEqual([-1, -1, 1]);
      expect(indexes.slice(6)).toEqual([-1, -1]);
    }
    expect(await pairRow(ids[0]!)).toMatchObject({ held: 0 });
    const ofCalibration = (await rows()).filter(({ isCalibration }) => isCalibration);
    expect(ofCalibration.map(({ place }) => place)).toEqual([null, null, null, null]);
    await expectPlacesRight();
  });

  it('come where nobody can tell by counting', () => {
    const every = 5;
    const positionsOf = (memberId: string) =>
      Array.from({ length: 200 }, (_, tasks) => tasks)
        .filter((tasks) => isCalibrationDue('secret', { memberId, tasks, every }))
        .map((tasks) => tasks % every);
    const [one, other] = [positionsOf('one'), positionsOf('other')];
    expect([one.length, other.length]).toEqual([40, 40]);
    expect(new Set(one)).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(one).not.toEqual(other);
  });

  it('are what is left when nothing else is', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1, isCalibration: true });
    expect(await work(await newRater())).toEqual([pair!.id]);
  });
});

describe('the side of the first answer', () => {
  it('is balanced within every pair, and for every rater, and stays', async () => {
    await buildPairs(test, { projectId, count: 12, wanted: 2 });
    const raters = [await newRater(), await newRater()];
    const counts = [];
    for (const rater of raters) {
      await work(rater);
      const own = (await rows()).filter(({ memberId }) => memberId === rater.memberId);
      counts.push(own.filter(({ firstSide }) => firstSide === 'a').length);
    }
    expect(counts[0]).toBe(6);
    const byPair = Map.groupBy(await rows(), ({ pairId }) => pairId);
    for (const both of byPair.values())
      expect(new Set(both.map(({ firstSide }) => firstSide))).toEqual(new Set(['a', 'b']));
  });

  it('is the same whenever the comparison is loaded again', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    const { task, get, extend } = await claimComparison(await newRater(), projectId);
    const [row] = await rows();
    const [first] = await test.deps.db.select().from(answers).where(eq(answers.id, pair!.firstAnswerId));
    expect(task.options[row!.firstSide!].text).toBe(first!.text);
    expect((await get()).options).toEqual(task.options);
    test.clock.advance(40 * minute);
    expect((await extend()).options).toEqual(task.options);
  });
});

it('shows quotes of imports as those of demonstrations, so that nothing tells which is which', async () => {
  const [pair] = await buildPairs(test, { projectId, count: 1 });
  const extract = 'Crows give gifts.';
  const quotes = ['Gifts (birds.example)', 'Gifts (of crows)', 'Gifts (crows)', '(birds.example)'].map(
    (title) => ({ title, domain: '', extract }),
  );
  await test.deps.db
    .update(answers)
    .set({ quotes })
    .where(inArray(answers.id, [pair!.firstAnswerId, pair!.secondAnswerId]));
  const { task } = await claimComparison(await newRater(), projectId);
  expect(task.options.a.quotes).toEqual([
    { title: 'Gifts', domain: 'birds.example', extract },
    ...quotes.slice(1),
  ]);
});

describe('races', () => {
  it('give 50 raters at once no pair twice and no place too many, and leave none free', async () => {
    await buildPairs(test, { projectId, count: 30, wanted: 3 });
    const raters = await Promise.all(Array.from({ length: 50 }, newRater));
    const claims = await Promise.all([...raters, ...raters].map(claim));
    expect(claims.filter(({ comparison }) => comparison)).toHaveLength(90);
    const all = await rows();
    expect(new Set(all.map(({ pairId, memberId }) => `${pairId}/${memberId}`)).size).toBe(90);
    const sides = [...Map.groupBy(all, ({ pairId }) => pairId).values()].map(
      (three) => three.filter(({ firstSide }) => firstSide === 'a').length,
    );
    expect(sides.every((a) => a === 1 || a === 2)).toBe(true);
    await expectPlacesRight();
  });

  it('give 12 raters at once a calibration pair each, its sides balanced', async () => {
    await buildPairs(test, { projectId, count: 1, isCalibration: true });
    const raters = await Promise.all(Array.from({ length: 12 }, newRater));
    await Promise.all(raters.map(claim));
    expect((await rows()).filter(({ firstSide }) => firstSide === 'a')).toHaveLength(6);
  });

  it('keep to the limit of leases when one person claims in many tabs at the same time', async () => {
    await buildPairs(test, { projectId, count: 10 });
    const rater = await newRater();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(rater)));
    expect(claims.filter(({ comparison }) => comparison)).toHaveLength(2);
  });

  it('never exceed the overlap though leases end and late work comes at the same time', async () => {
    await buildPairs(test, { projectId, count: 5, wanted: 2 });
    const early = await Promise.all(
      Array.from({ length: 10 }, async () => claimComparison(await newRater(), projectId)),
    );
    test.clock.advance(31 * minute);
    const late = await Promise.all(Array.from({ length: 10 }, newRater));
    const outcomes = await Promise.all([
      ...early.map(({ submit }) => submit().then(({ state }) => state)),
      ...late.map((rater) => claim(rater).then(({ comparison }) => comparison?.state ?? 'none')),
      sweepComparisons(test.deps).then(() => 'swept'),
    ]);
    const count = (state: string) => outcomes.filter((one) => one === state).length;
    expect(count('submitted') + count('surplus')).toBe(10);
    expect(count('submitted') + count('active')).toBe(10);
    await expectPlacesRight();
  });

  it('wait for one pair while they hold no other, so that they never wait for those who wait for them', async () => {
    const [full, free] = await buildPairs(test, { projectId, count: 2 });
    const rater = await newRater();
    const { db } = test.deps;
    const lock = (tx: Transaction, id: string) =>
      tx.select({ id: pairs.id }).from(pairs).where(eq(pairs.id, id)).for('no key update');
    const claimed = await db.transaction(async (holdsFree) => {
      await lock(holdsFree, free!.id);
      const claiming = await db.transaction(async (holdsFull) => {
        await lock(holdsFull, full!.id);
        const begun = claim(rater);
        await untilClaimWaits(test);
        await holdsFull.update(pairs).set({ held: 1 }).where(eq(pairs.id, full!.id));
        return { begun };
      });
      await untilClaimWaits(test);
      await lock(holdsFree, full!.id);
      return claiming;
    });
    expect((await claimed.begun).comparison).not.toBeNull();
    expect((await rows()).map(({ pairId }) => pairId)).toEqual([free!.id]);
  });

  it('end a comparison once that is submitted and given back at the same time', async () => {
    await buildPairs(test, { projectId, count: 8 });
    for (let index = 0; index < 8; index += 1) {
      const rating = await claimComparison(await newRater(), projectId);
      const outcomes = await Promise.allSettled([rating.submit(), rating.release()]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { state, submitted } = await rating.get();
      expect(submitted === null).toBe(state === 'released');
    }
    await expectPlacesRight();
  });

  it('cannot collect more than was wanted, because the database refuses it', async () => {
    const [pair] = await buildPairs(test, { projectId, count: 1 });
    await claim(await newRater());
    const tooMany = test.deps.db.update(pairs).set({ held: 2 }).where(eq(pairs.id, pair!.id));
    await expect(tooMany).rejects.toMatchObject({ cause: { constraint: 'pairs_held' } });
  });
});
