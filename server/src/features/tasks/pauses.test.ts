import type { ApiError } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, startRecording } from '../../../test/demonstrations.ts';
import { errorOf, taskOf, tokenOf } from '../../../test/tasks.ts';
import { activityIntervals, assignments } from '../../db/schema/index.ts';
import { sweepLeases } from './index.ts';

const minute = 60_000;
const hour = 60 * minute;
let test: TestApp;
let projectId: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
});

const newMember = () => test.buildMember({ projectId, roles: ['demonstrator'] });
const claim = (member: TestMember) => member.client.claimTask({ params: { projectId } });

async function record(member: TestMember) {
  const recorder = await startRecording(member.client, projectId);
  return { recorder, task: taskOf(member, projectId, recorder.assignment.id) };
}

describe('a paused task', () => {
  it('is held for the hours that the project sets, and resumed under a new token', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const { recorder, task } = await record(await newMember());
    const until = new Date(test.clock.now().getTime() + 24 * hour).toISOString();
    const paused = await task.pause(recorder.leaseToken);
    expect(paused).toMatchObject({ state: 'paused', lease: null, pausedUntil: until });
    expect(await task.pause(recorder.leaseToken)).toEqual(paused);
    test.clock.advance(23 * hour);
    expect((await claim(await newMember())).reason).toBe('none_left');
    const resumed = await task.resume();
    expect(resumed).toMatchObject({ state: 'active', pausedUntil: null });
    expect(tokenOf(resumed)).not.toBe(recorder.leaseToken);
    expect(resumed.lease?.expiresAt).toBe(new Date(test.clock.now().getTime() + 20 * minute).toISOString());
    expect(await task.resume()).toEqual(resumed);
  });

  it('refuses commands, activity and the answer, and says why; a draft is kept', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const member = await newMember();
    const { recorder, task } = await record(member);
    await recorder.send('Search crows');
    await task.pause(recorder.leaseToken);
    const refused = { code: 'wrong_state', details: { state: 'paused' } };
    expect(await errorOf(recorder.send('Clicked on link 0'))).toMatchObject(refused);
    const params = { projectId, episodeId: recorder.episode.id };
    const { leaseToken } = recorder;
    expect(await errorOf(member.client.reportActivity({ params, body: { leaseToken } }))).toMatchObject(
      refused,
    );
    expect(await errorOf(task.extend())).toMatchObject(refused);
    expect(await recorder.saveDraft('Typed.', 0)).toMatchObject({ version: 1, lease: null });
    const token = tokenOf(await task.resume());
    expect(await errorOf(recorder.send('Clicked on link 0'))).toMatchObject({
      code: 'lease_lost',
      details: { reason: 'token' },
    });
    const sent = await member.client.sendCommand({
      params: { ...params, sequence: 2 },
      body: { command: 'Clicked on link 0', leaseToken: token },
    });
    expect(sent.outcome.isValid).toBe(true);
  });

  it('refuses an answer until it is resumed', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const member = await newMember();
    const { recorder, task } = await record(member);
    for (const command of [
      'Search crows gifts',
      'Clicked on link 0',
      'Quote: crows are the only ones',
      'End: Answer',
    ])
      await recorder.send(command);
    await task.pause(recorder.leaseToken);
    expect(await errorOf(recorder.submit('Crows.'))).toMatchObject({ code: 'wrong_state' });
    expect(await task.get()).toMatchObject({ state: 'paused', episodeState: 'answering' });
    const leaseToken = tokenOf(await task.resume());
    const params = { projectId, episodeId: recorder.episode.id };
    const submitted = await member.client.submitAnswer({ params, body: { text: 'Crows.', leaseToken } });
    expect(submitted.state).toBe('submitted');
  });

  it('counts towards the tasks a person may hold', async () => {
    await buildQuestions(test, { projectId, count: 5 });
    const member = await newMember();
    for (let index = 0; index < 3; index += 1) {
      const { recorder, task } = await record(member);
      await task.pause(recorder.leaseToken);
    }
    expect(await claim(member)).toEqual({ assignment: null, reason: 'too_many_leases' });
  });

  it('expires like a lease when the pause runs out, swept or not, and is taken up while its place is free', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const { recorder, task } = await record(await newMember());
    await task.pause(recorder.leaseToken);
    test.clock.advance(24 * hour);
    expect(await task.get()).toMatchObject({ state: 'expired', pausedUntil: null });
    await sweepLeases(test.deps);
    expect(
      (await test.deps.db.select().from(assignments).where(eq(assignments.projectId, projectId)))[0],
    ).toMatchObject({ state: 'expired', place: null });
    expect(await task.resume()).toMatchObject({ state: 'active' });
    await task.pause(recorder.leaseToken);
    test.clock.advance(24 * hour);
    await startRecording((await newMember()).client, projectId);
    expect(await errorOf(task.resume())).toMatchObject({ code: 'lease_lost', details: { reason: 'taken' } });
  });

  it('counts no time as active between pause and resumption, however short', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const { recorder, task } = await record(await newMember());
    test.clock.advance(10_000);
    await task.pause(recorder.leaseToken);
    test.clock.advance(30_000);
    const leaseToken = tokenOf(await task.resume());
    test.clock.advance(5000);
    await task.pause(leaseToken);
    expect((await task.get()).activeSeconds).toBe(15);
    const intervals = await test.deps.db
      .select()
      .from(activityIntervals)
      .where(eq(activityIntervals.projectId, projectId));
    expect(intervals.map(({ isLast }) => isLast)).toEqual([false, false]);
  });

  it('stores the command that was under way when it was paused, once', async () => {
    await buildQuestions(test, { projectId, count: 6 });
    for (let round = 0; round < 6; round += 1) {
      const member = await newMember();
      const { recorder, task } = await record(member);
      const [sent, paused] = await Promise.allSettled([
        recorder.send('Search crows'),
        task.pause(recorder.leaseToken),
      ]);
      expect(paused.status).toBe('fulfilled');
      const { nextSequence } = await member.client.getEpisode({
        params: { projectId, episodeId: recorder.episode.id },
      });
      const outcome = sent.status === 'fulfilled' ? 'stored' : (sent.reason as ApiError).details?.['state'];
      expect([outcome, nextSequence]).toBeOneOf([
        ['stored', 2],
        ['paused', 1],
      ]);
      await task.resume();
      expect((await task.get()).activeSeconds).toBe(0);
      const again = await startRecordingAgain(member, recorder.assignment.id);
      expect((await again('Search crows', 1)).episode.nextSequence).toBe(2);
    }
  });

  it('is not begun without its token, nor once its lease has ended', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const { recorder, task } = await record(await newMember());
    expect(await errorOf(task.pause('another'))).toMatchObject({ details: { reason: 'token' } });
    test.clock.advance(20 * minute);
    expect(await errorOf(task.pause(recorder.leaseToken))).toMatchObject({ details: { reason: 'expired' } });
  });

  it('can be given back, which frees its place', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const { recorder, task } = await record(await newMember());
    await task.pause(recorder.leaseToken);
    expect(await task.release(recorder.leaseToken)).toMatchObject({ state: 'released' });
    expect((await claim(await newMember())).assignment).not.toBeNull();
  });
});

/** Sends commands under the lease as it is now. */
async function startRecordingAgain(member: TestMember, assignmentId: string) {
  const assignment = await taskOf(member, projectId, assignmentId).get();
  const leaseToken = tokenOf(assignment);
  return (command: string, sequence: number) =>
    member.client.sendCommand({
      params: { projectId, episodeId: assignment.episodeId!, sequence },
      body: { command, leaseToken },
    });
}
