import { ApiError, type Client } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import {
  buildLibrary,
  buildQuestions,
  crowCommands,
  recordDemonstration,
} from '../../../test/demonstrations.ts';
import { rankerManifest } from '../../../test/manifests.ts';
import { commands, questions } from '../../db/schema/index.ts';

let server: TestApp;
let projectId: string;
let lead: TestMember;
let demonstrator: TestMember;
let worker: Client;
const workerId = uuidv7();

beforeAll(async () => {
  server = await createTestApp();
  worker = server.clientOf(await server.buildToken({ personId: null, scopes: ['worker'] }));
  await worker.reportWorker({
    params: { workerId },
    body: {
      name: 'trainer',
      kinds: [{ kind: 'train-ranker', concurrency: 1 }],
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
  demonstrator = await server.buildMember({ projectId, roles: ['demonstrator'] });
});

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ApiError ? error.code : error),
  );

/** Puts the project's questions and library in place and has two of its bc questions demonstrated. */
async function demonstrate(): Promise<string[]> {
  await buildLibrary(server, { projectId });
  const ids = await buildQuestions(server, { projectId, count: 2 });
  for (let count = 0; count < 2; count += 1) await recordDemonstration(demonstrator.client, projectId);
  return ids;
}

const train = (name = 'ranker') => lead.client.trainRanker({ params: { projectId }, body: { name } });
const readJob = (jobId: string) => lead.client.getJob({ params: { projectId, jobId } });
const start = async (jobId: string, attempt = 1) =>
  (await worker.startAttempt({ params: { jobId, attempt }, body: { workerId } })).attemptToken;

const modelBytes = (text: string) => new TextEncoder().encode(text);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Does what a worker does of a training job but train. */
async function finish(jobId: string, text = jobId): Promise<void> {
  const attemptToken = await start(jobId);
  const params = { jobId, attempt: 1 };
  const model = await worker.uploadModel({ params, query: { attemptToken }, body: modelBytes(text) });
  await worker.completeAttempt({
    params,
    body: { attemptToken, result: { manifest: rankerManifest(model) } },
  });
}

test('training needs accepted demonstrations of two questions, and learns from those alone', async () => {
  const [first] = await demonstrate();
  const preview = () => lead.client.previewTraining({ params: { projectId } });
  expect(await preview()).toEqual({ demonstrations: 2, questions: 2, simulated: 0, leftOut: 0 });
  const { db, clock } = server.deps;
  await db.update(questions).set({ excludedAt: clock() }).where(eq(questions.id, first!));
  expect(await preview()).toEqual({ demonstrations: 1, questions: 1, simulated: 0, leftOut: 1 });
  expect(await codeOf(train())).toBe('wrong_state');
  expect((await lead.client.listJobs({ params: { projectId }, query: { kind: 'train-ranker' } })).total).toBe(
    0,
  );
});

test('a job learns from what was fixed when it was made, page by page, as it was shown', async () => {
  const [first] = await demonstrate();
  const { id: jobId } = await train();
  const params = { jobId };
  expect(await codeOf(worker.listTrainingDemonstrations({ params, query: {} }))).toBe('wrong_state');
  await start(jobId);
  const { db, clock } = server.deps;
  await db.update(questions).set({ excludedAt: clock() }).where(eq(questions.id, first!));
  const page = await worker.listTrainingDemonstrations({ params, query: { limit: 1 } });
  expect(page).toMatchObject({ total: 2, items: [{ questionId: first, revision: 1 }] });
  const [item] = page.items;
  const learnt = item!.steps.map(({ command }) => command);
  const scrolls = 'Scrolled down 1';
  expect(learnt).toEqual([
    ...crowCommands.slice(0, crowCommands.indexOf(scrolls)),
    'Scrolled down 3',
    ...crowCommands.slice(crowCommands.lastIndexOf(scrolls) + 1),
  ]);
  expect(item!.steps.filter(({ isValid }) => !isValid).map(({ command }) => command)).toEqual(['Dance']);
  expect(item!.steps[1]).toMatchObject({ view: { kind: 'results', actionsLeft: 99 } });
  expect(item!.answer).toBe('Crows bring gifts to people who feed them [1][2].');

  const cursor = page.nextCursor!;
  const [second] = (await worker.listTrainingDemonstrations({ params, query: { cursor } })).items;
  await db.update(commands).set({ observationSha256: 'x' }).where(eq(commands.episodeId, second!.episodeId));
  for (let time = 0; time < 2; time += 1) {
    const again = await worker.listTrainingDemonstrations({ params, query: { cursor } });
    expect(again).toMatchObject({ items: [], nextCursor: null });
  }
  expect(await readJob(jobId)).toMatchObject({ problems: 1 });
});

test('what a worker hands in becomes a version once, if its file was handed in and its settings are those of the job', async () => {
  await demonstrate();
  const { id: jobId } = await train();
  const attemptToken = await start(jobId);
  const params = { jobId, attempt: 1 };
  const bytes = modelBytes('a network');
  const body = (manifest: unknown) => ({ attemptToken, result: { manifest } as never });
  const upload = (token: string) =>
    worker.uploadModel({ params, query: { attemptToken: token }, body: bytes });
  expect(await codeOf(upload('made-up'))).toBe('conflict');
  const model = await upload(attemptToken);
  expect(await upload(attemptToken)).toEqual(model);
  expect(model).toEqual({ sha256: hashOf(bytes), size: bytes.length });
  const manifest = rankerManifest(model);
  await worker.completeAttempt({ params, body: body(manifest) });
  await worker.completeAttempt({ params, body: body(manifest) });
  expect(await codeOf(worker.completeAttempt({ params, body: body({ ...manifest, bestEpoch: 7 }) }))).toBe(
    'conflict',
  );
  const { items } = await lead.client.listPolicyVersions({ params: { projectId } });
  expect(items).toMatchObject([
    {
      source: 'ranker 1',
      kind: 'ranker',
      model,
      trainedOn: { demonstrations: 2, questions: 2 },
      heldOutAccuracy: manifest.heldOut.accuracy,
      samples: { done: 0, answered: 0, citable: 0, citing: 0 },
      jobId,
    },
  ]);
  const versionId = items[0]!.id;
  expect(await readJob(jobId)).toMatchObject({
    state: 'done',
    result: { versionId, name: 'ranker', version: 1, accuracy: manifest.heldOut.accuracy },
  });
  const key = { params: { projectId, versionId } };
  expect(await lead.client.getPolicyVersion(key)).toMatchObject({ manifest });
  expect(await (await lead.client.downloadPolicyModel(key)).text()).toBe('a network');

  const file = path.join(server.deps.blobs.folder, server.deps.blobs.relativePath(model.sha256));
  await writeFile(file, 'b network');
  expect(await codeOf(lead.client.downloadPolicyModel(key))).toBe('wrong_state');
  await rm(file);
  expect(await codeOf(lead.client.downloadPolicyModel(key))).toBe('wrong_state');
});

test.each([
  ['a file that was not handed in', rankerManifest({ sha256: 'c'.repeat(64), size: 1 }), 'was not handed in'],
  [
    'other settings',
    rankerManifest(
      { sha256: 'c'.repeat(64), size: 1 },
      { ...rankerManifest({ sha256: '', size: 0 }).settings, seed: 9 },
    ),
    'settings of the job',
  ],
  ['no manifest', {}, 'manifest is not one'],
])('a result with %s fails the job for good, with the reason', async (_what, manifest, reason) => {
  await demonstrate();
  const { id: jobId } = await train();
  const attemptToken = await start(jobId);
  const body = { attemptToken, result: { manifest } as never };
  expect(await codeOf(worker.completeAttempt({ params: { jobId, attempt: 1 }, body }))).toBe('wrong_state');
  const job = await readJob(jobId);
  expect(job).toMatchObject({ state: 'failed', error: expect.stringContaining(reason) as unknown });
  expect((await lead.client.listPolicyVersions({ params: { projectId } })).total).toBe(0);
});

test('versions count within a name, whatever ends first, and a name has one kind', async () => {
  await demonstrate();
  const [one, other] = [await train('Robin'), await train('robin')];
  const settings = { endpoint: 'LOCAL', model: 'small' };
  const addEndpoint = (name: string) =>
    lead.client.createEndpointPolicy({ params: { projectId }, body: { name, settings } });
  expect(await codeOf(addEndpoint('ROBIN'))).toBe('conflict');
  await Promise.all([finish(one.id), finish(other.id)]);
  expect(await codeOf(addEndpoint('ROBIN'))).toBe('conflict');
  expect(await addEndpoint('served')).toMatchObject({ source: 'served 1', kind: 'endpoint', model: null });
  expect(await addEndpoint('served')).toMatchObject({ source: 'served 2' });
  expect(await codeOf(train('Served'))).toBe('conflict');
  const list = await lead.client.listPolicyVersions({ params: { projectId }, query: { limit: 3 } });
  const rest = await lead.client.listPolicyVersions({
    params: { projectId },
    query: { cursor: list.nextCursor! },
  });
  const numbers = [...list.items, ...rest.items].map(
    ({ name, version }) => `${name.toLowerCase()} ${version}`,
  );
  expect(new Set(numbers)).toEqual(new Set(['served 2', 'served 1', 'robin 2', 'robin 1']));
  expect(new Set([...list.items, ...rest.items].map(({ name }) => name)).size).toBe(2);
});
