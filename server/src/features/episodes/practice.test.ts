import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, crowCommands } from '../../../test/demonstrations.ts';
import { errorOf } from '../../../test/tasks.ts';
import {
  activityIntervals,
  answerDrafts,
  commands,
  episodes,
  events,
  questions,
} from '../../db/schema/index.ts';
import { countStoredEpisodes, readStoredEpisodes } from './stored.ts';
import { sweepPractice } from './index.ts';

const hour = 60 * 60_000;
let test: TestApp;
let projectId: string;
let member: TestMember;
let lead: TestMember;
let ids: string[];

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  ids = await buildQuestions(test, { projectId, count: 3 });
  member = await test.buildMember({ projectId, roles: ['demonstrator'] });
  lead = await test.buildMember({ projectId, roles: ['lead'] });
});

const start = (again = false, who = member) =>
  who.client.startPractice({ params: { projectId }, body: { again } });
const read = (who = member) => who.client.getPractice({ params: { projectId } });
const end = (state: 'skipped' | 'done') =>
  member.client.endPractice({ params: { projectId }, body: { state } });

/** Practises up to the answer. */
async function practise() {
  let episode = await start();
  const params = { projectId, episodeId: episode.id };
  const leaseToken = episode.lease!.token;
  for (const command of crowCommands) {
    ({ episode } = await member.client.sendCommand({
      params: { ...params, sequence: episode.nextSequence },
      body: { command, leaseToken },
    }));
  }
  await member.client.saveDraft({ params, body: { text: 'Gifts [1].', baseVersion: 0, leaseToken } });
  return { params, leaseToken, episode };
}

describe('practice', () => {
  it('is offered before the first task, and is a real episode over the library', async () => {
    expect(await read()).toEqual({ state: 'offered', isOffered: true, isAvailable: true, episodeId: null });
    const { episode, params } = await practise();
    expect(episode).toMatchObject({ kind: 'practice', state: 'answering', assignmentId: null });
    expect(episode.view.quotes).toHaveLength(2);
    expect((await member.client.getEpisode({ params })).draft.text).toBe('Gifts [1].');
    expect((await read()).episodeId).toBe(params.episodeId);
  });

  it('leaves no trace in lists, counts, exports, verification, activity and events', async () => {
    await practise();
    await end('done');
    const params = { projectId };
    const { db } = test.deps;
    expect((await lead.client.listDemonstrations({ params })).total).toBe(0);
    expect((await member.client.listOwnAssignments({ params })).total).toBe(0);
    const { demonstrations, questions: counted } = await lead.client.getProjectOverview({ params });
    expect(demonstrations).toMatchObject({ submitted: 0, inProgress: 0, wanted: 3 });
    expect(counted.open).toBe(3);
    const { doneTotal, activeSecondsTotal } = await member.client.getOwnStatistics({ params });
    expect([doneTotal, activeSecondsTotal]).toEqual([0, 0]);
    expect(await countStoredEpisodes(db, projectId)).toBe(0);
    for await (const batch of readStoredEpisodes(db, { projectId })) expect(batch).toEqual([]);
    const ofMember = eq(activityIntervals.memberId, member.memberId);
    expect(await db.select().from(activityIntervals).where(ofMember)).toEqual([]);
    expect(await db.select().from(events).where(eq(events.projectId, projectId))).toEqual([]);
    const { total, members } = await lead.client
      .listMemberWork({ params })
      .then((work) => ({ members: work.members, total: work.medians.steps }));
    expect(total).toBeNull();
    expect(members.find(({ memberId }) => memberId === member.memberId)).toMatchObject({ submitted: 0 });
  });

  it('takes no answer and cannot be replayed by a lead', async () => {
    const { params, leaseToken } = await practise();
    const submitted = member.client.submitAnswer({ params, body: { text: 'Gifts [1].', leaseToken } });
    expect((await errorOf(submitted)).code).toBe('wrong_state');
    expect((await errorOf(lead.client.replayEpisode({ params }))).code).toBe('not_found');
    const stranger = await test.buildMember({ projectId, roles: ['demonstrator'] });
    expect((await errorOf(stranger.client.getEpisode({ params }))).code).toBe('not_found');
  });

  it('is on the question that would come last, which is never offered for real', async () => {
    const { question } = await start();
    expect(question.id).toBe(ids[2]);
    const claimed = [];
    for (let index = 0; index < 3; index += 1) {
      const { assignment } = await member.client.claimTask({ params: { projectId } });
      claimed.push(assignment?.question.id ?? null);
    }
    expect(claimed).toEqual([ids[0], ids[1], null]);
  });

  it('is on a question of which none is wanted, if a lead has one', async () => {
    await test.deps.db.update(questions).set({ wanted: 0 }).where(eq(questions.id, ids[1]!));
    expect((await start()).question.id).toBe(ids[1]);
  });

  it('never takes the last question from a person', async () => {
    for (const id of ids.slice(1)) {
      await test.deps.db.update(questions).set({ excludedAt: new Date() }).where(eq(questions.id, id));
    }
    expect((await read()).isAvailable).toBe(false);
    expect((await errorOf(start())).code).toBe('wrong_state');
    expect((await member.client.claimTask({ params: { projectId } })).assignment?.question.id).toBe(ids[0]);
  });

  it('is gone on with where it stands, and begun again on the same question when asked', async () => {
    const { params } = await practise();
    expect((await start()).id).toBe(params.episodeId);
    const fresh = await start(true);
    expect(fresh).toMatchObject({ state: 'browsing', nextSequence: 1, draft: { text: '' } });
    expect(fresh.id).not.toBe(params.episodeId);
    expect(fresh.question.id).toBe(ids[2]);
    expect((await errorOf(member.client.getEpisode({ params }))).code).toBe('not_found');
  });

  it('can be skipped, done after that, and is done from then on', async () => {
    expect(await end('skipped')).toMatchObject({ state: 'skipped', isOffered: false });
    await practise();
    expect(await end('done')).toMatchObject({ state: 'done', episodeId: null });
    expect(await end('skipped')).toMatchObject({ state: 'done' });
  });

  it('is not offered to somebody who has had a task', async () => {
    await member.client.claimTask({ params: { projectId } });
    expect(await read()).toMatchObject({ state: 'offered', isOffered: false, isAvailable: true });
  });

  it('is deleted after a day, finished or not, and cannot be gone on with then', async () => {
    // What the other tests left.
    test.clock.advance(24 * hour);
    await sweepPractice(test.deps);
    const { params, leaseToken } = await practise();
    const { db } = test.deps;
    test.clock.advance(23 * hour);
    expect(await sweepPractice(test.deps)).toBe(0);
    test.clock.advance(hour);
    const saved = await member.client.saveDraft({
      params,
      body: { text: 'Late', baseVersion: 1, leaseToken },
    });
    expect(saved.lease).toBeNull();
    expect((await read()).episodeId).toBeNull();
    expect(await sweepPractice(test.deps)).toBe(1);
    const isIt = eq(episodes.id, params.episodeId);
    expect(await db.select().from(episodes).where(isIt)).toEqual([]);
    expect(await db.select().from(commands).where(eq(commands.episodeId, params.episodeId))).toEqual([]);
    expect(await db.select().from(answerDrafts).where(eq(answerDrafts.episodeId, params.episodeId))).toEqual(
      [],
    );
  });
});
