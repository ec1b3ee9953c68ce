import type { ApiError } from '@rookery/shared/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, startRecording } from '../../../test/demonstrations.ts';
import { errorOf, taskOf, tokenOf } from '../../../test/tasks.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 3 });
});

async function record() {
  const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
  const recorder = await startRecording(member.client, projectId);
  return { member, recorder, task: taskOf(member, projectId, recorder.assignment.id) };
}

describe('a task that is open in a window', () => {
  it('stays there when another opens it, and keeps its token', async () => {
    const { recorder, task } = await record();
    expect(await task.open('first')).toMatchObject({ openIn: 'first' });
    const seen = await task.open('second');
    expect(seen).toMatchObject({ openIn: 'first', lease: { token: recorder.leaseToken } });
    expect(await task.open('first')).toMatchObject({ openIn: 'first' });
  });

  it('is taken over under a new token, so that the first window writes no more, and is told', async () => {
    const { member, recorder, task } = await record();
    await task.open('first');
    const told = new Promise((resolve) => {
      test.deps.live.subscribe((_audience, message) => {
        if (message.type === 'assignment' && message.openIn === 'second') resolve(message);
      });
    });
    const taken = await task.open('second', true);
    expect(taken.openIn).toBe('second');
    expect(await told).toMatchObject({ assignmentId: recorder.assignment.id, state: 'active' });
    const refused = { code: 'lease_lost', details: { reason: 'token' } };
    expect(await errorOf(recorder.send('Search crows'))).toMatchObject(refused);
    expect(await errorOf(recorder.saveDraft('x', 0))).toMatchObject(refused);
    expect(await errorOf(task.pause(recorder.leaseToken))).toMatchObject(refused);
    const sent = await member.client.sendCommand({
      params: { projectId, episodeId: recorder.episode.id, sequence: 1 },
      body: { command: 'Search crows', leaseToken: tokenOf(taken) },
    });
    expect(sent.outcome.isValid).toBe(true);
    expect(tokenOf(await task.open('first', true))).not.toBe(tokenOf(taken));
  });

  it('carries out the command that was under way when it was taken over, exactly once', async () => {
    const { member, recorder, task } = await record();
    await task.open('first');
    const [sent, taken] = await Promise.allSettled([
      recorder.send('Search crows'),
      task.open('second', true),
    ]);
    if (taken.status !== 'fulfilled') throw new Error('It could not be taken over.', { cause: taken.reason });
    const params = { projectId, episodeId: recorder.episode.id };
    const { nextSequence } = await member.client.getEpisode({ params });
    const outcome = sent.status === 'fulfilled' ? 'stored' : (sent.reason as ApiError).code;
    expect([outcome, nextSequence]).toBeOneOf([
      ['stored', 2],
      ['lease_lost', 1],
    ]);
    const next = await member.client.sendCommand({
      params: { ...params, sequence: nextSequence },
      body: { command: 'Search gifts', leaseToken: tokenOf(taken.value) },
    });
    expect(next.episode.nextSequence).toBe(nextSequence + 1);
  });

  it('is nowhere open once the window has left it, or it is paused or done', async () => {
    const { recorder, task } = await record();
    await task.open('first');
    await task.leave('second');
    expect((await task.get()).openIn).toBe('first');
    await task.leave('first');
    expect((await task.get()).openIn).toBeNull();
    await task.open('second');
    await task.pause(recorder.leaseToken);
    expect(await task.resume()).toMatchObject({ openIn: null });
  });

  it('is open nowhere once its lease has ended', async () => {
    const { task } = await record();
    await task.open('first');
    test.clock.advance(20 * minute);
    expect(await task.open('second')).toMatchObject({ state: 'expired', openIn: null });
  });
});
