import { emptyJudgement, type Judgement } from '@rookery/shared/comparisons';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, judge, type Rating } from '../../../test/comparisons.ts';
import { errorOf } from '../../../test/tasks.ts';
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
  ({ id: projectId } = await test.buildProject());
  await buildPairs(test, { projectId, count: 2 });
  rater = await test.buildMember({ projectId, roles: ['rater'] });
  rating = await claimComparison(rater, projectId);
});

const noted = (notes: string): Judgement => {
  const judgement = emptyJudgement();
  judgement.options.a.notes = notes;
  return judgement;
};
const withSpans = (spans: Judgement['options']['a']['spans']): Judgement => {
  const judgement = emptyJudgement();
  judgement.options.a.spans = spans;
  return judgement;
};
const span = { support: 'strong', relevance: null, quote: null } as const;

describe('a draft', () => {
  it('is kept as it was saved, version by version, and is there on every device', async () => {
    expect(await rating.saveDraft(noted('one'))).toMatchObject({ version: 1 });
    expect(await rating.saveDraft(judge(rating.task), 1)).toMatchObject({ version: 2 });
    expect(await rating.get()).toMatchObject({
      draftVersion: 2,
      draft: { version: 2, judgement: judge(rating.task), savedAt: test.clock.now().toISOString() },
    });
  });

  it('pushes the lease on, and counts as activity', async () => {
    await rating.saveDraft(noted('one'));
    test.clock.advance(50_000);
    const { lease } = await rating.saveDraft(noted('two'), 1);
    expect(Date.parse(lease!.expiresAt)).toBe(test.clock.now().getTime() + 30 * minute);
    expect(lease!.token).toBe(rating.leaseToken);
    expect((await rating.get()).activeSeconds).toBe(50);
  });

  it('is answered the same when it is sent again, and loses nothing to an older one', async () => {
    const first = await rating.saveDraft(noted('one'));
    expect(await rating.saveDraft(noted('one'))).toEqual(first);
    const error = await errorOf(rating.saveDraft(noted('from another tab')));
    expect(error).toMatchObject({ code: 'conflict', details: { version: 1 } });
    expect((await rating.get()).draft!.judgement).toEqual(noted('one'));
    expect(await errorOf(rating.saveDraft(noted('from nowhere'), 7))).toMatchObject({ code: 'conflict' });
  });

  it('is saved once of two that come at the same time from one version', async () => {
    const outcomes = await Promise.allSettled([
      rating.saveDraft(noted('one')),
      rating.saveDraft(noted('two')),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await rating.get()).draftVersion).toBe(1);
  });

  it('is kept after the lease has ended, and says so', async () => {
    test.clock.advance(31 * minute);
    expect(await rating.saveDraft(noted('late'))).toMatchObject({ version: 1, lease: null });
    expect(await rating.get()).toMatchObject({ state: 'expired', lease: null, activeSeconds: 0 });
    expect((await rating.extend()).draft!.judgement).toEqual(noted('late'));
  });

  it('keeps the question in its use after the lease has ended too, since it may be submitted still', async () => {
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const reuse = () =>
      lead.client.updateQuestions({
        params: { projectId },
        body: { which: { matching: {} }, change: { use: 'bc' } },
      });
    await rating.saveDraft(noted('one'));
    test.clock.advance(31 * minute);
    await sweepComparisons(test.deps);
    expect(await reuse()).toEqual({ changed: 1, unchanged: 0, refused: 1 });
    await rating.release();
    expect(await reuse()).toEqual({ changed: 1, unchanged: 1, refused: 0 });
  });

  it('is kept while a submitted comparison may be revised, and refused afterwards', async () => {
    const { draftVersion } = await rating.submit();
    const saved = await rating.saveDraft(noted('better'), draftVersion);
    expect(saved.lease).not.toBeNull();
    expect(await rating.get()).toMatchObject({ state: 'submitted', draft: { judgement: noted('better') } });
    test.clock.advance(30 * minute);
    const error = await errorOf(rating.saveDraft(noted('later'), saved.version));
    expect(error).toMatchObject({ code: 'wrong_state', details: { state: 'submitted' } });
    expect(error.message).toContain('time to revise it is over');
  });

  it.each<[string, Judgement, string, RegExp]>([
    ['a span outside the text', withSpans([{ ...span, start: 0, end: 9999 }]), 'claims', /lies outside/],
    [
      'spans over one another',
      withSpans([
        { ...span, start: 0, end: 9 },
        { ...span, start: 5, end: 12 },
      ]),
      'claims',
      /overlap/,
    ],
    [
      'a quote that there is not',
      withSpans([{ ...span, start: 0, end: 9, quote: 3 }]),
      'claims',
      /there are 2/,
    ],
    [
      'a criterion of another form',
      { ...emptyJudgement(), ratings: { accuracy: 'equal' } },
      'accuracy',
      /no criterion/,
    ],
    [
      'a flag that is not asked for',
      { ...emptyJudgement(), questionFlag: 'makes-no-sense' },
      'question',
      /not flagged/,
    ],
  ])('is refused with %s, in a sentence that names the place', async (_, judgement, field, message) => {
    const error = await errorOf(rating.saveDraft(judgement));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toMatch(message);
    expect(error.details!['problems']).toEqual([expect.objectContaining({ field })]);
    expect((await rating.get()).draftVersion).toBe(0);
  });

  it('is refused with a criterion, a choice or a support that does not exist', async () => {
    const send = (judgement: unknown) => errorOf(rating.saveDraft(judgement as Judgement));
    expect(await send({ ratings: { beauty: 'equal' } })).toMatchObject({ code: 'invalid_request' });
    expect(await send({ ratings: { overall: 'best' } })).toMatchObject({ code: 'invalid_request' });
    const spans = [{ ...span, support: 'maybe', start: 0, end: 3 }];
    expect(await send({ options: { a: { spans } } })).toMatchObject({ code: 'invalid_request' });
  });

  it('is refused under another key, and of what is not theirs', async () => {
    const params = { projectId, comparisonId: rating.task.id };
    const body = { leaseToken: 'another', baseVersion: 0, judgement: noted('x') };
    expect(await errorOf(rater.client.saveComparisonDraft({ params, body }))).toMatchObject({
      code: 'lease_lost',
      details: { reason: 'token' },
    });
    const other = await test.buildMember({ projectId, roles: ['rater'] });
    expect(await errorOf(other.client.saveComparisonDraft({ params, body }))).toMatchObject({
      code: 'not_found',
    });
  });

  it('is refused once the comparison was skipped, and what was saved is kept', async () => {
    await rating.saveDraft(noted('one'));
    await rating.release('skip', '');
    expect(await errorOf(rating.saveDraft(noted('two'), 1))).toMatchObject({ code: 'wrong_state' });
    expect((await rating.get()).draft!.judgement).toEqual(noted('one'));
  });
});

describe('active time', () => {
  it('never counts a second twice when a rater changes between two comparisons', async () => {
    const second = await claimComparison(rater, projectId);
    await rating.act();
    test.clock.advance(30_000);
    await second.act();
    test.clock.advance(10_000);
    await rating.act();
    expect((await rating.get()).activeSeconds + (await second.get()).activeSeconds).toBe(40);
    expect(await rater.client.getOwnComparisonStatistics({ params: { projectId }, query: {} })).toMatchObject(
      { activeSecondsTotal: 40, activeSecondsToday: 40, doneTotal: 0 },
    );
  });

  it('does not count a pause of more than a minute', async () => {
    await rating.act();
    test.clock.advance(61_000);
    expect(await rating.act()).toMatchObject({ activeSeconds: 0 });
    test.clock.advance(20_000);
    expect(await rating.act()).toMatchObject({ activeSeconds: 20 });
  });

  it('is apart from that of demonstrations for one who does both', async () => {
    const both = await test.buildMember({ projectId, roles: ['rater', 'demonstrator'] });
    const own = await claimComparison(both, projectId);
    await own.act();
    test.clock.advance(20_000);
    await own.act();
    const call = { params: { projectId }, query: {} };
    expect(await both.client.getOwnComparisonStatistics(call)).toMatchObject({ activeSecondsTotal: 20 });
    expect(await both.client.getOwnStatistics(call)).toMatchObject({ activeSecondsTotal: 0 });
  });

  it('is part of what leads see of people, beside that of demonstrations', async () => {
    await rating.act();
    test.clock.advance(20_000);
    await rating.act();
    await rating.submit();
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const { members } = await lead.client.listMemberWork({ params: { projectId } });
    const { memberId } = rater;
    expect(members.find((member) => member.memberId === memberId)!.activeSeconds.total).toBe(20);
    const member = await lead.client.getMember({ params: { projectId, memberId } });
    expect(member.days.at(-1)).toMatchObject({ activeSeconds: 20, submitted: 1 });
  });
});
