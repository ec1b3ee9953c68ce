import { ApiError, createClient, rewardSettingsSchema, type Client } from '@rookery/shared/api';
import { and, eq, inArray } from 'drizzle-orm';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildPairs, claimComparison, type BuiltPair } from '../../../test/comparisons.ts';
import { whileHeld } from '../../../test/locks.ts';
import { finishTraining, modelFileOf, rewardManifest } from '../../../test/rewards.ts';
import { buildApp } from '../../app.ts';
import type { Transaction } from '../../db/database.ts';
import {
  answerScores,
  comparisons,
  jobs,
  members,
  questions,
  ratings,
  rewardModels,
} from '../../db/schema/index.ts';
import { sweepScoreRequests } from './ask.ts';
import { draftTraining } from './training-set.ts';

let server: TestApp;
let projectId: string;
let lead: TestMember;
let rater: TestMember;
let worker: Client;
const workerId = uuidv7();

beforeAll(async () => {
  server = await createTestApp();
  worker = server.clientOf(await server.buildToken({ personId: null, scopes: ['worker'] }));
  await worker.reportWorker({
    params: { workerId },
    body: {
      name: 'trainer',
      kinds: [{ kind: 'train-reward', concurrency: 1 }],
      version: '0',
      device: 'cpu',
      models: [],
      endpoints: [],
      startedAt: server.clock.now().toISOString(),
    },
  });
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ id: projectId } = await server.buildProject());
  lead = await server.buildMember({ projectId, roles: ['lead'] });
  rater = await server.buildMember({ projectId, roles: ['rater'] });
});

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ApiError ? error.code : error),
  );
const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error as Error).message,
  );

/** Pairs of questions of their own, each compared once. */
async function compared(count: number, choice: 'a-better' | 'equal' = 'a-better'): Promise<BuiltPair[]> {
  const pairs = await buildPairs(server, { projectId, count });
  for (let done = 0; done < count; done += 1) await (await claimComparison(rater, projectId)).submit(choice);
  return pairs;
}

const train = (body: Parameters<Client['trainRewardModel']>[0]['body'] = {}) =>
  lead.client.trainRewardModel({ params: { projectId }, body });

async function trained(): Promise<{ modelId: string; sha256: string }> {
  const { id: jobId } = await train();
  const { sha256 } = await finishTraining(worker, { jobId, workerId });
  const { result } = await lead.client.getJob({ params: { projectId, jobId } });
  return { modelId: result!['modelId'] as string, sha256 };
}

/** Whether each question is held out, by its id. */
async function heldOut(): Promise<Map<string, boolean | null>> {
  const rows = await server.deps.db
    .select({ id: questions.id, isHeldOut: questions.isHeldOut })
    .from(questions)
    .where(eq(questions.projectId, projectId));
  return new Map(rows.map(({ id, isHeldOut }) => [id, isHeldOut]));
}

test('training is refused with what to do while there is too little to learn from', async () => {
  expect(await messageOf(train())).toMatch(/at least 10 pairs.*there are 0/s);
  await compared(12, 'equal');
  expect(await messageOf(train())).toMatch(/All 12 pairs are ties/);
  expect(await messageOf(train({ settings: { simulated: true } }))).toMatch(/refuses simulation/);
  const preview = await lead.client.previewRewardTraining({ params: { projectId }, body: {} });
  expect(preview).toMatchObject({ pairs: 12, ties: 12, problem: expect.stringMatching(/ties/) as unknown });
  expect([...(await heldOut()).values()].every((held) => held === null)).toBe(true);
});

test('a preview counts ties as they are learnt from, and what the choice of sources leaves out', async () => {
  const other = await server.buildMember({ projectId, roles: ['rater'] });
  const pairIds = (await buildPairs(server, { projectId, count: 2, wanted: 2 })).map(({ id }) => id);
  for (const who of [rater, other, rater, other]) await (await claimComparison(who, projectId)).submit();
  const rate = async (member: TestMember, value: number, pairId: string) => {
    const isOf = and(eq(comparisons.memberId, member.memberId), eq(comparisons.pairId, pairId));
    const of = server.deps.db.select({ id: comparisons.id }).from(comparisons).where(isOf);
    await server.deps.db.update(ratings).set({ value }).where(inArray(ratings.comparisonId, of));
  };
  for (const pairId of pairIds) await rate(rater, -0.5, pairId);
  await rate(other, 1, pairIds[0]!);
  await rate(other, 0.5, pairIds[1]!);
  const preview = (body: Parameters<Client['previewRewardTraining']>[0]['body']) =>
    lead.client.previewRewardTraining({ params: { projectId }, body });
  const all = { comparisons: 4, pairs: 2, questions: 2, leftOut: { imported: 0, simulated: 0 } };
  expect(await preview({})).toMatchObject({ ...all, ties: 2 });
  expect(await preview({ muchBetter: 'graded' })).toMatchObject({ ...all, ties: 1 });
  await server.deps.db.update(members).set({ isSimulated: true }).where(eq(members.id, other.memberId));
  expect(await preview({})).toMatchObject({
    comparisons: 2,
    pairs: 2,
    ties: 0,
    bySource: [{ source: 'people', comparisons: 2 }],
    leftOut: { imported: 0, simulated: 2 },
  });
  expect((await preview({ simulated: true })).bySource).toEqual([
    { source: 'people', comparisons: 2 },
    { source: 'simulated', comparisons: 2 },
  ]);
});

test('a quarter of the questions is held out for good', async () => {
  await compared(12);
  await train();
  const first = await heldOut();
  expect([...first.values()].filter(Boolean)).toHaveLength(3);
  // Questions of the same texts as those before, which go with them.
  await compared(8);
  await train({ settings: { heldOutPercent: 50 } });
  const second = await heldOut();
  expect(second.size).toBe(20);
  expect([...first].every(([id, held]) => second.get(id) === held)).toBe(true);
});

test('a job learns from the ratings as they were when it was made', async () => {
  const pairs = await compared(12);
  const { id: jobId } = await train();
  const { items: made } = await lead.client.listComparisons({ params: { projectId } });
  await lead.client.excludeComparison({
    params: { projectId, comparisonId: made[0]!.id },
    body: { excluded: true, reason: 'Too fast.' },
  });
  const preview = await lead.client.previewRewardTraining({ params: { projectId }, body: {} });
  expect(preview).toMatchObject({ comparisons: 11, pairs: 11 });
  const { items } = await worker.listRewardJobPairs({ params: { jobId }, query: { limit: 5 } });
  const rest = await worker.listRewardJobPairs({
    params: { jobId },
    query: {
      cursor: (await worker.listRewardJobPairs({ params: { jobId }, query: { limit: 5 } })).nextCursor!,
    },
  });
  const all = [...items, ...rest.items];
  expect(all.map(({ pairId }) => pairId)).toEqual(pairs.map(({ id }) => id).toSorted());
  expect(all[0]).toMatchObject({ ratings: [{ source: 'people', revision: 1 }] });
  expect(Math.abs(all[0]!.ratings[0]!.values.overall!)).toBe(0.5);
  expect(all.filter(({ isHeldOut }) => isHeldOut)).toHaveLength(3);
  const read = await worker.listRewardAnswers({ params: { jobId }, query: { limit: 200 } });
  expect(read.items).toHaveLength(24);
  expect(read.items[0]).toMatchObject({
    quotes: [{ title: 'Gifts From Crows (birds.example)' }, {}],
    isZero: false,
  });
  expect(await worker.getRewardJob({ params: { jobId } })).toMatchObject({
    answers: 24,
    pairs: 12,
    model: null,
  });
});

test('what a training hands in becomes the next version, once, and nothing that fails takes it out of use', async () => {
  await compared(12);
  const { modelId, sha256 } = await trained();
  const again = await train();
  const params = { jobId: again.id, attempt: 1 };
  const { attemptToken } = await worker.startAttempt({ params, body: { workerId } });
  const manifest = rewardManifest({ sha256: 'f'.repeat(64), size: 3 });
  const refused = worker.completeAttempt({ params, body: { attemptToken, result: { manifest } } });
  expect(await messageOf(refused)).toMatch(/was not handed in/);
  const failed = await lead.client.getJob({ params: { projectId, jobId: again.id } });
  expect(failed).toMatchObject({ state: 'failed', error: expect.stringMatching(/not handed in/) as unknown });
  const { items } = await lead.client.listRewardModels({ params: { projectId } });
  expect(items).toMatchObject([{ id: modelId, version: 1, isCurrent: true, model: { sha256 } }]);
  await trained();
  const versions = await lead.client.listRewardModels({ params: { projectId }, query: { limit: 1 } });
  expect(versions).toMatchObject({ total: 2, items: [{ version: 2, isCurrent: true }] });
  const older = await lead.client.listRewardModels({
    params: { projectId },
    query: { cursor: versions.nextCursor! },
  });
  expect(older.items).toMatchObject([{ version: 1, isCurrent: false }]);
});

test('a training that was killed and did it again makes one version, however often it is handed in', async () => {
  await compared(12);
  const { id: jobId } = await train();
  const params = { jobId, attempt: 1 };
  const killed = await worker.startAttempt({ params, body: { workerId } });
  const handIn = async (attemptToken: string) => {
    const body = new Uint8Array(modelFileOf('model').bytes);
    const model = await worker.uploadModel({ params, query: { attemptToken }, body });
    const result = { manifest: rewardManifest(model) };
    await worker.completeAttempt({ params, body: { attemptToken, result } });
  };
  const { attemptToken } = await worker.startAttempt({ params, body: { workerId } });
  expect(await codeOf(handIn(killed.attemptToken))).toBe('conflict');
  await handIn(attemptToken);
  const model = { sha256: modelFileOf('model').sha256, size: modelFileOf('model').bytes.length };
  const result = { manifest: rewardManifest(model) };
  await worker.completeAttempt({ params, body: { attemptToken, result } });
  const { items } = await lead.client.listRewardModels({ params: { projectId } });
  expect(items).toMatchObject([{ version: 1, model }]);
});

test('a job is free while the file that it hands in is read', async () => {
  await compared(12);
  const { id: jobId } = await train();
  vi.spyOn(server.deps.blobs, 'isIntact').mockImplementationOnce(async () => {
    await lead.client.cancelJob({ params: { projectId, jobId } });
    return true;
  });
  expect(await codeOf(finishTraining(worker, { jobId, workerId }))).toBe('conflict');
  expect((await lead.client.listRewardModels({ params: { projectId } })).items).toEqual([]);
});

test('reward models are for leads, and all artifacts for admins', async () => {
  const params = { projectId };
  expect(await codeOf(rater.client.listRewardModels({ params }))).toBe('forbidden');
  expect(await codeOf(rater.client.trainRewardModel({ params, body: {} }))).toBe('forbidden');
  expect(await codeOf(lead.client.listArtifacts())).toBe('forbidden');
});

test('a file that was changed on the server is not handed out, and its artifact says so', async () => {
  await compared(12);
  const { modelId, sha256 } = await trained();
  const download = () => lead.client.downloadRewardModel({ params: { projectId, modelId } });
  expect(await codeOf(download())).toBe('no error');
  const file = path.join(server.deps.blobs.folder, server.deps.blobs.relativePath(sha256));
  await rm(file);
  await writeFile(file, 'another model');
  expect(await messageOf(download())).toMatch(/is no longer what was trained/);
  const admin = await server.buildMember({ projectId, roles: ['lead'], isAdmin: true });
  const artifacts = await admin.client.listArtifacts({ query: { limit: 25 } });
  expect(artifacts.items.find((one) => one.id === modelId)).toMatchObject({
    kind: 'reward',
    sha256,
    isIntact: false,
  });
});

test('answers are scored by a job that goes on where another ended, and listed with what people said', async () => {
  await compared(12);
  const { modelId } = await trained();
  const key = { projectId, modelId };
  const job = await lead.client.scoreAnswers({ params: key, body: {} });
  const params = { jobId: job.id, attempt: 1 };
  const first = await worker.startAttempt({ params, body: { workerId } });
  const page = await worker.listRewardAnswers({ params: { jobId: job.id }, query: { limit: 10 } });
  const scoresOf = (items: typeof page.items) =>
    items.map(({ answerId }, index) => ({
      answerId,
      score: index,
      uncertainty: 0.1,
      halves: [0, 0] as [number, number],
    }));
  const store = (attemptToken: string, items: typeof page.items) =>
    worker.storeScores({ params, body: { attemptToken, scores: scoresOf(items) } });
  await store(first.attemptToken, page.items);
  await store(first.attemptToken, page.items);
  const partly = await lead.client.listRewardPairs({ params: key, query: { limit: 500 } });
  const predictions = partly.items.map(({ predicted }) => predicted);
  // Pairs of which an answer has no score are last.
  expect(predictions.filter((predicted) => predicted !== null)).toHaveLength(5);
  expect(predictions.slice(5)).toEqual(Array(7).fill(null));
  expect(await lead.client.listScoredAnswers({ params: key })).toMatchObject({ total: 10, waiting: 14 });
  const early = worker.completeAttempt({ params, body: { attemptToken: first.attemptToken, result: {} } });
  expect(await codeOf(early)).toBe('conflict');
  // Another run of the attempt supersedes the first.
  const second = await worker.startAttempt({ params, body: { workerId } });
  expect(await codeOf(store(first.attemptToken, page.items))).toBe('conflict');
  const left = await worker.listRewardAnswers({ params: { jobId: job.id }, query: { limit: 200 } });
  expect(left.items).toHaveLength(14);
  await store(second.attemptToken, left.items);
  await worker.completeAttempt({ params, body: { attemptToken: second.attemptToken, result: {} } });
  expect((await lead.client.getJob({ params: { projectId, jobId: job.id } })).result).toMatchObject({
    scored: 24,
  });
  const best = await lead.client.listScoredAnswers({ params: key, query: { limit: 2 } });
  expect(best).toMatchObject({
    total: 24,
    waiting: 0,
    items: [{ score: 13, standardised: null }, { score: 12 }],
  });
  const next = await lead.client.listScoredAnswers({
    params: key,
    query: { limit: 2, cursor: best.nextCursor! },
  });
  expect(next.items[0]!.score).toBe(11);
  const pairs = await lead.client.listRewardPairs({ params: key, query: { limit: 500 } });
  const distances = pairs.items.map(({ predicted, label }) => Math.abs(predicted! - label));
  expect(distances).toHaveLength(12);
  expect(distances).toEqual(distances.toSorted((one, other) => other - one));
  const held = await lead.client.listRewardPairs({ params: key, query: { heldOut: 'yes' } });
  expect(held.total).toBe(3);
  expect(await messageOf(lead.client.scoreAnswers({ params: key, body: {} }))).toMatch(
    /has scored every answer/,
  );
  expect(await lead.client.getBestOf({ params: key })).toMatchObject({ questions: 0, points: [] });
});

test('a request to rank waits for its job, is unavailable without a worker, and says why a job failed', async () => {
  const ask = (wait: number) =>
    lead.client.rankAnswers({
      params: { projectId, modelId: 'current' },
      body: {
        question: 'Why?',
        answers: [
          { answer: 'One.', quotes: [] },
          { answer: 'Two.', quotes: [] },
        ],
        wait,
      },
    });
  expect(await messageOf(ask(1))).toMatch(/no reward model yet/);
  await compared(12);
  const { modelId } = await trained();
  expect(await codeOf(ask(1))).toBe('unavailable');
  const { items: givenUp } = await lead.client.listJobs({ params: { projectId }, query: { kind: 'score' } });
  expect(givenUp).toMatchObject([{ state: 'cancelled' }]);
  const { items: others } = await lead.client.listJobs({ params: { projectId } });
  expect(others.map(({ kind }) => kind)).not.toContain('score');

  const next = async (): Promise<string> => {
    for (;;) {
      const { items } = await lead.client.listJobs({
        params: { projectId },
        query: { kind: 'score', state: 'queued' },
      });
      if (items[0]) return items[0].id;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ranked = ask(20);
  const jobId = await next();
  const params = { jobId, attempt: 1 };
  const { attemptToken, input } = await worker.startAttempt({ params, body: { workerId } });
  expect(input).toMatchObject({ modelId, question: 'Why?', answers: [{ answer: 'One.' }, {}] });
  const scores = [
    { score: -1, uncertainty: 0.2 },
    { score: 1, uncertainty: 0.1 },
  ];
  await worker.completeAttempt({ params, body: { attemptToken, result: { scores } } });
  expect(await ranked).toEqual({
    model: { id: modelId, version: 1 },
    ranking: [
      { index: 1, score: 1, uncertainty: 0.1 },
      { index: 0, score: -1, uncertainty: 0.2 },
    ],
  });

  const failing = messageOf(ask(20));
  const failed = { jobId: await next(), attempt: 1 };
  const begun = await worker.startAttempt({ params: failed, body: { workerId } });
  await worker.failAttempt({
    params: failed,
    body: { attemptToken: begun.attemptToken, reason: 'The encoder is not here.', isFinal: true },
  });
  expect(await failing).toBe('The encoder is not here.');

  const isRequest = inArray(jobs.id, [jobId, failed.jobId]);
  await sweepScoreRequests(server.deps);
  expect(await server.deps.db.$count(jobs, isRequest)).toBe(2);
  server.clock.advance(25 * 60 * 60_000);
  await sweepScoreRequests(server.deps);
  expect(await server.deps.db.$count(jobs, isRequest)).toBe(0);
  expect(await server.deps.db.$count(rewardModels, eq(rewardModels.projectId, projectId))).toBe(1);
});

test('nobody works on for one who has gone', async () => {
  await compared(12);
  await trained();
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { client } = lead;
  const gone = new AbortController();
  const { token } = lead;
  const asked = createClient({ baseUrl: address, token }).scoreAnswer({
    params: { projectId, modelId: 'current' },
    body: { question: 'Why?', answer: 'So.', quotes: [], wait: 100 },
    signal: gone.signal,
  });
  const states = async (): Promise<string[]> => {
    const { items } = await client.listJobs({ params: { projectId }, query: { kind: 'score' } });
    return items.map(({ state }) => state);
  };
  await expect.poll(states).toEqual(['queued']);
  gone.abort();
  await expect(asked).rejects.toThrow(/abort/);
  await expect.poll(states).toEqual(['cancelled']);
});

test('two jobs that score the same answers at once do not wait for each other in a circle', async () => {
  await compared(12);
  const { modelId } = await trained();
  const { id: jobId } = await lead.client.scoreAnswers({ params: { projectId, modelId }, body: {} });
  const params = { jobId, attempt: 1 };
  const { attemptToken } = await worker.startAttempt({ params, body: { workerId } });
  const { items } = await worker.listRewardAnswers({ params: { jobId }, query: { limit: 200 } });
  const [first, ...others] = items.map(({ answerId }) => answerId);
  const scoreOf = (answerId: string) => ({ answerId, score: 1, uncertainty: 0.1, halves: null });
  const storedBy = (tx: Transaction, answerIds: readonly string[]) =>
    tx.insert(answerScores).values(
      answerIds.map((answerId) => ({
        projectId,
        modelId,
        jobId,
        answerId,
        score: 1,
        uncertainty: 0.1,
        createdAt: server.clock.now(),
      })),
    );
  const scores = [...others.toReversed(), first!].map(scoreOf);
  await whileHeld(server, {
    first: (tx) => storedBy(tx, [first!]),
    work: () => worker.storeScores({ params, body: { attemptToken, scores } }),
    second: (tx) => storedBy(tx, others),
  });
  expect(await server.deps.db.$count(answerScores, eq(answerScores.modelId, modelId))).toBe(24);
});

test('a training and a change of many questions at once do not wait for each other in a circle', async () => {
  await compared(12);
  const settings = rewardSettingsSchema.parse({});
  const { decided } = await draftTraining(server.deps.db, { projectId, settings });
  const idsOf = (held: boolean) =>
    [...decided].flatMap(([id, isHeldOut]) => (isHeldOut === held ? id : [])).toSorted();
  const [low, high] = [idsOf(false)[0]!, idsOf(true).at(-1)!].toSorted();
  const lock = (id: string) => (tx: Transaction) =>
    tx.select().from(questions).where(eq(questions.id, id)).for('update');
  const job = await whileHeld(server, { first: lock(low!), work: () => train(), second: lock(high!) });
  expect(job.state).toBe('queued');
});

test('a server that closes ends requests that wait, and those of a server that was killed are cancelled', async () => {
  await compared(12);
  const { modelId } = await trained();
  const params = { projectId, modelId };
  const url = `/api/projects/${projectId}/reward-models/${modelId}/score`;
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  // Nor does a queue that cannot be reached keep it open.
  const queues = { ...server.deps.queues, add: () => new Promise<void>(() => {}) };
  const closing = await buildApp({ ...server.deps, log, queues });
  const headers = { authorization: `Bearer ${lead.token}` };
  const payload = { question: 'Why?', answer: 'So.', quotes: [], wait: 100 };
  const asked = closing.inject({ method: 'POST', url, headers, payload });
  const requests = async () =>
    (await lead.client.listJobs({ params, query: { kind: 'score' } })).items.map(({ state }) => state);
  await expect.poll(requests).toEqual(['queued']);
  await closing.close();
  const answer = await asked;
  expect([answer.statusCode, answer.json().error.message]).toEqual([
    503,
    expect.stringContaining('restarted'),
  ]);
  expect(logged.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([40]);
  expect(await requests()).toEqual(['cancelled']);

  await server.deps.db
    .update(jobs)
    .set({ state: 'queued', endedAt: null })
    .where(and(eq(jobs.projectId, projectId), eq(jobs.kind, 'score')));
  await sweepScoreRequests(server.deps);
  expect(await requests()).toEqual(['queued']);
  server.clock.advance(6 * 60_000);
  await sweepScoreRequests(server.deps);
  expect(await requests()).toEqual(['cancelled']);
});
