import type { Client, Sampled } from '@rookery/shared/api';
import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, crowCommands, startRecording } from '../../../test/demonstrations.ts';
import { buildSample, type BuiltSample } from '../../../test/rows.ts';
import {
  activityIntervals,
  answers,
  commands,
  episodes,
  events,
  jobs,
  samples,
} from '../../db/schema/index.ts';
import { sha256 } from './context.ts';
import { createPageReader, rebuildEpisode } from './rebuild.ts';
import { readRecording } from './replay.ts';
import { submitSampleAnswer } from './samples.ts';
import { readStoredRecording } from './stored.ts';

let test: TestApp;
let worker: Client;
let projectId: string;
let sample: BuiltSample;

beforeAll(async () => {
  test = await createTestApp();
  worker = test.clientOf(await test.buildToken({ personId: null, scopes: ['worker'] }));
});
afterAll(() => test?.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  // The second quote of `crowCommands` is taken from it.
  sample = await buildSample(test, { projectId, referencePages: ['http://crows.example/training/#top'] });
});

const sampledAt = (sequence: number): Sampled => ({
  logProbability: -sequence / 8,
  details: { candidates: sequence },
});

const paramsOf = () => ({ projectId, episodeId: sample.episodeId });
const send = (
  command: string,
  sequence: number,
  body: { leaseToken?: string; withObservation?: boolean } = {},
) =>
  worker.sendCommand({
    params: { ...paramsOf(), sequence },
    body: { command, leaseToken: sample.attemptToken, sampled: sampledAt(sequence), ...body },
  });

async function sendAll(list: readonly string[]): Promise<void> {
  for (const [index, command] of list.entries()) await send(command, index + 1);
}

const rows = () =>
  test.deps.db
    .select()
    .from(commands)
    .where(eq(commands.episodeId, sample.episodeId))
    .orderBy(asc(commands.sequence));
const readSample = async () => {
  const [row] = await test.deps.db.select().from(samples).where(eq(samples.id, sample.sampleId));
  return row!;
};
const submit = (options: { text?: string; duplicateOf?: string | null } = {}) =>
  test.deps.db.transaction((tx) =>
    submitSampleAnswer({
      tx,
      ...paramsOf(),
      text: options.text ?? 'Crows bring gifts to people who feed them [1][2].',
      sampled: sampledAt(99),
      source: 'Policy 1',
      duplicateOf: options.duplicateOf ?? null,
      now: test.clock.now(),
    }),
  );

describe('a command of a sample', () => {
  it('is answered with the observation that follows, and kept with how the policy came to it', async () => {
    const { observation, observationSha256, episode } = await send('Search crows gifts', 1, {
      withObservation: true,
    });
    expect(sha256(observation!)).toBe(observationSha256);
    expect(await worker.getObservation({ params: paramsOf() })).toEqual({
      sequence: 1,
      observation,
      observationSha256,
    });
    expect(episode).toMatchObject({ kind: 'sample', assignmentId: null, lease: null, nextSequence: 2 });
    const again = await send('Search crows gifts', 1);
    expect(again).toEqual({
      sequence: 1,
      outcome: again.outcome,
      observationSha256,
      observation: null,
      episode,
    });
    expect(await rows()).toMatchObject([{ status: 'done', sampled: sampledAt(1) }]);
  });

  it('is nobody’s activity', async () => {
    await sendAll(['Search crows gifts', 'End: Answer']);
    const intervals = await test.deps.db
      .select()
      .from(activityIntervals)
      .where(eq(activityIntervals.projectId, projectId));
    expect(intervals).toEqual([]);
  });

  it.each<[string, Partial<typeof jobs.$inferInsert>]>([
    ['was superseded', { attemptToken: 'next' }],
    ['was held', { state: 'held', attemptToken: null }],
    ['has ended', { state: 'done' }],
  ])('is refused once the attempt %s, and writes nothing', async (_, change) => {
    await send('Search crows gifts', 1);
    await test.deps.db.update(jobs).set(change).where(eq(jobs.id, sample.jobId));
    await expect(send('Top', 2)).rejects.toMatchObject({ code: 'lease_lost', details: { reason: 'token' } });
    // Not even what was answered before.
    await expect(send('Search crows gifts', 1)).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await rows()).toHaveLength(1);
    if (change.attemptToken !== 'next') return;
    expect((await send('Top', 2, { leaseToken: 'next' })).episode.nextSequence).toBe(3);
  });

  it('is refused once the sample is drawn again', async () => {
    await test.deps.db.update(samples).set({ draw: 2 }).where(eq(samples.id, sample.sampleId));
    await expect(send('Top', 1)).rejects.toMatchObject({ code: 'lease_lost' });
    expect(await rows()).toEqual([]);
  });

  it('is none of a person', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const { episode, leaseToken } = await startRecording(member.client, projectId);
    const params = { projectId, episodeId: episode.id, sequence: 1 };
    const body = { command: 'Top', leaseToken };
    await expect(
      member.client.sendCommand({ params, body: { ...body, sampled: sampledAt(1) } }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    const { observation, observationSha256 } = await member.client.sendCommand({
      params,
      body: { ...body, withObservation: true },
    });
    expect(sha256(observation!)).toBe(observationSha256);
  });
});

describe('a command that a killed server left pending', () => {
  const leavePending = (command: string, sequence: number) =>
    test.deps.db.insert(commands).values({
      projectId,
      episodeId: sample.episodeId,
      sequence,
      status: 'pending',
      command,
      sampled: sampledAt(sequence),
      requestedAt: test.clock.now(),
    });

  it('is carried out when the next attempt goes on with the episode', async () => {
    await send('Search crows gifts', 1);
    await leavePending('Clicked on link 0', 2);
    await test.deps.db.update(jobs).set({ attemptToken: 'next' }).where(eq(jobs.id, sample.jobId));
    expect(await worker.getEpisode({ params: paramsOf() })).toMatchObject({
      nextSequence: 3,
      view: { title: 'Gifts From Crows' },
    });
    await send('Back', 3, { leaseToken: 'next' });
    expect(await rows()).toMatchObject([1, 2, 3].map((sequence) => ({ sampled: sampledAt(sequence) })));
  });

  it('ends the sample if it ends the episode', async () => {
    await leavePending('End: Nonsense', 1);
    expect(await worker.getEpisode({ params: paramsOf() })).toMatchObject({ state: 'flagged' });
    expect(await readSample()).toMatchObject({ state: 'no-answer', endedAt: test.clock.now() });
  });
});

describe('a sample whose episode ends without an answer', () => {
  it('is done, which is an event of nobody and told to leads', async () => {
    const told = vi.spyOn(test.deps.live, 'publishSoon');
    await send('End: Answer', 1);
    expect(await readSample()).toMatchObject({ state: 'no-answer', draw: 1, endedAt: test.clock.now() });
    const { planId } = sample;
    expect(told.mock.calls).toEqual([[{ projectId }, { type: 'sampling-plan', projectId, planId }]]);
    told.mockRestore();
    const recorded = await test.deps.db
      .select()
      .from(events)
      .where(and(eq(events.projectId, projectId), eq(events.objectId, sample.episodeId)));
    expect(recorded).toMatchObject([
      { kind: 'episode.started', actorId: null },
      { kind: 'episode.ended', actorId: null, after: { state: 'ended', ending: 'answer' } },
    ]);
    await expect(send('Top', 2)).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(submit()).rejects.toMatchObject({ code: 'wrong_state' });
  });

  it('stays cancelled if it was', async () => {
    await test.deps.db.update(samples).set({ state: 'cancelled' }).where(eq(samples.id, sample.sampleId));
    await send('End: Answer', 1);
    expect(await readSample()).toMatchObject({ state: 'cancelled' });
  });
});

describe('the answer of a sample', () => {
  it('is awaited once browsing has ended, and taken once', async () => {
    await sendAll(crowCommands.slice(0, -1));
    await expect(submit()).rejects.toMatchObject({ code: 'wrong_state', details: { state: 'browsing' } });
    await send('End: Answer', crowCommands.length);
    expect(await readSample()).toMatchObject({ state: 'running' });
    await submit();
    await expect(submit()).rejects.toMatchObject({ code: 'wrong_state', details: { state: 'submitted' } });
    const [answer] = await test.deps.db.select().from(answers).where(eq(answers.episodeId, sample.episodeId));
    expect(answer).toMatchObject({
      origin: 'sample',
      source: 'Policy 1',
      episodeId: sample.episodeId,
      revision: 1,
      authorId: null,
      sampled: sampledAt(99),
      quotes: [{ title: 'Gifts From Crows' }, { title: 'Training crows' }],
    });
    const [episode] = await test.deps.db.select().from(episodes).where(eq(episodes.id, sample.episodeId));
    expect(episode).toMatchObject({
      state: 'submitted',
      duplicateOf: null,
      citesReference: true,
      answerRevision: 1,
      answerCitations: 2,
      endedAt: test.clock.now(),
    });
  });

  it('is replayed with its steps, their log-probabilities and the same observations', async () => {
    await sendAll(crowCommands);
    await submit({ text: 'Crows bring gifts [1].' });
    const recording = await readRecording(test.deps, paramsOf());
    expect(recording.answer).toBe('Crows bring gifts [1].');
    expect(recording.answerPrompt).toBe(recording.steps.at(-1)?.observation);
    expect(recording.steps.map(({ command, sampled }) => [command, sampled])).toEqual([
      [null, null],
      ...crowCommands.map((command, index) => [command, sampledAt(index + 1)]),
    ]);
    const stored = await readStoredRecording(test.deps.db, paramsOf());
    const { differences, observations } = await rebuildEpisode(
      stored!,
      createPageReader(test.deps.db, projectId),
    );
    expect([differences, observations]).toEqual([[], crowCommands.length + 1]);
    // The first quote is of another page.
    expect(stored!.episode.citesReference).toBe(false);
  });
});
