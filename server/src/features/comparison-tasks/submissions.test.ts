import { choices, emptyJudgement, type Judgement } from '@rookery/shared/comparisons';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import {
  buildPairs,
  claimComparison,
  judge,
  type Rating,
  pairsWithWrongPlaces,
} from '../../../test/comparisons.ts';
import { errorOf } from '../../../test/tasks.ts';
import {
  comparisonRevisions,
  comparisons,
  events,
  members,
  projectSettings,
  ratings,
} from '../../db/schema/index.ts';
import { defaultSettings } from '../projects/index.ts';
import { sweepComparisons } from './index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;
let rater: TestMember;
let rating: Rating;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  await start();
});

async function start(
  changed: Partial<(typeof defaultSettings)['comparisons']> = {},
  count = 1,
): Promise<void> {
  const settings = { comparisons: { ...defaultSettings.comparisons, everythingPercent: 0, ...changed } };
  ({ id: projectId } = await test.buildProject({ settings }));
  await buildPairs(test, { projectId, count });
  rater = await newRater();
  rating = await claimComparison(rater, projectId);
}

const newRater = () => test.buildMember({ projectId, roles: ['rater'] });
const row = async (id = rating.task.id) =>
  (await test.deps.db.select().from(comparisons).where(eq(comparisons.id, id)))[0]!;
const valuesOf = async (id = rating.task.id) => {
  const rows = await test.deps.db.select().from(ratings).where(eq(ratings.comparisonId, id));
  return Object.fromEntries(rows.map(({ criterion, value }) => [criterion, value]));
};
const revisionsOf = (id = rating.task.id) =>
  test.deps.db
    .select()
    .from(comparisonRevisions)
    .where(eq(comparisonRevisions.comparisonId, id))
    .orderBy(asc(comparisonRevisions.revision));
const kindsOf = async (id = rating.task.id) => {
  const rows = await test.deps.db
    .select({ kind: events.kind })
    .from(events)
    .where(eq(events.objectId, id))
    .orderBy(asc(events.id));
  return rows.map(({ kind }) => kind);
};
const expectPlacesRight = async () => expect(await pairsWithWrongPlaces(test, projectId)).toEqual([]);

describe('submitting', () => {
  it('keeps the judgement, the ratings of the pair and the active time, and holds the place', async () => {
    await rating.act();
    test.clock.advance(40_000);
    const task = await rating.submit('a-much-better');
    expect(task).toMatchObject({
      state: 'submitted',
      draft: null,
      submitted: { revision: 1, judgement: judge(rating.task, 'a-much-better') },
      activeSeconds: 40,
      endedAt: test.clock.now().toISOString(),
    });
    expect(await rating.get()).toEqual(task);
    const { firstSide, ...stored } = await row();
    expect(stored).toMatchObject({ place: 1, revision: 1, activeMs: 40_000, submittedAt: test.clock.now() });
    const values = await valuesOf();
    expect(Object.keys(values)).toHaveLength(6);
    expect(new Set(Object.values(values))).toEqual(new Set([firstSide === 'a' ? 1 : -1]));
    expect(await revisionsOf()).toMatchObject([{ revision: 1, activeMs: 40_000 }]);
    expect(await kindsOf()).toEqual(['comparison.claimed', 'comparison.submitted']);
  });

  it('values the five points by the side on which the first answer was shown', async () => {
    const ratingsOf = {
      unsupported: choices[0],
      core: choices[1],
      additional: choices[2],
      coherence: choices[3],
    };
    const judgement = judge(rating.task);
    await rating.submit({ ...judgement, ratings: { ...ratingsOf, overall: choices[4] } });
    const sign = (await row()).firstSide === 'a' ? 1 : -1;
    expect(await valuesOf()).toEqual({
      unsupported: sign,
      core: sign * 0.5,
      additional: 0,
      coherence: sign * -0.5,
      overall: -sign,
    });
  });

  it('says what is missing, by the fields that the server drew, and stores nothing', async () => {
    const error = await errorOf(rating.submit({ ...emptyJudgement(), ratings: { unsupported: 'equal' } }));
    expect(error.code).toBe('invalid_request');
    expect(error.details!['problems']).toEqual([
      { field: 'coherence', side: null, message: expect.any(String) },
      { field: 'overall', side: null, message: expect.any(String) },
    ]);
    expect(await rating.get()).toMatchObject({ state: 'active', submitted: null });
    expect((await rating.submit({ ...emptyJudgement(), ratings: judge(rating.task).ratings })).state).toBe(
      'submitted',
    );
  });

  it('asks for trust and claims where everything is required', async () => {
    await start({ everythingPercent: 100 });
    const error = await errorOf(rating.submit({ ...emptyJudgement(), ratings: judge(rating.task).ratings }));
    const problems = error.details!['problems'] as { field: string; side: string }[];
    expect(problems.map(({ field, side }) => `${field} ${side}`)).toEqual([
      'trust a',
      'claims a',
      'trust b',
      'claims b',
    ]);
    expect((await rating.submit()).state).toBe('submitted');
  });

  it('refuses spans outside the text as it is shown', async () => {
    const judgement = judge(rating.task);
    judgement.options.b.spans[0]!.end = rating.task.options.b.text.length + 1;
    expect(await errorOf(rating.submit(judgement))).toMatchObject({
      code: 'invalid_request',
      details: { problems: [{ field: 'claims', side: 'b' }] },
    });
  });

  it('answers the same submission again the same, however often and whenever it comes', async () => {
    const [one, other] = await Promise.all([rating.submit(), rating.submit()]);
    expect(one).toEqual(other);
    test.clock.advance(3 * 60 * minute);
    expect(await rating.submit()).toMatchObject({ state: 'submitted', submitted: one.submitted });
    expect(await revisionsOf()).toHaveLength(1);
    expect(await kindsOf()).toEqual(['comparison.claimed', 'comparison.submitted']);
  });

  it('takes the same judgement with its parts in another order for the same', async () => {
    const { ratings: given, ...rest } = judge(rating.task);
    await rating.submit({ ...rest, ratings: given });
    const turned = Object.fromEntries(Object.entries(given).toReversed());
    expect((await rating.submit({ ratings: turned, ...rest })).state).toBe('submitted');
  });

  it('refuses another judgement under the same number, and keeps the first', async () => {
    await rating.submit('a-better');
    expect(await errorOf(rating.submit('b-better'))).toMatchObject({
      code: 'conflict',
      details: { revision: 1 },
    });
    expect((await rating.get()).submitted!.judgement).toEqual(judge(rating.task, 'a-better'));
  });

  it('keeps one of two different judgements that come at the same time', async () => {
    const outcomes = await Promise.allSettled([rating.submit('a-better'), rating.submit('b-better')]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await revisionsOf()).toHaveLength(1);
    expect(new Set(Object.values(await valuesOf())).size).toBe(1);
  });

  it('is refused under a foreign key, and of a comparison that is somebody else’s', async () => {
    const params = { projectId, comparisonId: rating.task.id, revision: 1 };
    const body = { leaseToken: 'foreign', judgement: judge(rating.task) };
    expect(await errorOf(rater.client.submitComparison({ params, body }))).toMatchObject({
      code: 'lease_lost',
      details: { reason: 'token' },
    });
    const { client } = await newRater();
    const stolen = { ...body, leaseToken: rating.leaseToken };
    expect(await errorOf(client.submitComparison({ params, body: stolen }))).toMatchObject({
      code: 'not_found',
    });
    expect((await rating.get()).state).toBe('active');
  });

  it('is refused of what was skipped or taken out, in a sentence that says so', async () => {
    await rating.release('flag', 'The second answer is empty.');
    const error = await errorOf(rating.submit());
    expect(error).toMatchObject({ code: 'wrong_state', details: { state: 'flagged' } });
    expect(error.message).toContain('gave this comparison back');
  });

  it('clears the draft, and lets a draft that comes late from before go to nobody', async () => {
    await rating.saveDraft(emptyJudgement());
    await rating.submit();
    expect(await errorOf(rating.saveDraft(judge(rating.task), 1))).toMatchObject({ code: 'conflict' });
    expect((await rating.get()).draft).toBeNull();
  });
});

describe('flags of the question', () => {
  const flagged: Judgement = { ...emptyJudgement(), questionFlag: 'makes-no-sense' };

  it('skip what follows, where the project asks for them, and leave the ratings away', async () => {
    await start({ questionFlags: true });
    expect(rating.task.asksQuestionFlag).toBe(true);
    await rating.submit({ ...flagged, ratings: { overall: 'equal' } });
    expect(await row()).toMatchObject({ state: 'submitted', questionFlag: 'makes-no-sense' });
    expect(await valuesOf()).toEqual({});
    await rating.submit('a-better', 2);
    expect(await row()).toMatchObject({ questionFlag: null });
    expect(Object.keys(await valuesOf())).toHaveLength(6);
    await rating.submit(flagged, 3);
    expect(await valuesOf()).toEqual({});
  });

  it('are as they were when the comparison was claimed, whatever the settings say since', async () => {
    await start({ questionFlags: true });
    const settings = defaultSettings;
    await test.deps.db
      .insert(projectSettings)
      .values({ projectId, version: 2, settings, createdAt: test.clock.now() });
    await test.deps.db.execute(sql`update projects set settings_version = 2 where id = ${projectId}`);
    expect((await rating.submit(flagged)).state).toBe('submitted');
  });

  it('are refused where the project does not ask for them', async () => {
    expect(await errorOf(rating.submit(flagged))).toMatchObject({
      details: { problems: [{ field: 'question' }] },
    });
  });
});

describe('revising', () => {
  it('takes another revision within the time, keeps the earlier one and replaces the ratings', async () => {
    const submitted = await rating.submit('a-better');
    expect(submitted.revisableUntil).toBe(new Date(test.clock.now().getTime() + 30 * minute).toISOString());
    expect(submitted.lease).toEqual({ token: rating.leaseToken, expiresAt: submitted.revisableUntil });
    test.clock.advance(29 * minute);
    const judgement = judge(rating.task, 'b-better');
    delete judgement.ratings.core;
    const revised = await rating.submit(judgement, 2);
    expect(revised).toMatchObject({ state: 'submitted', submitted: { revision: 2, judgement } });
    // The time runs from the first submission.
    expect(revised.revisableUntil).toBe(submitted.revisableUntil);
    expect((await revisionsOf()).map(({ revision }) => revision)).toEqual([1, 2]);
    expect((await revisionsOf())[0]!.judgement).toEqual(judge(rating.task, 'a-better'));
    expect(Object.keys(await valuesOf())).toHaveLength(5);
    expect(await row()).toMatchObject({ place: 1, revision: 2 });
    expect(await kindsOf()).toEqual(['comparison.claimed', 'comparison.submitted', 'comparison.revised']);
    expect((await rating.submit('a-better', 1)).submitted!.revision).toBe(2);
    expect(await errorOf(rating.submit('equal', 1))).toMatchObject({ code: 'conflict' });
  });

  it('is over after the time, in a sentence that says so, and nothing changes', async () => {
    await rating.submit('a-better');
    test.clock.advance(30 * minute);
    const error = await errorOf(rating.submit('b-better', 2));
    expect(error).toMatchObject({ code: 'wrong_state', details: { state: 'submitted' } });
    expect(await rating.get()).toMatchObject({
      lease: null,
      revisableUntil: null,
      submitted: { revision: 1 },
    });
  });

  it('refuses a number that leaves one out', async () => {
    await rating.submit();
    expect(await errorOf(rating.submit('equal', 3))).toMatchObject({
      code: 'conflict',
      details: { expected: 2 },
    });
  });

  it('is not offered where the project allows no time for it', async () => {
    await start({ revisionMinutes: 0 });
    expect(await rating.submit()).toMatchObject({ lease: null, revisableUntil: null });
  });
});

describe('work that comes late', () => {
  it('takes its place while nobody else has it, before and after the sweep', async () => {
    test.clock.advance(31 * minute);
    expect((await rating.submit()).state).toBe('submitted');
    await start();
    test.clock.advance(31 * minute);
    await sweepComparisons(test.deps);
    expect(await row()).toMatchObject({ state: 'expired', place: null });
    expect((await rating.submit()).state).toBe('submitted');
    expect(await row()).toMatchObject({ place: 1, revision: 1 });
    await expectPlacesRight();
  });

  it('is surplus once somebody else has the place, is kept, and can be revised too', async () => {
    test.clock.advance(31 * minute);
    await claimComparison(await newRater(), projectId);
    expect(await rating.submit()).toMatchObject({ state: 'surplus', revisableUntil: expect.any(String) });
    expect(await rating.submit('equal', 2)).toMatchObject({ state: 'surplus', submitted: { revision: 2 } });
    expect(await row()).toMatchObject({ place: null });
    expect(await kindsOf()).toEqual([
      'comparison.claimed',
      'comparison.expired',
      'comparison.surplus',
      'comparison.revised',
    ]);
    await expectPlacesRight();
  });

  it('needs no place on a calibration pair', async () => {
    ({ id: projectId } = await test.buildProject());
    await buildPairs(test, { projectId, count: 1, isCalibration: true });
    rating = await claimComparison(await newRater(), projectId);
    test.clock.advance(31 * minute);
    await sweepComparisons(test.deps);
    expect((await rating.submit()).state).toBe('submitted');
    expect(await row()).toMatchObject({ place: null, isCalibration: true });
  });
});

describe('a rater who is removed in the midst of a task', () => {
  it('is not let in any more, loses nothing, and the place goes to others when the lease ends', async () => {
    await rating.saveDraft(judge(rating.task));
    const at = test.clock.now();
    await test.deps.db.update(members).set({ removedAt: at }).where(eq(members.id, rater.memberId));
    expect(await errorOf(rating.submit())).toMatchObject({ code: 'not_found' });
    expect((await row()).draft).toEqual(judge(rating.task));
    test.clock.advance(31 * minute);
    const next = await claimComparison(await newRater(), projectId);
    expect((await next.submit()).state).toBe('submitted');
    await expectPlacesRight();
  });

  it('keeps what was submitted', async () => {
    await rating.submit();
    await test.deps.db
      .update(members)
      .set({ removedAt: test.clock.now() })
      .where(eq(members.id, rater.memberId));
    await sweepComparisons(test.deps);
    expect(await row()).toMatchObject({ state: 'submitted', place: 1 });
    expect(Object.keys(await valuesOf())).toHaveLength(6);
  });
});
