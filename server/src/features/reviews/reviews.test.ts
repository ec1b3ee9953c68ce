import type { ReviewDecision } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import {
  buildLibrary,
  buildQuestions,
  recordDemonstration,
  startRecording,
} from '../../../test/demonstrations.ts';
import { errorOf, taskOf, tokenOf } from '../../../test/tasks.ts';
import { episodes, events, reviews } from '../../db/schema/index.ts';
import { defaultSettings } from '../projects/index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;
let lead: TestMember;
let other: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(() => build({ mode: 'all', percent: 10 }));

async function build(review: (typeof defaultSettings)['review']): Promise<void> {
  ({ id: projectId } = await test.buildProject({ settings: { review } }));
  lead = await test.buildMember({ projectId, roles: ['lead'], name: 'Lea' });
  other = await test.buildMember({ projectId, roles: ['lead'], name: 'Omar' });
  await buildLibrary(test, { projectId });
}

async function submitted(member?: TestMember) {
  await buildQuestions(test, { projectId, count: 1 });
  const demonstrator = member ?? (await test.buildMember({ projectId, roles: ['demonstrator'] }));
  const recorder = await recordDemonstration(demonstrator.client, projectId);
  test.clock.advance(minute);
  const params = { projectId, episodeId: recorder.episode.id };
  return { ...params, params, member: demonstrator, assignmentId: recorder.assignment.id };
}
type Submitted = Awaited<ReturnType<typeof submitted>>;

const list = (query: Record<string, unknown> = {}) =>
  lead.client.listDemonstrations({ params: { projectId }, query });
const rowOf = async ({ episodeId }: { episodeId: string }) => {
  const { items } = await list({ limit: 500 });
  return items.find((item) => item.episodeId === episodeId)!;
};

/** Decides on what is there now. */
async function decide(on: Submitted, decision: ReviewDecision, by = lead, comment = 'Because.') {
  const { answerRevision, decisions } = await rowOf(on);
  const seen = { answerRevision, decisions };
  return by.client.reviewDemonstration({ params: on.params, body: { decision, comment, seen } });
}

/** As the screen does: until there is no more. */
async function decideMany(body: Record<string, unknown>) {
  const total = { batchId: '', decided: 0, unchanged: 0, refused: [] as { reason: string }[], requests: 0 };
  for (let next: unknown; next !== null;) {
    const part = await lead.client.reviewDemonstrations({
      params: { projectId },
      body: { comment: 'All of them.', ...body, ...(next ? { next } : {}) } as never,
    });
    total.batchId = part.batchId;
    total.decided += part.decided;
    total.unchanged += part.unchanged;
    total.refused.push(...part.refused);
    total.requests += 1;
    ({ next } = part);
  }
  return total;
}

describe('a decision', () => {
  it('is kept as a row with who, when, why and the answer looked at, and as an event', async () => {
    const one = await submitted();
    expect(await rowOf(one)).toMatchObject({ standing: 'to-review', decisions: 0, answerRevision: 1 });
    expect(await decide(one, 'accepted')).toMatchObject({ standing: 'accepted', decisions: 1 });
    await decide(one, 'returned', other, 'Cite the second quote.');
    await decide(one, 'excluded');
    await decide(one, 'restored', other);
    const replay = await lead.client.replayEpisode({ params: one.params });
    expect(replay.reviews).toMatchObject([
      { decision: 'accepted', decidedBy: 'Lea', answerRevision: 1, isBulk: false },
      { decision: 'returned', decidedBy: 'Omar', comment: 'Cite the second quote.' },
      { decision: 'excluded', decidedBy: 'Lea', at: test.clock.now().toISOString() },
      { decision: 'restored', decidedBy: 'Omar' },
    ]);
    const kinds = await test.deps.db
      .select({ kind: events.kind })
      .from(events)
      .where(and(eq(events.objectId, one.episodeId), eq(events.actorId, lead.personId)));
    expect(kinds.map(({ kind }) => kind).toSorted()).toEqual(['episode.accepted', 'episode.excluded']);
  });

  it.each(['accepted', 'returned', 'excluded'] as const)('is taken back: %s', async (decision) => {
    const one = await submitted();
    await decide(one, decision);
    expect(await decide(one, 'restored')).toMatchObject({
      standing: 'to-review',
      assignmentState: 'submitted',
    });
    expect(await errorOf(decide(one, 'restored'))).toMatchObject({ code: 'wrong_state' });
  });

  it('needs words where a demonstrator, or whoever looks later, has to know why', async () => {
    const one = await submitted();
    for (const decision of ['returned', 'excluded'] as const)
      expect(await errorOf(decide(one, decision, lead, ' '))).toMatchObject({ code: 'invalid_request' });
    expect(await decide(one, 'accepted', lead, '')).toMatchObject({ standing: 'accepted' });
  });

  it('that was sent twice counts once', async () => {
    const one = await submitted();
    const body = { decision: 'excluded', comment: 'x', seen: { answerRevision: 1, decisions: 0 } } as const;
    await lead.client.reviewDemonstration({ params: one.params, body });
    expect(await lead.client.reviewDemonstration({ params: one.params, body })).toMatchObject({
      decisions: 1,
    });
  });

  it('is not about what is not done', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const { episode } = await startRecording(member.client, projectId);
    const seen = { answerRevision: null, decisions: 0 };
    const work = lead.client.reviewDemonstration({
      params: { projectId, episodeId: episode.id },
      body: { decision: 'accepted', seen },
    });
    expect(await errorOf(work)).toMatchObject({ code: 'wrong_state' });
    expect((await list()).items).toMatchObject([{ standing: null }]);
  });
});

describe('two leads', () => {
  it('who decide at the same moment: one does, and the other is told by whom', async () => {
    const one = await submitted();
    const seen = { answerRevision: 1, decisions: 0 };
    const outcomes = await Promise.allSettled([
      lead.client.reviewDemonstration({ params: one.params, body: { decision: 'accepted', seen } }),
      other.client.reviewDemonstration({
        params: one.params,
        body: { decision: 'excluded', comment: 'Copied.', seen },
      }),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')!;
    expect(refused.reason).toMatchObject({ code: 'conflict' });
    expect((refused.reason as Error).message).toMatch(/^Meanwhile (Lea has accepted|Omar has excluded) it\./);
    expect(
      await test.deps.db.select().from(reviews).where(eq(reviews.episodeId, one.episodeId)),
    ).toHaveLength(1);
  });

  it('cannot decide on an answer that was revised since they looked', async () => {
    const one = await submitted();
    const task = taskOf(one.member, projectId, one.assignmentId);
    const leaseToken = tokenOf(await task.reopen());
    await one.member.client.submitAnswer({ params: one.params, body: { text: 'Another [1].', leaseToken } });
    const work = lead.client.reviewDemonstration({
      params: one.params,
      body: { decision: 'accepted', seen: { answerRevision: 1, decisions: 0 } },
    });
    const error = await errorOf(work);
    expect(error).toMatchObject({ code: 'conflict', details: { answerRevision: 2 } });
    expect(error.message).toMatch(/has submitted another answer/);
    expect(await decide(one, 'accepted')).toMatchObject({
      standing: 'accepted',
      flags: ['invalid-steps', 'revised'],
    });
  });
});

describe('a demonstration that was returned', () => {
  it('is to be reviewed again once its demonstrator has revised the answer, whatever the lot says', async () => {
    await build({ mode: 'accept-all', percent: 10 });
    const one = await submitted();
    expect(await rowOf(one)).toMatchObject({ standing: 'not-drawn' });
    await decide(one, 'returned', lead, 'Say where.');
    const task = taskOf(one.member, projectId, one.assignmentId);
    expect(await task.get()).toMatchObject({ state: 'returned', review: { comment: 'Say where.' } });
    const leaseToken = tokenOf(await task.reopen());
    expect(await rowOf(one)).toMatchObject({ standing: 'returned', isBeingRevised: true });
    await one.member.client.submitAnswer({ params: one.params, body: { text: 'In towns [1].', leaseToken } });
    expect(await rowOf(one)).toMatchObject({
      standing: 'to-review',
      answerRevision: 2,
      isBeingRevised: false,
    });
    const { answers } = await lead.client.replayEpisode({ params: one.params });
    expect(answers.map(({ revision, text }) => [revision, text])).toEqual([
      [1, 'Crows bring gifts to people who feed them [1][2].'],
      [2, 'In towns [1].'],
    ]);
  });
});

describe('what is to be reviewed', () => {
  const setMode = async (review: (typeof defaultSettings)['review']) => {
    await lead.client.updateProject({
      params: { projectId },
      body: { settings: { ...defaultSettings, review } },
    });
  };
  const counts = async () => (await lead.client.getProjectOverview({ params: { projectId } })).demonstrations;

  it('follows the settings, counted on the overview; the rest counts as accepted', async () => {
    const [one] = [await submitted(), await submitted()];
    expect(await counts()).toMatchObject({ submitted: 2, accepted: 0, toReview: 2 });
    await decide(one, 'accepted');
    expect(await counts()).toMatchObject({ submitted: 2, accepted: 1, toReview: 1 });
    await setMode({ mode: 'accept-all', percent: 10 });
    expect(await counts()).toMatchObject({ submitted: 2, accepted: 2, toReview: 0 });
    const [question] = (await lead.client.listQuestions({ params: { projectId } })).items;
    expect(question?.demonstrations).toMatchObject({ submitted: 1, accepted: 1 });
  });

  it('is drawn by a lot that is set when an episode begins, so that a higher share only adds', async () => {
    const all = await Promise.all([submitted(), submitted(), submitted(), submitted()]);
    const draws = [0.05, 0.3, 0.6, 0.95];
    for (const [index, { episodeId }] of all.entries()) {
      const where = eq(episodes.id, episodeId);
      const [row] = await test.deps.db.select().from(episodes).where(where);
      expect(row!.reviewDraw).toBeGreaterThan(0);
      expect(row!.reviewDraw).toBeLessThan(1);
      await test.deps.db.update(episodes).set({ reviewDraw: draws[index]! }).where(where);
    }
    const drawn = async () => (await list({ standing: 'to-review' })).total;
    const found: number[] = [];
    for (const percent of [5, 6, 31, 60, 61, 99]) {
      await setMode({ mode: 'share', percent });
      found.push(await drawn());
    }
    expect(found).toEqual([0, 1, 2, 2, 3, 4]);
  });

  it('is asked for one after the other, the oldest first and round again', async () => {
    const ids = [await submitted(), await submitted(), await submitted()].map(({ episodeId }) => episodeId);
    const next = async (after?: string) =>
      lead.client.nextToReview({ params: { projectId }, query: after === undefined ? {} : { after } });
    expect(await next()).toEqual({ episodeId: ids[0], toReview: 3 });
    expect(await next(ids[0])).toEqual({ episodeId: ids[1], toReview: 3 });
    expect(await next(ids[2])).toEqual({ episodeId: ids[0], toReview: 3 });
    await decideMany({
      which: { ids: ids.slice(0, 2) },
      decision: 'accepted',
      seenAt: test.clock.now().toISOString(),
    });
    expect(await next(ids[1])).toEqual({ episodeId: ids[2], toReview: 1 });
    expect(await next(ids[2])).toEqual({ episodeId: null, toReview: 1 });
  });
});

describe('decisions about many', () => {
  it('are made for a choice or a filter, name what they left alone, and are taken back together', async () => {
    const all = [await submitted(), await submitted(), await submitted()];
    await decide(all[0]!, 'accepted');
    const { readAt } = await list();
    test.clock.advance(1000);
    const matching = await decideMany({ which: { matching: {} }, decision: 'accepted', seenAt: readAt });
    expect(matching).toMatchObject({ decided: 2, unchanged: 1, refused: [] });
    const back = await decideMany({
      which: { batchId: matching.batchId },
      decision: 'restored',
      seenAt: readAt,
    });
    expect(back).toMatchObject({ decided: 2, refused: [] });
    const standings = async () => Promise.all(all.map(async (one) => (await rowOf(one)).standing));
    expect(await standings()).toEqual(['accepted', 'to-review', 'to-review']);

    const later = (await list()).readAt;
    test.clock.advance(1000);
    await decide(all[1]!, 'returned', other, 'One more quote.');
    const ids = all.map(({ episodeId }) => episodeId);
    const named = await decideMany({ which: { ids }, decision: 'excluded', seenAt: later });
    expect(named).toMatchObject({ decided: 2 });
    expect(named.refused).toMatchObject([
      { reason: expect.stringMatching(/after you read the list/) as string },
    ]);
    expect(await standings()).toEqual(['excluded', 'returned', 'excluded']);
    const undone = await decideMany({
      which: { batchId: named.batchId },
      decision: 'restored',
      seenAt: later,
    });
    expect(undone.decided).toBe(2);
    // What was accepted before is looked at once more: a decision that is taken back leaves none.
    expect(await standings()).toEqual(['to-review', 'returned', 'to-review']);
  });

  it('of another project are not touched', async () => {
    const one = await submitted();
    const elsewhere = { ...one };
    const home = lead;
    await build({ mode: 'all', percent: 10 });
    const outcome = await decideMany({
      which: { ids: [elsewhere.episodeId] },
      decision: 'accepted',
      seenAt: test.clock.now().toISOString(),
    });
    expect(outcome).toMatchObject({ decided: 0, unchanged: 0, refused: [] });
    const params = { projectId: elsewhere.projectId };
    expect((await home.client.listDemonstrations({ params })).items).toMatchObject([
      { standing: 'to-review' },
    ]);
  });
});
