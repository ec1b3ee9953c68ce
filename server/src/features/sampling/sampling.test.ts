import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions } from '../../../test/demonstrations.ts';
import { buildEpisode } from '../../../test/rows.ts';
import {
  buildEndpointVersion,
  buildRankerVersion,
  buildWorker,
  createPlan,
  jobsOfPlan,
  shortCommands,
  type ScriptedWorker,
} from '../../../test/samples.ts';
import { errorOf } from '../../../test/tasks.ts';
import {
  answers,
  episodes,
  events,
  jobs,
  pairings,
  questions,
  samples,
  samplingPlans,
} from '../../db/schema/index.ts';
import { sweepSamplingPlans } from './index.ts';

let app: TestApp;
let projectId: string;
let lead: TestMember;
let worker: ScriptedWorker;
let versionId: string;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  ({ id: projectId } = await app.buildProject());
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  worker = await buildWorker(app, { projectId });
  versionId = await buildEndpointVersion(app, { projectId });
});

const codeOf = async (work: Promise<unknown>): Promise<string> => (await errorOf(work)).code;
const planOf = (planId: string) => lead.client.getSamplingPlan({ params: { projectId, planId } });
const samplesOf = async (planId: string) =>
  (await lead.client.listSamples({ params: { projectId }, query: { planId, limit: 100 } })).items;

/** A plan on new rm questions with its jobs. */
async function newPlan(options: { questions?: number } & Partial<Parameters<typeof createPlan>[1]> = {}) {
  const { questions: count = 1, ...rest } = options;
  await buildLibrary(app, { projectId });
  await buildQuestions(app, { projectId, count, use: 'rm' });
  const plan = await createPlan(lead, {
    projectId,
    versionIds: [versionId],
    perQuestion: 2,
    ...rest,
    questions: null,
  });
  return { plan, jobIds: await jobsOfPlan(app, plan.id) };
}

test('questions of a plan: those of its uses and data sets that no version has learnt from, drawn by the seed', async () => {
  const rm = await buildQuestions(app, { projectId, count: 6, use: 'rm' });
  await app.deps.db
    .update(questions)
    .set({ excludedAt: app.clock.now(), excludedReason: 'test' })
    .where(eq(questions.id, rm[0]!));
  const learnt = await buildEpisode(app, { projectId, memberId: lead.memberId });
  const rankerId = await buildRankerVersion(app, { projectId, learntFrom: [learnt] });
  const estimate = (body: Partial<Parameters<typeof createPlan>[1]>) =>
    lead.client.estimateSampling({
      params: { projectId },
      body: { versionIds: [versionId, rankerId], ...body },
    });
  expect(await estimate({})).toMatchObject({ questions: 5, learnt: 0, samples: 5 * 2 * 4 });
  expect(await estimate({ uses: ['rm', 'bc'] })).toMatchObject({ questions: 5, learnt: 1 });
  expect(await estimate({ uses: ['rm', 'bc'], versionIds: [versionId] })).toMatchObject({
    questions: 6,
    learnt: 0,
  });
  expect(await estimate({ uses: ['rm', 'bc'], includeLearnt: true })).toMatchObject({
    questions: 6,
    learnt: 0,
  });
  expect(await estimate({ datasets: ['other'] })).toMatchObject({ questions: 0, samples: 0 });
  expect(await codeOf(createPlan(lead, { projectId, versionIds: [rankerId], uses: ['bc'] }))).toBe(
    'wrong_state',
  );

  const drawn = async (seed: string) => {
    const plan = await createPlan(lead, {
      projectId,
      versionIds: [versionId],
      questions: 3,
      perQuestion: 1,
      seed,
    });
    expect(plan).toMatchObject({ questions: 3, state: 'running', jobs: { open: 3 } });
    return (await samplesOf(plan.id)).map(({ question }) => question.id);
  };
  const first = await drawn('a');
  expect(first).toHaveLength(3);
  expect(rm.slice(1)).toEqual(expect.arrayContaining(first));
  expect(await drawn('a')).toEqual(first);
  const others = await Promise.all(['b', 'c', 'd', 'e'].map(drawn));
  expect(others.some((ids) => ids.join() !== first.join())).toBe(true);
});

test('an estimate goes by the workers that are online and by what samples took before', async () => {
  await buildQuestions(app, { projectId, count: 10, use: 'rm' });
  const other = await app.buildProject();
  await buildWorker(app, { projectId: other.id, isBound: true, concurrency: 50 });
  await buildWorker(app, { projectId, isBound: true, concurrency: 3 });
  const estimate = () =>
    lead.client.estimateSampling({
      params: { projectId },
      body: { versionIds: [versionId], perQuestion: 2 },
    });
  const { slots } = await estimate();
  const { plan, jobIds } = await newPlan();
  const run = await worker.start(jobIds[0]!);
  const { episode } = await run.begin(1);
  await run.browse(episode!, shortCommands);
  app.clock.advance(20_000);
  await run.submit(1, episode!.id, 'Gifts [1].');
  // Workers of other tests of this file are online too.
  const atOnce = Math.min(slots, 11);
  const seconds = (11 * 2 * 20) / atOnce;
  expect(await estimate()).toMatchObject({ slots, secondsPerSample: 20, basis: 'version', seconds });
  await buildEndpointVersion(app, { projectId, version: 2 }).then((id) => (versionId = id));
  expect(await estimate()).toMatchObject({ secondsPerSample: 20, basis: 'kind' });
  expect((await planOf(plan.id)).versions[0]).toMatchObject({
    answered: 1,
    running: 0,
    medianSeconds: 20,
    medianCommands: 4,
  });
  app.clock.advance(61_000);
  expect(await estimate()).toMatchObject({ slots: 0, seconds: null });
});

test('a plan is sampled to its end: counts, list, replay, and pairs once', async () => {
  const { plan, jobIds } = await newPlan({
    questions: 2,
    pairing: { form: 'minimal', perQuestion: null, acrossSources: false, withDemonstrations: true },
  });
  expect(jobIds).toHaveLength(2);
  expect(await app.deps.queues.isPending('sample', { jobId: jobIds[0]!, attempt: 1 })).toBe(true);
  for (const jobId of jobIds) {
    const run = await worker.start(jobId);
    const { samples: todo, policy, temperature } = await worker.client.getSamplingJob({ params: { jobId } });
    expect({ kind: policy.kind, temperature }).toEqual({ kind: 'endpoint', temperature: 0.8 });
    expect(todo.map(({ number, state, draw }) => [number, state, draw])).toEqual([
      [1, 'waiting', 0],
      [2, 'waiting', 0],
    ]);
    expect(await run.draw(1, 'They bring gifts [1].')).toEqual({ state: 'answered', isDuplicate: false });
    await run.draw(2, 'People feed them.');
    await run.complete();
  }
  const done = await planOf(plan.id);
  expect(done).toMatchObject({
    state: 'done',
    jobs: { open: 0, done: 2 },
    secondsLeft: 0,
    endedAt: expect.any(String),
  });
  expect(done.versions[0]).toMatchObject({ samples: 4, answered: 4, waiting: 0, redraws: 0 });
  await sweepSamplingPlans(app.deps);
  const made = await app.deps.db.select().from(pairings).where(eq(pairings.projectId, projectId));
  expect(made).toHaveLength(1);
  const { id, jobId } = done.pairing!;
  expect(made[0]).toMatchObject({ id, jobId, createdBy: lead.personId });
  expect(done.round).toBeNull();
  expect(made[0]!.options).toMatchObject({
    form: 'minimal',
    uses: ['rm'],
    sources: ['asker 1', 'demonstrations'],
  });

  const list = await samplesOf(plan.id);
  expect(list.map(({ number, state, commands }) => [number, state, commands])).toEqual([
    [1, 'answered', 4],
    [2, 'answered', 4],
    [1, 'answered', 4],
    [2, 'answered', 4],
  ]);
  expect(list[0]).toMatchObject({
    answer: 'They bring gifts [1].',
    quotes: 1,
    citesReference: null,
    seed: `one ${list[0]!.question.id} asker 1 1 1`,
  });
  expect(list[0]!.logProbability).toBeCloseTo(-2.5);
  const paged: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await lead.client.listSamples({
      params: { projectId },
      query: { limit: 3, ...(cursor && { cursor }) },
    });
    expect(page.total).toBe(4);
    paged.push(...page.items.map(({ id }) => id));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(list.map(({ id }) => id));
  const count = async (query: object) =>
    (await lead.client.listSamples({ params: { projectId }, query })).total;
  expect(await count({ questionId: list[0]!.question.id, state: 'answered', versionId })).toBe(2);
  expect(await count({ contains: 'CROWS', citesReference: 'yes' })).toBe(0);
  expect(await count({ contains: 'owls' })).toBe(0);

  const replay = await lead.client.replaySample({ params: { projectId, sampleId: list[0]!.id } });
  expect(replay.steps.map(({ command }) => command)).toEqual([null, ...shortCommands]);
  expect(replay.steps[1]!.sampled).toMatchObject({ logProbability: -0.5 });
  expect(replay).toMatchObject({
    draw: 1,
    temperature: 0.8,
    seed: list[0]!.seed,
    sampler: { worker: 'scripted' },
    duplicateOf: null,
    answer: 'They bring gifts [1].',
  });
  expect(
    await codeOf(
      lead.client.replaySample({ params: { projectId, sampleId: list[0]!.id }, query: { draw: 2 } }),
    ),
  ).toBe('not_found');
});

test('begin and submit are the same again, and what a superseded attempt sends is refused', async () => {
  const { jobIds } = await newPlan();
  const jobId = jobIds[0]!;
  const first = await worker.start(jobId);
  const begun = await first.begin(1);
  expect(begun).toMatchObject({ state: 'running', draw: 1, episode: { kind: 'sample', nextSequence: 1 } });
  expect((await first.begin(1)).episode!.id).toBe(begun.episode!.id);
  await first.browse(begun.episode!, shortCommands.slice(0, 2));

  const second = await worker.start(jobId);
  expect(await codeOf(first.begin(1))).toBe('conflict');
  expect(await codeOf(first.browse({ id: begun.episode!.id, nextSequence: 3 }, ['Back']))).toBe('lease_lost');
  const again = await second.begin(1);
  expect(again.episode).toMatchObject({ id: begun.episode!.id, nextSequence: 3 });
  expect(await codeOf(second.submit(1, again.episode!.id, 'Too early.'))).toBe('wrong_state');
  await second.browse(again.episode!, shortCommands.slice(2));
  expect(await codeOf(first.submit(1, again.episode!.id, 'Gifts [1].'))).toBe('conflict');
  const submitted = await second.submit(1, again.episode!.id, 'Gifts [1].');
  expect(await second.submit(1, again.episode!.id, 'Gifts [1].')).toEqual(submitted);
  expect(await codeOf(second.submit(1, again.episode!.id, 'Other.'))).toBe('conflict');
  expect(await second.begin(1)).toMatchObject({ state: 'answered', draw: 1, episode: null });
  expect(await app.deps.db.$count(answers, eq(answers.projectId, projectId))).toBe(1);

  const noAnswer = await second.begin(2);
  await second.browse(noAnswer.episode!, ['End: Nonsense']);
  expect(await second.begin(2)).toMatchObject({ state: 'no-answer', episode: null });
  expect(await codeOf(second.begin(3))).toBe('not_found');
  const otherProject = await app.buildProject();
  const stranger = await buildWorker(app, { projectId: otherProject.id, isBound: true });
  expect(await codeOf(stranger.client.getSamplingJob({ params: { jobId } }))).toBe('not_found');
  expect(await codeOf(worker.client.downloadSamplingModel({ params: { jobId } }))).toBe('wrong_state');
});

test('the same answer is a duplicate, drawn again up to the limit, even when two come at once', async () => {
  const { plan, jobIds } = await newPlan({
    maxRedraws: 1,
    pairing: { form: 'minimal', perQuestion: null, acrossSources: false, withDemonstrations: false },
  });
  const run = await worker.start(jobIds[0]!);
  const [one, two] = [await run.begin(1), await run.begin(2)];
  await run.browse(one.episode!, shortCommands);
  await run.browse(two.episode!, shortCommands);
  const both = await Promise.all([
    run.submit(1, one.episode!.id, 'Gifts  [1].'),
    run.submit(2, two.episode!.id, 'Gifts [1].\n'),
  ]);
  expect(both.map(({ state, isDuplicate }) => `${state} ${isDuplicate}`).toSorted()).toEqual([
    'answered false',
    'waiting true',
  ]);
  const late = both[0].isDuplicate ? 1 : 2;
  const lateEpisode = late === 1 ? one.episode! : two.episode!;
  const redrawn = await run.begin(late);
  expect(redrawn).toMatchObject({ draw: 2, state: 'running' });
  expect(redrawn.seed).not.toBe(late === 1 ? one.seed : two.seed);
  // The answer to the first submit was lost on its way; it is given again as it was.
  const text = late === 1 ? 'Gifts  [1].' : 'Gifts [1].\n';
  expect(await run.submit(late, lateEpisode.id, text)).toEqual({ state: 'waiting', isDuplicate: true });
  await run.browse(redrawn.episode!, shortCommands);
  expect(await run.submit(late, redrawn.episode!.id, 'Gifts [1].')).toEqual({
    state: 'duplicate',
    isDuplicate: true,
  });
  await run.complete();
  const done = await planOf(plan.id);
  expect(done.versions[0]).toMatchObject({ answered: 1, duplicate: 1, redraws: 1 });
  const sample = (await samplesOf(plan.id)).find(({ state }) => state === 'duplicate')!;
  const replay = await lead.client.replaySample({ params: { projectId, sampleId: sample.id } });
  expect(replay.draws.map(({ draw, isDuplicate }) => [draw, isDuplicate])).toEqual([
    [1, true],
    [2, true],
  ]);
  expect(replay.duplicateOf).toMatchObject({ number: late === 1 ? 2 : 1 });

  // All draws keep their answers, and none but the first is paired.
  expect(await app.deps.db.$count(answers, eq(answers.projectId, projectId))).toBe(3);
  const preview = await lead.client.previewPairing({ params: { projectId }, body: {} });
  expect(preview).toMatchObject({ pairs: 0, twins: 0 });
});

test('pairs of a plan are of its own samples', async () => {
  const sampleAll = async (answers: readonly string[]): Promise<string> => {
    const { plan, jobIds } = await newPlan({ perQuestion: 2 });
    const run = await worker.start(jobIds[0]!);
    for (const [index, text] of answers.entries()) {
      const { episode } = await run.begin(index + 1);
      await run.browse(episode!, shortCommands);
      await run.submit(index + 1, episode!.id, text);
    }
    await run.complete();
    return plan.id;
  };
  const planId = await sampleAll(['Gifts [1].', 'Beads [1].']);
  await sampleAll(['Bolts [1].', 'Shells [1].']);
  const preview = (body: { planId?: string }) => lead.client.previewPairing({ params: { projectId }, body });
  expect(await preview({})).toMatchObject({ answers: 4, pairs: 6 });
  expect(await preview({ planId })).toMatchObject({ answers: 2, pairs: 1 });
});

test('a paused plan holds its jobs in the middle of an episode, and goes on with the same one', async () => {
  const { plan, jobIds } = await newPlan({ questions: 2 });
  const params = { projectId, planId: plan.id };
  const run = await worker.start(jobIds[0]!);
  const { episode } = await run.begin(1);
  await run.browse(episode!, shortCommands.slice(0, 2));
  const paused = await lead.client.pauseSamplingPlan({ params });
  expect(paused).toMatchObject({ state: 'paused', jobs: { open: 2 } });
  expect(paused.versions[0]).toMatchObject({ waiting: 4, running: 0 });
  expect(await lead.client.pauseSamplingPlan({ params })).toMatchObject({ state: 'paused' });
  expect(await codeOf(run.browse({ id: episode!.id, nextSequence: 3 }, ['Back']))).toBe('lease_lost');
  expect(await codeOf(run.begin(1))).toBe('conflict');
  expect(await codeOf(run.complete())).toBe('conflict');
  expect(await codeOf(worker.start(jobIds[0]!))).toBe('conflict');

  // A job that is held can be cancelled by itself.
  await lead.client.cancelJob({ params: { projectId, jobId: jobIds[1]! } });

  const resumed = await lead.client.resumeSamplingPlan({ params });
  expect(resumed).toMatchObject({ state: 'running', jobs: { open: 1, cancelled: 1 } });
  expect(resumed.versions[0]).toMatchObject({ waiting: 2, cancelled: 2 });
  expect(await app.deps.queues.isPending('sample', { jobId: jobIds[0]!, attempt: 2 })).toBe(true);
  const next = await worker.start(jobIds[0]!);
  const again = await next.begin(1);
  expect(again).toMatchObject({ draw: 1, episode: { id: episode!.id, nextSequence: 3 } });
  await next.browse(again.episode!, shortCommands.slice(2));
  await next.submit(1, episode!.id, 'Gifts [1].');
  expect(await app.deps.db.$count(episodes, eq(episodes.projectId, projectId))).toBe(1);

  const cancelled = await lead.client.cancelSamplingPlan({ params });
  expect(cancelled).toMatchObject({ state: 'cancelled', jobs: { open: 0, cancelled: 2 }, pairing: null });
  expect(cancelled.versions[0]).toMatchObject({ answered: 1, cancelled: 3, waiting: 0 });
  expect(await codeOf(next.begin(2))).toBe('conflict');
  expect(await codeOf(lead.client.resumeSamplingPlan({ params }))).toBe('wrong_state');
  const told = await app.deps.db
    .select({ kind: events.kind })
    .from(events)
    .where(eq(events.objectId, plan.id))
    .orderBy(events.id);
  expect(told.map(({ kind }) => kind)).toEqual(
    ['created', 'paused', 'resumed', 'cancelled'].map((what) => `sampling-plan.${what}`),
  );
});

test('samples follow a job that fails, is tried again or is cancelled, and the plan follows its jobs', async () => {
  const { plan, jobIds } = await newPlan({ questions: 2 });
  const [first, second] = jobIds as [string, string];
  const run = await worker.start(first);
  await run.draw(1, 'Gifts [1].');
  await run.begin(2);
  await run.fail('No such model.');
  expect(await planOf(plan.id)).toMatchObject({
    state: 'running',
    jobs: { open: 1, failed: 1, lastError: 'No such model.' },
  });
  await lead.client.cancelJob({ params: { projectId, jobId: second } });
  const ended = await planOf(plan.id);
  expect(ended).toMatchObject({ state: 'done', jobs: { open: 0, failed: 1, cancelled: 1 } });
  expect(ended.versions[0]).toMatchObject({ answered: 1, cancelled: 3 });

  await lead.client.retryJob({ params: { projectId, jobId: first } });
  const reopened = await planOf(plan.id);
  expect(reopened).toMatchObject({ state: 'running', endedAt: null, jobs: { open: 1 } });
  expect(reopened.versions[0]).toMatchObject({ answered: 1, waiting: 1, cancelled: 2 });
  const next = await worker.start(first);
  expect(await codeOf(next.complete())).toBe('conflict');
  expect(await next.begin(2)).toMatchObject({ draw: 1 });
  await next.draw(2, 'People feed them.');
  await next.complete();
  expect((await planOf(plan.id)).state).toBe('done');
});

test('a sweep ends what a killed server left, and makes the pairs of a plan once', async () => {
  const { plan, jobIds } = await newPlan({
    pairing: { form: 'minimal', perQuestion: 1, acrossSources: false, withDemonstrations: false },
  });
  const { db } = app.deps;
  const run = await worker.start(jobIds[0]!);
  await run.draw(1, 'Gifts [1].');
  await run.begin(2);
  // The job's end was written, and what follows it was not.
  await db.update(jobs).set({ state: 'failed', endedAt: app.clock.now() }).where(eq(jobs.id, jobIds[0]!));
  await Promise.all([sweepSamplingPlans(app.deps), sweepSamplingPlans(app.deps)]);
  await sweepSamplingPlans(app.deps);
  const done = await planOf(plan.id);
  expect(done).toMatchObject({ state: 'done', pairing: { pairs: 0 } });
  expect(done.versions[0]).toMatchObject({ answered: 1, cancelled: 1 });
  expect(await db.$count(pairings, eq(pairings.projectId, projectId))).toBe(1);

  // A job was queued again, and the plan was paused before it followed.
  await db.update(jobs).set({ state: 'queued', endedAt: null }).where(eq(jobs.id, jobIds[0]!));
  await db.update(samples).set({ state: 'waiting', endedAt: null }).where(eq(samples.state, 'cancelled'));
  await db.update(samplingPlans).set({ state: 'paused' }).where(eq(samplingPlans.id, plan.id));
  await sweepSamplingPlans(app.deps);
  expect(await planOf(plan.id)).toMatchObject({ state: 'paused', endedAt: null });
  expect((await lead.client.getJob({ params: { projectId, jobId: jobIds[0]! } })).state).toBe('held');
});
