import type { Round } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildRewardModel, buildRoundProject, runChoice, type RoundProject } from '../../../test/rounds.ts';
import { jobsOfPlan } from '../../../test/samples.ts';
import { errorOf } from '../../../test/tasks.ts';
import { jobs, pairings, pairs, rounds } from '../../db/schema/index.ts';
import { sweepLostJobs } from '../../jobs/sweeper.ts';
import { sweepRounds } from './index.ts';
import { settleRound } from './settle.ts';

let app: TestApp;
let project: RoundProject;
let lead: TestMember;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  project = await buildRoundProject(app);
  ({ lead } = project);
});

const codeOf = async (work: Promise<unknown>): Promise<string> => (await errorOf(work)).code;
const paramsOf = ({ id: roundId }: Round) => ({ projectId: project.projectId, roundId });
const settle = (round: Round) => settleRound(app.deps, paramsOf(round));
const eventsOf = (round: Round) => lead.client.listRoundEvents({ params: paramsOf(round) });

test('a round opens with its plan, one at a time, and says why it cannot', async () => {
  const { projectId, open } = project;
  const byScores = open({ selection: { rule: 'closest' } });
  expect(await errorOf(byScores)).toMatchObject({
    code: 'wrong_state',
    message: expect.stringMatching(/random|train/),
  });
  const simulated = open({ training: { simulated: true } });
  expect(await errorOf(simulated)).toMatchObject({
    code: 'wrong_state',
    message: expect.stringMatching(/simulation/),
  });
  expect(await codeOf(open({ sampling: { versionIds: [project.versionId], datasets: ['none'] } }))).toBe(
    'wrong_state',
  );

  const tried = await Promise.allSettled([open(), open({ name: 'Spring' })]);
  const [opened] = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [refused] = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  expect(refused).toMatchObject({ code: 'conflict', details: { roundId: opened!.id } });
  expect(opened).toMatchObject({
    number: 1,
    state: 'sampling',
    problem: null,
    startsFrom: null,
    samples: { wanted: 4, done: 0, answered: 0 },
    createdBy: 'Ada',
  });
  const { items, total } = await lead.client.listRounds({ params: { projectId }, query: {} });
  expect([items, total]).toEqual([[opened], 1]);
  expect(await eventsOf(opened!)).toMatchObject([
    { kind: 'round.opened', from: null, to: 'sampling', by: 'Ada' },
  ]);
});

test('samples lead to pairs by the random rule, once, however often and at once it is looked at', async () => {
  const round = await project.open();
  await project.sample(round);
  const paired = await project.get(round.id);
  expect(paired).toMatchObject({ state: 'pairing', samples: { answered: 4 }, jobs: { scoring: null } });
  await Promise.all([settle(round), settle(round), sweepRounds(app.deps)]);
  expect((await project.get(round.id)).jobs.pairing).toBe(paired.jobs.pairing);
  expect(await app.deps.queues.isPending('choose-pairs', { jobId: paired.jobs.pairing!, attempt: 1 })).toBe(
    true,
  );

  const comparing = await project.choose(round.id);
  expect(comparing).toMatchObject({
    state: 'comparing',
    problem: null,
    pairs: { chosen: 2, byRule: [{ rule: 'random', pairs: 2 }] },
    comparisons: { wanted: 2, submitted: 0, inProgress: 0 },
  });
  const { items } = await lead.client.listPairs({
    params: { projectId: project.projectId },
    query: { method: 'round' },
  });
  expect(items.map(({ probability, wanted }) => [probability, wanted])).toEqual([
    [1, 1],
    [1, 1],
  ]);
  const runs = await lead.client.listPairings({ params: { projectId: project.projectId }, query: {} });
  expect(runs.items).toMatchObject([
    { id: comparing.pairingId, method: 'round', options: null, seed: 'one', pairs: 2 },
  ]);
  expect(await eventsOf(round)).toMatchObject([
    { to: 'sampling' },
    { from: 'sampling', to: 'pairing', by: null, fact: expect.stringMatching(/4 of 4 samples/) },
    { from: 'pairing', to: 'comparing', by: null, fact: '2 pairs were chosen.' },
  ]);
});

test('a killed server loses no step and makes no pair twice', async () => {
  const { db, queues } = app.deps;
  const round = await project.open();
  await project.sample(round);
  // The plan had ended and its round not moved; then the move was committed, and its job not handed to the queue.
  await db.update(rounds).set({ state: 'sampling', pairingJobId: null }).where(eq(rounds.id, round.id));
  const add = () => Promise.reject(new Error('killed'));
  await sweepRounds({ ...app.deps, queues: { ...queues, add } });
  const { jobs: made, state } = await project.get(round.id);
  expect(state).toBe('pairing');
  const jobId = made.pairing!;
  expect(await queues.isPending('choose-pairs', { jobId, attempt: 1 })).toBe(false);
  await sweepLostJobs(app.deps);
  expect(await queues.isPending('choose-pairs', { jobId, attempt: 1 })).toBe(true);
  await runChoice(app, jobId);
  const chosen = await db.select().from(pairs).where(eq(pairs.projectId, project.projectId));
  // Its pairs were committed, and neither the job's end nor the round's move was.
  await db
    .update(jobs)
    .set({ state: 'queued', attempt: 2, attemptToken: null, endedAt: null })
    .where(eq(jobs.id, jobId));
  await db.update(rounds).set({ state: 'pairing' }).where(eq(rounds.id, round.id));
  await sweepRounds(app.deps);
  expect((await project.get(round.id)).state).toBe('comparing');
  await runChoice(app, jobId);
  expect(await db.select().from(pairs).where(eq(pairs.projectId, project.projectId))).toEqual(chosen);
  expect(await db.$count(pairings, eq(pairings.projectId, project.projectId))).toBe(1);
  expect(await project.get(round.id)).toMatchObject({ state: 'comparing', pairs: { chosen: 2 } });
});

test('a plan that is paused or comes to nothing holds its round, which says what to do', async () => {
  const round = await project.open();
  const planParams = { projectId: project.projectId, planId: round.plan.id };
  await lead.client.pauseSamplingPlan({ params: planParams });
  expect((await project.get(round.id)).problem?.message).toContain('paused');
  await lead.client.resumeSamplingPlan({ params: planParams });
  expect((await project.get(round.id)).problem).toBeNull();
  const jobIds = await jobsOfPlan(app, round.plan.id);
  for (const jobId of jobIds) await (await project.worker.start(jobId)).fail('No such model.');
  expect(await project.get(round.id)).toMatchObject({
    state: 'sampling',
    problem: { message: expect.stringMatching(/No sample came to an answer/) },
  });
  for (const jobId of jobIds) {
    await lead.client.retryJob({ params: { projectId: project.projectId, jobId } });
  }
  const run = await project.worker.start(jobIds[0]!);
  await run.draw(1, 'Gifts [1].');
  // What there is suffices once the plan is cancelled.
  await lead.client.cancelSamplingPlan({ params: planParams });
  expect(await project.get(round.id)).toMatchObject({ state: 'pairing', samples: { answered: 1 } });
  expect(await project.choose(round.id)).toMatchObject({
    state: 'comparing',
    pairs: { chosen: 0 },
    problem: { message: expect.stringMatching(/no pair to choose/) },
  });
});

test('a failed choice is tried again, and a cancelled one too while its round waits for it', async () => {
  const { projectId } = project;
  const round = await project.open();
  await project.sample(round);
  const jobId = (await project.get(round.id)).jobs.pairing!;
  const params = { projectId, jobId };
  await app.deps.db
    .update(jobs)
    .set({ state: 'failed', error: 'The disk is full.', endedAt: app.clock.now() })
    .where(eq(jobs.id, jobId));
  expect((await project.get(round.id)).problem).toEqual({
    message: 'Choosing its pairs failed: The disk is full. Try the job again.',
    jobId,
  });
  await lead.client.retryJob({ params });
  expect((await project.get(round.id)).problem).toBeNull();
  await lead.client.cancelJob({ params });
  expect(await project.get(round.id)).toMatchObject({
    state: 'pairing',
    problem: { message: expect.stringMatching(/was cancelled. Try the job again/), jobId },
  });
  await lead.client.retryJob({ params });
  expect(await project.choose(round.id)).toMatchObject({ state: 'comparing', pairs: { chosen: 2 } });
  // A round that has gone on has no use for it.
  await app.deps.db.update(jobs).set({ state: 'cancelled' }).where(eq(jobs.id, jobId));
  expect(await errorOf(lead.client.retryJob({ params }))).toMatchObject({
    code: 'wrong_state',
    message: expect.stringMatching(/gone on without this job/),
  });
});

test('a choice that was cancelled once its pairs were made moves its round on, and is not made again', async () => {
  const { projectId } = project;
  const round = await project.open();
  await project.sample(round);
  const jobId = (await project.get(round.id)).jobs.pairing!;
  const { db, live } = app.deps;
  // The lead's wish comes after the pairs and before the job's end.
  const publish: typeof live.publish = async (...told) => {
    if (told[2].type === 'overview') await lead.client.cancelJob({ params: { projectId, jobId } });
    await live.publish(...told);
  };
  await runChoice({ deps: { ...app.deps, live: { ...live, publish } } }, jobId);
  expect((await lead.client.getJob({ params: { projectId, jobId } })).state).toBe('cancelled');
  expect(await project.get(round.id)).toMatchObject({ state: 'comparing', pairs: { chosen: 2 } });
  expect(await db.$count(pairings, eq(pairings.projectId, projectId))).toBe(1);
});

test('a cancelled round ends its plan and jobs, keeps what it has, and makes room for the next', async () => {
  const round = await project.open();
  expect(await codeOf(lead.client.closeRound({ params: paramsOf(round) }))).toBe('wrong_state');
  expect(await codeOf(lead.client.trainRound({ params: paramsOf(round) }))).toBe('wrong_state');
  const cancelled = await lead.client.cancelRound({ params: paramsOf(round) });
  expect(cancelled).toMatchObject({ state: 'cancelled', problem: null });
  expect(await lead.client.cancelRound({ params: paramsOf(round) })).toEqual(cancelled);
  const plan = await lead.client.getSamplingPlan({
    params: { projectId: project.projectId, planId: round.plan.id },
  });
  expect(plan).toMatchObject({
    state: 'cancelled',
    jobs: { open: 0, cancelled: 2 },
    round: { id: round.id, name: round.name },
  });

  const second = await project.open();
  expect(second).toMatchObject({ number: 2, name: 'Round 2' });
  await project.sample(second);
  const jobId = (await project.get(second.id)).jobs.pairing!;
  await lead.client.cancelRound({ params: paramsOf(second) });
  expect((await lead.client.getJob({ params: { projectId: project.projectId, jobId } })).state).toBe(
    'cancelled',
  );

  const third = await project.open();
  await project.sample(third);
  await project.choose(third.id);
  await lead.client.cancelRound({ params: paramsOf(third) });
  expect((await eventsOf(third)).at(-1)).toMatchObject({
    kind: 'round.cancelled',
    by: 'Ada',
    fact: expect.stringMatching(/Its 2 pairs stay.*0 of 2 comparisons/),
  });
  expect(await app.deps.db.$count(pairs, eq(pairs.projectId, project.projectId))).toBe(2);
});

test('a budget smaller than the overlap is not exceeded', async () => {
  const round = await project.open({ comparisons: 2, overlap: 3 });
  await project.sample(round);
  expect(await project.choose(round.id)).toMatchObject({ pairs: { chosen: 1 }, comparisons: { wanted: 2 } });
});

test('a round whose samples had their scores before it needed a job does not wait for samples that come later', async () => {
  const { projectId } = project;
  await buildRewardModel(app, { projectId, version: 1 });
  const round = await project.open();
  await project.sample(round);
  expect((await project.get(round.id)).state).toBe('scoring');
  await app.deps.db.update(rounds).set({ scoringJobId: null }).where(eq(rounds.id, round.id));
  await settle(round);
  expect((await project.get(round.id)).state).toBe('pairing');
});
