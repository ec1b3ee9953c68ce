import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, recordDemonstration } from '../../../test/demonstrations.ts';
import { errorOf, taskOf, tokenOf } from '../../../test/tasks.ts';
import { answers, assignments, episodes } from '../../db/schema/index.ts';
import { createPageReader, rebuildEpisode, readStoredEpisodes } from '../episodes/index.ts';
import { acceptDemonstration, sweepLeases } from './index.ts';

const minute = 60_000;
const first = 'Crows bring gifts to people who feed them [1][2].';
let test: TestApp;
let projectId: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 1 });
});

async function submitted() {
  const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
  const recorder = await recordDemonstration(member.client, projectId);
  return { member, ...handle(member, recorder.assignment.id, recorder.episode.id) };
}

function handle(member: TestMember, assignmentId: string, episodeId: string) {
  const params = { projectId, episodeId };
  return {
    episodeId,
    task: taskOf(member, projectId, assignmentId),
    episode: () => member.client.getEpisode({ params }),
    submit: (text: string, leaseToken: string) =>
      member.client.submitAnswer({ params, body: { text, leaseToken } }),
    saveDraft: (text: string, baseVersion: number, leaseToken: string) =>
      member.client.saveDraft({ params, body: { text, baseVersion, leaseToken } }),
    texts: async () =>
      (
        await test.deps.db
          .select()
          .from(answers)
          .where(eq(answers.episodeId, episodeId))
          .orderBy(asc(answers.revision))
      ).map(({ text }) => text),
    row: async () =>
      (
        await test.deps.db
          .select({ assignment: assignments, episode: episodes })
          .from(assignments)
          .innerJoin(episodes, eq(episodes.assignmentId, assignments.id))
          .where(and(eq(assignments.projectId, projectId), eq(assignments.id, assignmentId)))
      )[0]!,
    isAsReplayed: async () => {
      for await (const batch of readStoredEpisodes(test.deps.db, { projectId })) {
        for (const stored of batch) {
          const { differences } = await rebuildEpisode(stored, createPageReader(test.deps.db, projectId));
          if (differences.length > 0) return false;
        }
      }
      return true;
    },
  };
}

describe('reopening an answer', () => {
  it('gives it back in its place, with what was submitted as the draft; submitting it makes a revision', async () => {
    const { task, episode, submit, texts, row, isAsReplayed } = await submitted();
    const until = new Date(test.clock.now().getTime() + 30 * minute).toISOString();
    expect(await task.get()).toMatchObject({ state: 'submitted', revisableUntil: until, isRevision: false });
    test.clock.advance(29 * minute);
    const reopened = await task.reopen();
    expect(reopened).toMatchObject({ state: 'active', episodeState: 'answering', isRevision: true });
    expect(await task.reopen()).toEqual(reopened);
    expect((await row()).assignment.place).toBe(1);
    expect(await isAsReplayed()).toBe(true);
    expect(await episode()).toMatchObject({
      state: 'answering',
      view: { phase: 'answering' },
      draft: { text: first },
    });
    const done = await submit('Better [1].', tokenOf(reopened));
    expect(done).toMatchObject({ state: 'submitted', episodeState: 'submitted', isRevision: false });
    expect(await submit('Better [1].', tokenOf(reopened))).toMatchObject({ state: 'submitted' });
    expect(await texts()).toEqual([first, 'Better [1].']);
    expect(await isAsReplayed()).toBe(true);
  });

  it('takes no commands: browsing is over', async () => {
    const { member, task, episodeId, episode } = await submitted();
    const leaseToken = tokenOf(await task.reopen());
    const { nextSequence } = await episode();
    const sent = member.client.sendCommand({
      params: { projectId, episodeId, sequence: nextSequence },
      body: { command: 'Search crows', leaseToken },
    });
    expect(await errorOf(sent)).toMatchObject({ code: 'wrong_state', details: { state: 'answering' } });
  });

  it('is refused after the minutes that the project sets, and once a lead has accepted the answer', async () => {
    const { task, episodeId } = await submitted();
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    await test.deps.db.transaction((tx) =>
      acceptDemonstration(test.deps, { tx, projectId, episodeId, actorId: lead.personId, comment: 'Good.' }),
    );
    expect(await errorOf(task.reopen())).toMatchObject({ code: 'wrong_state' });
    expect(await task.get()).toMatchObject({
      revisableUntil: null,
      review: { state: 'accepted', comment: 'Good.' },
    });
    await buildQuestions(test, { projectId, count: 1 });
    const other = await submitted();
    test.clock.advance(30 * minute);
    expect(await other.task.get()).toMatchObject({ state: 'submitted', revisableUntil: null });
    expect(await errorOf(other.task.reopen())).toMatchObject({ code: 'wrong_state' });
  });

  it('is refused where there is no answer, or none yet', async () => {
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const { assignment } = await member.client.claimTask({ params: { projectId } });
    const task = taskOf(member, projectId, assignment!.id);
    expect(await errorOf(task.reopen())).toMatchObject({ code: 'wrong_state' });
    const { id: episodeId } = await member.client.startEpisode({
      params: { projectId },
      body: { assignmentId: assignment!.id, leaseToken: tokenOf(assignment!) },
    });
    await member.client.sendCommand({
      params: { projectId, episodeId, sequence: 1 },
      body: { command: 'End: Nonsense', leaseToken: tokenOf(assignment!) },
    });
    expect(await errorOf(task.reopen())).toMatchObject({ code: 'wrong_state' });
  });

  it('uses up none of the tasks a person may hold, and none of their active time', async () => {
    const { member, task } = await submitted();
    await task.reopen();
    await buildQuestions(test, { projectId, count: 4 });
    const claims = [];
    for (let index = 0; index < 4; index += 1)
      claims.push((await member.client.claimTask({ params: { projectId } })).reason);
    expect(claims).toEqual([null, null, null, 'too_many_leases']);
  });
});

describe('a revision that comes to nothing', () => {
  it('leaves the answer that was submitted, when the person keeps that', async () => {
    const { task, episode, saveDraft, texts, row, isAsReplayed } = await submitted();
    const endedAt = (await task.get()).endedAt;
    const leaseToken = tokenOf(await task.reopen());
    const { draft } = await episode();
    await saveDraft('Worse.', draft.version, leaseToken);
    expect(await errorOf(task.keep('another'))).toMatchObject({ code: 'lease_lost' });
    test.clock.advance(minute);
    const kept = await task.keep(leaseToken);
    expect(kept).toMatchObject({ state: 'submitted', episodeState: 'submitted', isRevision: false, endedAt });
    expect(await task.keep(leaseToken)).toEqual(kept);
    expect(await texts()).toEqual([first]);
    expect(await isAsReplayed()).toBe(true);
    expect((await row()).assignment).toMatchObject({ place: 1, fallsBackTo: null });
    await task.reopen();
    expect((await episode()).draft.text).toBe(first);
  });

  it('never expires: when the lease ends the answer counts again, swept or not, and the draft stays', async () => {
    const { task, episode, saveDraft, texts, row, isAsReplayed } = await submitted();
    const leaseToken = tokenOf(await task.reopen());
    await saveDraft('Half of it', (await episode()).draft.version, leaseToken);
    test.clock.advance(20 * minute);
    const state = { state: 'submitted', episodeState: 'submitted', lease: null, isRevision: false };
    expect(await task.get()).toMatchObject(state);
    const stranger = await test.buildMember({ projectId, roles: ['demonstrator'] });
    expect((await stranger.client.claimTask({ params: { projectId } })).reason).toBe('none_left');
    await sweepLeases(test.deps);
    expect(await task.get()).toMatchObject(state);
    expect((await row()).assignment).toMatchObject({ state: 'submitted', place: 1 });
    expect(await isAsReplayed()).toBe(true);
    expect(await texts()).toEqual([first]);
    await task.reopen();
    expect((await episode()).draft.text).toBe('Half of it');
  });

  it('is over when its lease is, swept or not: a late answer is refused, with the way to submit it', async () => {
    const { task, submit, texts } = await submitted();
    const leaseToken = tokenOf(await task.reopen());
    test.clock.advance(20 * minute);
    expect(await errorOf(submit('Late.', leaseToken))).toMatchObject({ code: 'conflict' });
    await sweepLeases(test.deps);
    expect(await errorOf(submit('Late.', leaseToken))).toMatchObject({ code: 'conflict' });
    expect(await submit(first, leaseToken)).toMatchObject({ state: 'submitted' });
    await submit('Late.', tokenOf(await task.reopen()));
    expect(await texts()).toEqual([first, 'Late.']);
  });

  it('is either submitted or swept, never both, when both happen at once', async () => {
    for (let round = 0; round < 4; round += 1) {
      await buildQuestions(test, { projectId, count: 1 });
      const { task, submit, texts, row, isAsReplayed } = await submitted();
      const leaseToken = tokenOf(await task.reopen());
      test.clock.advance(20 * minute - (round % 2));
      const [sent] = await Promise.allSettled([submit('Just so.', leaseToken), sweepLeases(test.deps)]);
      const { assignment, episode } = await row();
      expect(assignment).toMatchObject({ state: 'submitted', place: 1, fallsBackTo: null });
      expect(episode.state).toBe('submitted');
      expect(await texts()).toHaveLength(sent.status === 'fulfilled' ? 2 : 1);
      expect(await isAsReplayed()).toBe(true);
    }
  });

  it('cannot be given back, and can be paused', async () => {
    const { task, submit, texts } = await submitted();
    const leaseToken = tokenOf(await task.reopen());
    expect(await errorOf(task.release(leaseToken))).toMatchObject({ code: 'wrong_state' });
    await task.pause(leaseToken);
    test.clock.advance(60 * minute);
    const resumed = await task.resume();
    expect(resumed).toMatchObject({ state: 'active', isRevision: true });
    await submit('After a pause.', tokenOf(resumed));
    expect(await texts()).toEqual([first, 'After a pause.']);
  });
});

describe('own tasks', () => {
  it('are listed apart: those to go on with, and those that are done, by how they stand now', async () => {
    const { member, task } = await submitted();
    const list = async (phase: 'open' | 'done') =>
      (await member.client.listOwnAssignments({ params: { projectId }, query: { phase } })).items.map(
        ({ state }) => state,
      );
    expect([await list('open'), await list('done')]).toEqual([[], ['submitted']]);
    await task.reopen();
    expect([await list('open'), await list('done')]).toEqual([['active'], []]);
    test.clock.advance(20 * minute);
    expect([await list('open'), await list('done')]).toEqual([[], ['submitted']]);
    await buildQuestions(test, { projectId, count: 1 });
    await member.client.claimTask({ params: { projectId } });
    test.clock.advance(20 * minute);
    expect([await list('open'), await list('done')]).toEqual([['expired'], ['submitted']]);
  });
});

describe('an answer that came late', () => {
  it('is revised as surplus, outside the places', async () => {
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const { assignment } = await member.client.claimTask({ params: { projectId } });
    const leaseToken = tokenOf(assignment!);
    const { id: episodeId } = await member.client.startEpisode({
      params: { projectId },
      body: { assignmentId: assignment!.id, leaseToken },
    });
    let sequence = 0;
    for (const command of [
      'Search crows gifts',
      'Clicked on link 0',
      'Quote: crows are the only ones',
      'End: Answer',
    ])
      await member.client.sendCommand({
        params: { projectId, episodeId, sequence: (sequence += 1) },
        body: { command, leaseToken },
      });
    test.clock.advance(20 * minute);
    await submitted();
    const { task, submit, row } = handle(member, assignment!.id, episodeId);
    expect(await submit('Late.', leaseToken)).toMatchObject({ state: 'surplus' });
    const token = tokenOf(await task.reopen());
    expect((await row()).assignment).toMatchObject({ state: 'active', place: null, fallsBackTo: 'surplus' });
    expect(await submit('Late, and better.', token)).toMatchObject({ state: 'surplus' });
  });
});
