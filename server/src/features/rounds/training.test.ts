import type { Round } from '@rookery/shared/api';
import { and, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison } from '../../../test/comparisons.ts';
import { finishTraining } from '../../../test/rewards.ts';
import {
  buildRewardModel,
  buildRoundProject,
  scoreSamples,
  type RoundProject,
} from '../../../test/rounds.ts';
import { errorOf } from '../../../test/tasks.ts';
import { jobs } from '../../db/schema/index.ts';
import { sweepRounds } from './index.ts';
import { settleRound } from './settle.ts';

let app: TestApp;
let project: RoundProject;
let lead: TestMember;
let rater: TestMember;
let projectId: string;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  project = await buildRoundProject(app, { questions: 4 });
  ({ lead, projectId } = project);
  rater = await app.buildMember({ projectId, roles: ['rater'] });
});

const paramsOf = ({ id: roundId }: Round) => ({ projectId, roundId });
const train = (round: Round) => lead.client.trainRound({ params: paramsOf(round) });
const movesOf = async (round: Round) =>
  (await lead.client.listRoundEvents({ params: paramsOf(round) })).map(({ to, by }) =>
    `${to} ${by ?? ''}`.trim(),
  );

/** A round whose pairs wait to be compared: three of each question. */
async function comparing(body: Parameters<RoundProject['open']>[0] = {}): Promise<Round> {
  const round = await project.open({
    sampling: { versionIds: [project.versionId], perQuestion: 3, seed: 'one' },
    comparisons: 12,
    ...body,
  });
  await project.sample(round);
  return project.choose(round.id);
}

async function compare(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    await (await claimComparison(rater, projectId)).submit(done % 2 === 0 ? 'a-better' : 'b-better');
  }
}

/** Has a worker score everything that a job is about. */
async function finishScoring(jobId: string): Promise<void> {
  const { client, workerId } = project.worker;
  const params = { jobId, attempt: 1 };
  const { attemptToken } = await client.startAttempt({ params, body: { workerId } });
  const { items } = await client.listRewardAnswers({ params: { jobId }, query: { limit: 200 } });
  const scores = items.map(({ answerId }, index) => ({
    answerId,
    score: index,
    uncertainty: 0.1,
    halves: null,
  }));
  await client.storeScores({ params, body: { attemptToken, scores } });
  await client.completeAttempt({ params, body: { attemptToken, result: {} } });
}

/** Comes once a project's leads are told of a round that is in a state. */
function untilIn(round: Round, state: Round['state']): Promise<Round> {
  return new Promise((resolve, reject) => {
    const stop = app.deps.live.subscribe((_audience, message) => {
      if (message.type !== 'round' || message.roundId !== round.id) return;
      project.get(round.id).then((now) => {
        if (now.state !== state) return;
        stop();
        resolve(now);
      }, reject);
    });
  });
}

test('a round trains by itself once its comparisons are in, and is ready once its samples are scored anew', async () => {
  const round = await comparing();
  expect(round).toMatchObject({ state: 'comparing', comparisons: { wanted: 12, submitted: 0 } });
  await compare(11);
  await settleRound(app.deps, paramsOf(round));
  expect(await project.get(round.id)).toMatchObject({
    state: 'comparing',
    problem: null,
    comparisons: { submitted: 11 },
  });
  const trains = untilIn(round, 'training');
  await compare(1);
  const training = await trains;
  const jobId = training.jobs.training!;
  expect(await app.deps.queues.isPending('train-reward', { jobId, attempt: 1 })).toBe(true);
  await Promise.all([sweepRounds(app.deps), settleRound(app.deps, paramsOf(round))]);
  expect((await project.get(round.id)).jobs.training).toBe(jobId);
  const isTraining = and(eq(jobs.projectId, projectId), eq(jobs.kind, 'train-reward'));
  expect(await app.deps.db.$count(jobs, isTraining)).toBe(1);

  await finishTraining(project.worker.client, { jobId, workerId: project.worker.workerId });
  const rescoring = await project.get(round.id);
  expect(rescoring).toMatchObject({
    state: 'rescoring',
    model: { version: 1, accuracy: { right: 12, of: 20 }, previous: null },
  });
  await finishScoring(rescoring.jobs.rescoring!);
  expect((await project.get(round.id)).state).toBe('ready');
  const closed = await lead.client.closeRound({ params: paramsOf(round) });
  expect(closed).toMatchObject({ state: 'closed', closedAt: app.clock.now().toISOString() });
  expect(await lead.client.closeRound({ params: paramsOf(round) })).toEqual(closed);
  expect((await errorOf(lead.client.cancelRound({ params: paramsOf(round) }))).code).toBe('wrong_state');
  expect(await movesOf(round)).toEqual([
    'sampling Ada',
    'pairing',
    'comparing',
    'training',
    'rescoring',
    'ready',
    'closed Ada',
  ]);

  // The next one starts from what this one came to.
  const next = await project.open({ selection: { rule: 'best-of-n', randomPercent: 0 } });
  expect(next).toMatchObject({ number: 2, startsFrom: { id: closed.model!.id, version: 1 } });
  await project.sample(next);
  await finishScoring((await project.get(next.id)).jobs.scoring!);
  expect(await project.choose(next.id)).toMatchObject({
    state: 'comparing',
    pairs: { byRule: [{ rule: 'best-of-n', pairs: 2 }] },
  });
});

test('what a killed server did not follow up moves a round at the next sweep', async () => {
  const round = await comparing();
  await compare(12);
  await Promise.all([sweepRounds(app.deps), sweepRounds(app.deps)]);
  const { state, jobs } = await project.get(round.id);
  expect(state).toBe('training');
  const modelId = await buildRewardModel(app, { projectId, version: 1, jobId: jobs.training! });
  await sweepRounds(app.deps);
  expect((await project.get(round.id)).state).toBe('rescoring');
  await scoreSamples(app, { round, projectId, modelId, scores: [1, 0, -1] });
  await sweepRounds(app.deps);
  expect((await project.get(round.id)).state).toBe('ready');
  expect(await movesOf(round)).toEqual([
    'sampling Ada',
    'pairing',
    'comparing',
    'training',
    'rescoring',
    'ready',
  ]);
});

test('too little to learn from is told, and the round trains once there is enough', async () => {
  const round = await comparing();
  for (let done = 0; done < 12; done += 1) {
    await (await claimComparison(rater, projectId)).submit(done < 4 ? 'a-better' : 'equal');
  }
  await settleRound(app.deps, paramsOf(round));
  expect(await project.get(round.id)).toMatchObject({
    state: 'comparing',
    problem: { message: expect.stringMatching(/at least 10 pairs.*there are 4/s), jobId: null },
  });
  expect((await errorOf(train(round))).message).toMatch(/at least 10 pairs/);
  const ofOthers = await buildPairs(app, { projectId, count: 6 });
  expect(ofOthers).toHaveLength(6);
  const trains = untilIn(round, 'training');
  await compare(6);
  expect((await trains).problem).toBeNull();
});

test('a lead has it train, early or late, and again where its training failed or was cancelled', async () => {
  const round = await comparing({ trainsByItself: false });
  await compare(12);
  await settleRound(app.deps, paramsOf(round));
  expect(await project.get(round.id)).toMatchObject({
    state: 'comparing',
    problem: { message: 'All of its comparisons are in. Have it train.', jobId: null },
  });
  const tries = await Promise.allSettled([train(round), train(round)]);
  expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const jobOf = async () => (await project.get(round.id)).jobs.training!;
  const first = await jobOf();
  await lead.client.cancelJob({ params: { projectId, jobId: first } });
  expect((await project.get(round.id)).problem).toEqual({
    message: 'Training its reward model was cancelled. Have it train again, or cancel this round.',
    jobId: null,
  });
  await train(round);
  const second = await jobOf();
  expect(second).not.toBe(first);
  expect((await project.get(round.id)).problem).toBeNull();
  await (await project.worker.start(second)).fail('The encoder is not there.');
  expect((await project.get(round.id)).problem).toEqual({
    message: 'Training its reward model failed: The encoder is not there. Try the job again.',
    jobId: second,
  });
  await lead.client.retryJob({ params: { projectId, jobId: second } });
  expect(await project.get(round.id)).toMatchObject({ state: 'training', problem: null });
  expect((await errorOf(train(round))).message).toContain('trains already');
  await lead.client.cancelRound({ params: paramsOf(round) });
  expect((await lead.client.getJob({ params: { projectId, jobId: second } })).state).toBe('cancelled');
});

test('of two leads, one has a failed training tried again or the round train anew: one version comes of it', async () => {
  const round = await comparing({ trainsByItself: false });
  await compare(12);
  await train(round);
  const retry = (jobId: string) => lead.client.retryJob({ params: { projectId, jobId } });
  const isOpen = and(
    eq(jobs.projectId, projectId),
    eq(jobs.kind, 'train-reward'),
    inArray(jobs.state, ['queued', 'running']),
  );
  let jobId = (await project.get(round.id)).jobs.training!;
  for (let time = 0; time < 6; time += 1) {
    await app.deps.db.update(jobs).set({ state: 'failed' }).where(eq(jobs.id, jobId));
    const wishes = [() => train(round), () => retry(jobId)];
    const tries = await Promise.allSettled((time % 2 ? wishes : wishes.toReversed()).map((wish) => wish()));
    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await app.deps.db.$count(jobs, isOpen)).toBe(1);
    jobId = (await project.get(round.id)).jobs.training!;
  }
  await app.deps.db.update(jobs).set({ state: 'failed' }).where(eq(jobs.id, jobId));
  await train(round);
  expect(await errorOf(retry(jobId))).toMatchObject({
    code: 'wrong_state',
    message: expect.stringMatching(/Round 1 \(Round 1\) has gone on without this job.*page of reward models/),
  });
  const { training } = (await project.get(round.id)).jobs;
  await app.deps.db.update(jobs).set({ state: 'failed' }).where(eq(jobs.id, training!));
  await lead.client.cancelRound({ params: paramsOf(round) });
  expect((await errorOf(retry(training!))).message).toContain('was cancelled');
});

test('a version that is there when its round is cancelled is the one that came of it', async () => {
  const round = await comparing();
  await compare(12);
  await settleRound(app.deps, paramsOf(round));
  const jobId = (await project.get(round.id)).jobs.training!;
  // The server was killed before it could move the round.
  const modelId = await buildRewardModel(app, { projectId, version: 1, jobId });
  await app.deps.db.update(jobs).set({ state: 'done' }).where(eq(jobs.id, jobId));
  const cancelled = await lead.client.cancelRound({ params: paramsOf(round) });
  expect(cancelled).toMatchObject({ state: 'cancelled', model: { id: modelId, version: 1 } });
});

test('what is taken out of use is not waited for', async () => {
  const round = await comparing();
  const { items } = await lead.client.listPairs({
    params: { projectId },
    query: { method: 'round', limit: 100 },
  });
  const [first] = items;
  await compare(8);
  await lead.client.updateQuestion({
    params: { projectId, questionId: first!.question.id },
    body: { excluded: true, reason: 'test' },
  });
  const now = await project.get(round.id);
  expect(now.comparisons.wanted).toBe(9);
  await lead.client.changePairs({
    params: { projectId },
    body: { which: { matching: { method: 'round' } }, change: { excluded: true } },
  });
  await settleRound(app.deps, paramsOf(round));
  expect(await project.get(round.id)).toMatchObject({
    state: 'comparing',
    comparisons: { wanted: 0, submitted: 0 },
    problem: { message: expect.stringContaining('out of use') },
  });
});
