import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import {
  buildPairs,
  claimComparison,
  judge,
  type BuiltPair,
  type Rating,
  pairsWithWrongPlaces,
} from '../../../test/comparisons.ts';
import { errorOf } from '../../../test/tasks.ts';
import { comparisons, events, pairs } from '../../db/schema/index.ts';
import { sweepComparisons } from './index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;
let rater: TestMember;
let rating: Rating;
let pair: BuiltPair;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  [pair] = (await buildPairs(test, { projectId, count: 1 })) as [BuiltPair];
  rater = await newRater();
  rating = await claimComparison(rater, projectId);
});

const newRater = () => test.buildMember({ projectId, roles: ['rater'] });
const row = async (id = rating.task.id) =>
  (await test.deps.db.select().from(comparisons).where(eq(comparisons.id, id)))[0]!;
const expectPlacesRight = async () => expect(await pairsWithWrongPlaces(test, projectId)).toEqual([]);
const statistics = () => rater.client.getOwnComparisonStatistics({ params: { projectId }, query: {} });

describe('a lease', () => {
  it('is pushed on by activity and by extending it, and counts as ended from the moment that it ends', async () => {
    test.clock.advance(20 * minute);
    const { lease } = await rating.act();
    expect(Date.parse(lease.expiresAt)).toBe(test.clock.now().getTime() + 30 * minute);
    test.clock.advance(20 * minute);
    const extended = await rating.extend();
    expect(Date.parse(extended.lease!.expiresAt)).toBe(test.clock.now().getTime() + 30 * minute);
    test.clock.advance(30 * minute);
    expect(await rating.get()).toMatchObject({ state: 'expired', lease: null });
    expect(await errorOf(rating.act())).toMatchObject({ code: 'lease_lost', details: { reason: 'expired' } });
    expect((await row()).state).toBe('active');
  });

  it('that ended is taken up again while a place is free, under the same key', async () => {
    await rating.saveDraft(judge(rating.task));
    test.clock.advance(31 * minute);
    await sweepComparisons(test.deps);
    expect(await row()).toMatchObject({ state: 'expired', place: null });
    await expectPlacesRight();
    const task = await rating.extend();
    expect(task).toMatchObject({ state: 'active', lease: { token: rating.leaseToken }, endedAt: null });
    expect(task.draft!.judgement).toEqual(judge(rating.task));
    expect(await row()).toMatchObject({ place: 1 });
    await expectPlacesRight();
  });

  it('that ended is lost once somebody else has the place', async () => {
    test.clock.advance(31 * minute);
    const other = await claimComparison(await newRater(), projectId);
    expect(await errorOf(rating.extend())).toMatchObject({
      code: 'lease_lost',
      details: { reason: 'taken' },
    });
    await other.release();
    expect((await rating.extend()).state).toBe('active');
  });

  it('that ended is not taken up of a pair that was taken out of use, and its draft is kept', async () => {
    await rating.saveDraft(judge(rating.task));
    test.clock.advance(31 * minute);
    const excludedAt = test.clock.now();
    await test.deps.db.update(pairs).set({ excludedAt }).where(eq(pairs.id, pair.id));
    expect(await errorOf(rating.extend())).toMatchObject({
      code: 'lease_lost',
      details: { reason: 'excluded' },
    });
    expect((await rating.get()).draft!.judgement).toEqual(judge(rating.task));
  });

  it('of a calibration pair is taken up without a place', async () => {
    ({ id: projectId } = await test.buildProject());
    await buildPairs(test, { projectId, count: 1, isCalibration: true });
    rating = await claimComparison(await newRater(), projectId);
    test.clock.advance(31 * minute);
    await sweepComparisons(test.deps);
    expect((await rating.extend()).state).toBe('active');
    expect(await row()).toMatchObject({ place: null });
  });

  it('is not taken up beyond the number that one person may hold', async () => {
    await buildPairs(test, { projectId, count: 2 });
    test.clock.advance(31 * minute);
    await claimComparison(rater, projectId);
    await claimComparison(rater, projectId);
    expect(await errorOf(rating.extend())).toMatchObject({ code: 'wrong_state' });
  });

  it('is swept once, whoever sweeps, with its event', async () => {
    test.clock.advance(31 * minute);
    await Promise.all([sweepComparisons(test.deps), sweepComparisons(test.deps)]);
    expect(await sweepComparisons(test.deps)).toBe(0);
    const kinds = await test.deps.db
      .select({ kind: events.kind })
      .from(events)
      .where(eq(events.objectId, rating.task.id));
    expect(kinds.map(({ kind }) => kind)).toEqual(['comparison.claimed', 'comparison.expired']);
  });

  it('of what may be revised stays as it is', async () => {
    const { lease } = await rating.submit();
    test.clock.advance(minute);
    expect((await rating.extend()).lease).toEqual(lease);
    expect((await rating.act()).lease).toEqual(lease);
    test.clock.advance(30 * minute);
    expect(await errorOf(rating.extend())).toMatchObject({ code: 'wrong_state' });
    expect(await errorOf(rating.act())).toMatchObject({ code: 'wrong_state' });
  });
});

describe('giving a comparison back', () => {
  it('frees its place for somebody else, keeps the reason, and is the same twice', async () => {
    await rating.saveDraft(judge(rating.task));
    expect(await rating.release('skip', 'I know the author.')).toMatchObject({
      state: 'released',
      lease: null,
      releaseReason: 'I know the author.',
    });
    await rating.release('skip', 'again');
    await expectPlacesRight();
    expect((await rater.client.claimComparison({ params: { projectId } })).reason).toBe('none_left');
    expect((await claimComparison(await newRater(), projectId)).task.state).toBe('active');
    expect((await row()).draft).toEqual(judge(rating.task));
  });

  it('flags it for the leads with a reason, which it has to have', async () => {
    expect(await errorOf(rating.release('flag', ' '))).toMatchObject({ code: 'invalid_request' });
    expect((await rating.release('flag', 'B is empty.')).state).toBe('flagged');
    const [event] = await test.deps.db
      .select({ after: events.after })
      .from(events)
      .where(eq(events.kind, 'comparison.flagged'));
    expect(event!.after).toMatchObject({ reason: 'B is empty.', state: 'flagged', place: null });
  });

  it('works after the lease has ended, and not once it was submitted', async () => {
    test.clock.advance(31 * minute);
    expect((await rating.release()).state).toBe('released');
    await buildPairs(test, { projectId, count: 1 });
    const next = await claimComparison(rater, projectId);
    await next.submit();
    expect(await errorOf(next.release())).toMatchObject({ code: 'wrong_state' });
  });

  it('is refused under another key', async () => {
    const params = { projectId, comparisonId: rating.task.id };
    const body = { leaseToken: 'another', kind: 'skip', reason: '' } as const;
    expect(await errorOf(rater.client.releaseComparison({ params, body }))).toMatchObject({
      code: 'lease_lost',
    });
  });
});

describe('a rater’s home', () => {
  it('lists their comparisons, newest first, open and done, and nobody else’s', async () => {
    await buildPairs(test, { projectId, count: 3 });
    await rating.submit('b-much-better');
    const second = await claimComparison(rater, projectId);
    await claimComparison(await newRater(), projectId);
    test.clock.advance(31 * minute);
    const list = (phase?: 'open' | 'done') =>
      rater.client.listOwnComparisons({ params: { projectId }, query: phase ? { phase } : {} });
    const all = await list();
    expect(all.total).toBe(2);
    expect(all.items.map(({ id }) => id)).toEqual([second.task.id, rating.task.id]);
    expect((await list('open')).items).toMatchObject([
      { id: second.task.id, state: 'expired', overall: null, leaseExpiresAt: null },
    ]);
    expect((await list('done')).items).toMatchObject([
      { id: rating.task.id, state: 'submitted', overall: 'b-much-better', revision: 1, revisableUntil: null },
    ]);
    const query = { limit: 1 };
    const page = await rater.client.listOwnComparisons({ params: { projectId }, query });
    const rest = await rater.client.listOwnComparisons({
      params: { projectId },
      query: { ...query, cursor: page.nextCursor! },
    });
    expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(all.items.map(({ id }) => id));
    expect(rest.nextCursor).toBeNull();
  });

  it('counts what was done today and in all, and says whether there is more', async () => {
    expect(await statistics()).toMatchObject({ doneToday: 0, doneTotal: 0, available: false });
    await rating.submit();
    expect(await statistics()).toMatchObject({ doneToday: 1, doneTotal: 1, available: false });
    test.clock.advance(24 * 60 * minute);
    await buildPairs(test, { projectId, count: 1, isCalibration: true });
    expect(await statistics()).toMatchObject({ doneToday: 0, doneTotal: 1, available: true });
  });

  it('offers the practice pair until it is done or skipped, or a real one was submitted', async () => {
    const params = { projectId };
    const practice = (member = rater) => member.client.getComparisonPractice({ params });
    expect(await practice()).toEqual({ form: 'webgpt-five', state: 'offered', isOffered: true });
    await rating.submit();
    expect(await practice()).toMatchObject({ state: 'offered', isOffered: false });
    const other = await newRater();
    await other.client.endComparisonPractice({ params, body: { state: 'skipped' } });
    expect(await practice(other)).toMatchObject({ state: 'skipped', isOffered: false });
    await other.client.endComparisonPractice({ params, body: { state: 'done' } });
    await other.client.endComparisonPractice({ params, body: { state: 'skipped' } });
    expect(await practice(other)).toMatchObject({ state: 'done' });
  });

  it('offers the practice pair of another form to a rater who is given that one, and not the old one again', async () => {
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const compareWith = (ratingForm: 'webgpt-five' | 'minimal') =>
      lead.client.updateMember({ params: { projectId, memberId: rater.memberId }, body: { ratingForm } });
    await rating.submit();
    await compareWith('minimal');
    const practice = () => rater.client.getComparisonPractice({ params: { projectId } });
    expect(await practice()).toEqual({ form: 'minimal', state: 'offered', isOffered: true });
    await compareWith('webgpt-five');
    expect(await practice()).toMatchObject({ form: 'webgpt-five', isOffered: false });
  });
});
