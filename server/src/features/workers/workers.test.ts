import { ApiError, type Client } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hashToken } from '../accounts/index.ts';
import { apiTokens } from '../../db/schema/index.ts';
import { sweepWorkers } from './index.ts';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';

let server: TestApp;
let projectId: string;
let admin: TestMember;
let worker: Client;
let workerId: string;

beforeAll(async () => {
  server = await createTestApp();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ id: projectId } = await server.buildProject());
  admin = await server.buildMember({ projectId, roles: ['lead'], isAdmin: true });
  worker = server.clientOf(await server.buildToken({ personId: null, scopes: ['worker'] }));
  workerId = uuidv7();
});

const report = (client: Client = worker, id = workerId, isEnding = false): Promise<undefined> =>
  client.reportWorker({
    params: { workerId: id },
    body: {
      name: 'gpu-1',
      kinds: [{ kind: 'ping', concurrency: 4 }],
      version: '0.1.0',
      device: 'cpu',
      models: [{ name: 'encoder', sha256: 'ab'.repeat(32) }],
      endpoints: ['LOCAL'],
      startedAt: server.clock.now().toISOString(),
      isEnding,
    },
  });
const newPing = async (): Promise<string> => (await admin.client.createPing({ params: { projectId } })).id;
const startAttempt = (jobId: string, attempt = 1, client: Client = worker) =>
  client.startAttempt({ params: { jobId, attempt }, body: { workerId } });
const readJob = (jobId: string) => admin.client.getJob({ params: { projectId, jobId } });
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ApiError ? error.code : error),
  );

test('a worker is online for a minute after it was last seen', async () => {
  await report();
  const find = async () => (await admin.client.listWorkers()).find(({ id }) => id === workerId);
  expect(await find()).toMatchObject({
    name: 'gpu-1',
    kinds: [{ kind: 'ping', concurrency: 4 }],
    device: 'cpu',
    models: [{ name: 'encoder', sha256: 'ab'.repeat(32) }],
    endpoints: ['LOCAL'],
    isOnline: true,
  });
  server.clock.advance(61_000);
  expect(await find()).toMatchObject({ isOnline: false });
  await report();
  expect(await find()).toMatchObject({ isOnline: true, lastSeenAt: server.clock.now().toISOString() });
  await report(worker, workerId, true);
  expect(await find()).toMatchObject({ isOnline: false });
});

test("a project's leads see the workers that take its jobs, with what they have in hand of it", async () => {
  const lead = await server.buildMember({ projectId, roles: ['lead'] });
  const seen = async () => {
    const list = await lead.client.listProjectWorkers({ params: { projectId } });
    return list.filter(({ id }) => id === workerId || id === elsewhere);
  };
  const { id: otherProject } = await server.buildProject();
  const bound = await server.buildToken({ personId: null, scopes: ['worker'], projectId: otherProject });
  const elsewhere = uuidv7();
  await report(server.clientOf(bound), elsewhere);
  await report();
  const jobId = await newPing();
  await startAttempt(jobId);
  const otherAdmin = await server.buildMember({ projectId: otherProject, roles: ['lead'], isAdmin: true });
  const other = await otherAdmin.client.createPing({ params: { projectId: otherProject } });
  await startAttempt(other.id);
  expect(await seen()).toMatchObject([{ id: workerId, jobs: [{ id: jobId, kind: 'ping' }] }]);
  const ofAll = (await admin.client.listWorkers()).find(({ id }) => id === workerId);
  expect(ofAll?.jobs.map(({ id }) => id)).toEqual([jobId, other.id]);
  expect(await readJob(jobId)).toMatchObject({ worker: 'gpu-1' });
  server.clock.advance(24 * 60 * 60_000 + 1);
  expect(await seen()).toEqual([]);
});

test('a worker whose key is revoked is refused from then on, and no longer shown', async () => {
  const token = await server.buildToken({ personId: null, scopes: ['worker'] });
  const revoked = server.clientOf(token);
  await report(revoked);
  const jobId = await newPing();
  const { attemptToken } = await startAttempt(jobId, 1, revoked);
  await server.deps.db
    .update(apiTokens)
    .set({ revokedAt: server.clock.now() })
    .where(eq(apiTokens.tokenHash, hashToken(token)));
  expect(await codeOf(report(revoked))).toBe('not_signed_in');
  const body = { attemptToken, result: {} };
  expect(await codeOf(revoked.completeAttempt({ params: { jobId, attempt: 1 }, body }))).toBe(
    'not_signed_in',
  );
  const list = await admin.client.listProjectWorkers({ params: { projectId } });
  expect(list.some(({ id }) => id === workerId)).toBe(false);
});

test('leads of any project and admins hear of workers that come, begin and end jobs, and go', async () => {
  const heard: unknown[] = [];
  const stop = server.deps.live.subscribe((audience, message) => {
    if (message.type === 'workers') heard.push(audience);
  });
  const next = async (act: () => Promise<unknown>) => {
    heard.length = 0;
    await act();
    await expect.poll(() => heard).toEqual([{ projectId: null }]);
  };
  await next(() => report());
  const jobId = await newPing();
  let attemptToken = '';
  await next(async () => ({ attemptToken } = await startAttempt(jobId)));
  const params = { jobId, attempt: 1 };
  await next(() => worker.completeAttempt({ params, body: { attemptToken, result: {} } }));
  await next(() => report(worker, workerId, true));
  stop();
});

test('workers unseen for 30 days are forgotten, unless a job names them', async () => {
  await report();
  await startAttempt(await newPing());
  const idle = uuidv7();
  await report(worker, idle);
  server.clock.advance(30 * 24 * 60 * 60_000 + 1);
  await sweepWorkers(server.deps);
  const ids = (await admin.client.listWorkers()).map(({ id }) => id);
  expect(ids).toContain(workerId);
  expect(ids).not.toContain(idle);
});

test('figures of jobs by kind', async () => {
  await report();
  const [done, failed] = [await newPing(), await newPing(), await newPing()];
  const first = await startAttempt(done);
  server.clock.advance(4000);
  const params = { jobId: done, attempt: 1 };
  await worker.completeAttempt({ params, body: { attemptToken: first.attemptToken, result: {} } });
  const second = await startAttempt(failed);
  const body = { attemptToken: second.attemptToken, reason: 'No.', isFinal: true };
  await worker.failAttempt({ params: { jobId: failed, attempt: 1 }, body });
  const figures = await admin.client.listJobFigures({ params: { projectId } });
  expect(figures).toEqual([
    {
      kind: 'ping',
      queued: 1,
      running: 0,
      held: 0,
      doneLastHour: 1,
      failedLastHour: 1,
      perMinute: 0.1,
      medianSeconds: 4,
    },
  ]);
});

test("a worker's id belongs to the token that reported it first", async () => {
  await report();
  const other = server.clientOf(await server.buildToken({ personId: null, scopes: ['worker'] }));
  expect(await codeOf(report(other))).toBe('forbidden');
  expect(await codeOf(startAttempt(await newPing(), 1, other))).toBe('conflict');
});

test('an attempt is begun, reports progress and hands in its result, once or twice', async () => {
  await report();
  const jobId = await newPing();
  const { kind, projectId: ofProject, attemptToken, input } = await startAttempt(jobId);
  expect({ kind, ofProject, input }).toEqual({ kind: 'ping', ofProject: projectId, input: {} });
  const params = { jobId, attempt: 1 };
  await worker.reportProgress({ params, body: { attemptToken, done: 1, total: 2 } });
  expect(await readJob(jobId)).toMatchObject({ state: 'running', progress: { done: 1, total: 2 } });
  const body = { attemptToken, result: { workerId } };
  await worker.completeAttempt({ params, body });
  await worker.completeAttempt({ params, body });
  expect(await readJob(jobId)).toMatchObject({ state: 'done', result: { workerId } });
  expect(await codeOf(worker.completeAttempt({ params, body: { attemptToken, result: { other: 1 } } }))).toBe(
    'conflict',
  );
  expect(await codeOf(startAttempt(jobId))).toBe('wrong_state');
});

test('a run that was superseded is refused, and so is one with a token of its own making', async () => {
  await report();
  const jobId = await newPing();
  const first = await startAttempt(jobId);
  const second = await startAttempt(jobId);
  const params = { jobId, attempt: 1 };
  for (const attemptToken of [first.attemptToken, 'made-up']) {
    expect(await codeOf(worker.reportProgress({ params, body: { attemptToken, done: 1, total: 1 } }))).toBe(
      'conflict',
    );
    expect(await codeOf(worker.completeAttempt({ params, body: { attemptToken, result: {} } }))).toBe(
      'conflict',
    );
    const failure = { attemptToken, reason: 'late', isFinal: true };
    expect(await codeOf(worker.failAttempt({ params, body: failure }))).toBe('conflict');
  }
  await worker.completeAttempt({ params, body: { attemptToken: second.attemptToken, result: {} } });
  expect(await readJob(jobId)).toMatchObject({ state: 'done' });
});

test('a failed attempt is followed by the next on the queue, a final failure by none', async () => {
  await report();
  const jobId = await newPing();
  const { attemptToken } = await startAttempt(jobId);
  const body = { attemptToken, reason: 'The GPU is \0 busy.', isFinal: false };
  await worker.failAttempt({ params: { jobId, attempt: 1 }, body });
  expect(await readJob(jobId)).toMatchObject({
    state: 'queued',
    attempt: 2,
    error: 'The GPU is \uFFFD busy.',
  });
  expect(await server.deps.queues.isPending('ping', { jobId, attempt: 2 })).toBe(true);
  expect(await codeOf(startAttempt(jobId, 1))).toBe('conflict');
  const next = await startAttempt(jobId, 2);
  const final = { attemptToken: next.attemptToken, reason: 'No such model.', isFinal: true };
  await worker.failAttempt({ params: { jobId, attempt: 2 }, body: final });
  expect(await readJob(jobId)).toMatchObject({ state: 'failed', error: 'No such model.' });
});

test("a token of one project works on that project's jobs alone, and no worker on the server's", async () => {
  const { id: otherProject } = await server.buildProject();
  const token = await server.buildToken({ personId: null, scopes: ['worker'], projectId: otherProject });
  const bound = server.clientOf(token);
  await report(bound);
  expect(await codeOf(startAttempt(await newPing(), 1, bound))).toBe('not_found');
  const free = uuidv7();
  await report(worker, free);
  const { id } = await admin.client.createVerification({ params: { projectId } });
  expect(
    await codeOf(worker.startAttempt({ params: { jobId: id, attempt: 1 }, body: { workerId: free } })),
  ).toBe('not_found');
  expect(
    await codeOf(worker.startAttempt({ params: { jobId: uuidv7(), attempt: 1 }, body: { workerId: free } })),
  ).toBe('not_found');
});
