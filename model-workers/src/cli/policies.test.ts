import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  bodyOf,
  error,
  folder,
  job,
  jobId,
  now,
  oneProject,
  rookery,
  serve,
  useFolder,
  type Script,
} from './testing.ts';

useFolder();

const idOf = (n: number): string => `0190a000-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`;
const planId = idOf(50);
const model = Buffer.from('an ONNX file');
const sha256 = createHash('sha256').update(model).digest('hex');
const share = (right: number, of: number) => ({ right, of, low: 0, high: 1 });

const version = (number: number, overrides: object = {}) => ({
  id: idOf(number),
  name: 'ranker',
  version: number,
  source: `ranker ${number}`,
  kind: 'ranker',
  settings: {
    seed: 1,
    hiddenUnits: 48,
    learningRate: 0.003,
    batchSize: 64,
    maxEpochs: 60,
    patience: 8,
    heldOutPercent: 20,
  },
  note: '',
  model: { sha256, size: model.length },
  trainedOn: { demonstrations: 150, questions: 60 },
  heldOutAccuracy: { policy: share(60, 100), mostFrequent: share(20, 100), lexical: share(30, 100) },
  samples: { done: 8, answered: 6, citable: 8, citing: 4 },
  jobId: null,
  createdBy: 'Ada',
  createdAt: now,
  ...overrides,
});
const endpoint = version(3, {
  name: 'llama',
  version: 1,
  source: 'llama 1',
  kind: 'endpoint',
  settings: {
    endpoint: 'LOCAL',
    model: 'm',
    maxCommandTokens: 256,
    maxAnswerTokens: 512,
    timeoutSeconds: 60,
    maxTries: 4,
  },
  model: null,
  trainedOn: null,
  heldOutAccuracy: null,
});

/** The newest was made last, whatever its place in the list. */
const versions = (...items: object[]): Script => ({
  'GET /api/projects': oneProject,
  'GET /policy-versions': () => ({ items, nextCursor: null, total: items.length }),
});

test('a policy is trained as the options say, and with --wait its version is told with both baselines', async () => {
  const asked: unknown[] = [];
  const script = {
    ...versions(version(1), version(2, { jobId })),
    'POST /rankers': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 202, ...job({ kind: 'train-ranker', state: 'queued' }) };
    },
    'GET /jobs/JOB': () => job({ kind: 'train-ranker' }),
  } satisfies Script;
  const { env } = await serve(script);
  const ended = await rookery(
    ['policies', 'train', '--epochs', '0', '--hidden', '8', '--seed', '7', '--note', 'n', '--wait'],
    { env },
  );
  expect(ended).toEqual({
    code: 0,
    out:
      'Trained ranker@2 on 150 demonstrations.\n' +
      'Next command right, of 100 held out: 60.0 %; most frequent command 20.0 %, best lexical match 30.0 %.\n',
    err: '',
  });
  expect(asked).toEqual([{ name: 'ranker', note: 'n', settings: { seed: 7, hiddenUnits: 8, maxEpochs: 0 } }]);
});

test('an endpoint is named, and its address is left to the environment of workers', async () => {
  const asked: unknown[] = [];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /endpoint-policies': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 201, ...endpoint };
    },
  });
  const args = ['policies', 'add-endpoint', 'llama', '--endpoint', 'LOCAL', '--model', 'm', '--tries', '2'];
  expect(await rookery(args, { env })).toEqual({
    code: 0,
    out: 'Made llama@1. Workers that sample from it need ROOKERY_ENDPOINT_LOCAL_URL.\n',
    err: '',
  });
  expect(asked).toEqual([
    { name: 'llama', note: '', settings: { endpoint: 'LOCAL', model: 'm', maxTries: 2 } },
  ]);
});

test('a model is downloaded by name, newest first, and kept only if it is the one the server has', async () => {
  let sent = model;
  const { env, calls } = await serve({
    ...versions(version(1), version(2), endpoint),
    [`GET /policy-versions/${idOf(2)}/model`]: (_request, response) => response.end(sent),
  });
  const target = path.join(folder, 'model.onnx');
  const download = (name: string) => rookery(['policies', 'download', name, '--out', target], { env });
  expect(await download('ranker')).toMatchObject({ code: 0, out: expect.stringContaining(sha256) as string });
  expect((await readFile(target)).equals(model)).toBe(true);
  sent = Buffer.from('another file');
  expect(await download('Ranker@2')).toMatchObject({
    code: 1,
    err: expect.stringContaining('SHA-256') as string,
  });
  expect((await readFile(target)).equals(model)).toBe(true);
  expect(await download('llama')).toMatchObject({
    code: 1,
    err: expect.stringContaining('endpoint') as string,
  });
  expect(await download('ranker@3')).toMatchObject({
    code: 1,
    err: 'There is no policy "ranker@3" in this project: there are ranker@1, ranker@2, llama@1.\n',
  });
  expect(calls.filter((call) => call.endsWith('/model'))).toHaveLength(2);
});

const figures = (overrides: object = {}) => ({
  policy: { id: idOf(2), name: 'ranker', version: 2, kind: 'ranker' },
  samples: 8,
  waiting: 8,
  running: 0,
  answered: 0,
  noAnswer: 0,
  duplicate: 0,
  cancelled: 0,
  redraws: 0,
  citable: 0,
  citing: 0,
  medianSeconds: null,
  medianCommands: null,
  ...overrides,
});
const plan = (overrides: object = {}) => ({
  id: planId,
  name: 'Round 1',
  state: 'running',
  options: { versionIds: [idOf(2)], pairing: {} },
  seed: 's',
  questions: 2,
  versions: [figures()],
  jobs: { open: 2, done: 0, failed: 0, cancelled: 0, lastError: null },
  samplesPerMinute: 0,
  secondsLeft: null,
  pairing: null,
  round: null,
  createdBy: 'Ada',
  createdAt: now,
  endedAt: null,
  ...overrides,
});

test('a plan is made as the options say, and --wait goes along until its pairs are there', async () => {
  const asked: unknown[] = [];
  const sampled = figures({
    waiting: 0,
    answered: 6,
    noAnswer: 1,
    duplicate: 1,
    redraws: 3,
    citable: 8,
    citing: 4,
    medianSeconds: 1.25,
    medianCommands: 12,
  });
  const done = {
    state: 'done',
    versions: [sampled],
    jobs: { open: 0, done: 2, failed: 0, cancelled: 0, lastError: null },
    samplesPerMinute: 96,
  };
  const states = [
    plan(),
    plan({ state: 'paused' }),
    plan(done),
    plan({ ...done, pairing: { id: idOf(4), jobId, pairs: 0 } }),
    plan({ ...done, pairing: { id: idOf(4), jobId, pairs: 9 } }),
  ];
  const { env, calls } = await serve({
    ...versions(version(1), version(2)),
    'POST /sampling-plans': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 201, ...plan() };
    },
    [`GET /sampling-plans/${planId}`]: () => states.shift()!,
    'GET /jobs/JOB': () => job({ kind: 'make-pairs', result: { made: 9 } }),
  });
  const options =
    '--policy ranker --policy ranker@1 --per-question 4 --temperature 0.5 --questions 2 --seed s --pairs all';
  const ended = await rookery(
    ['sampling', 'start', 'Round 1', ...options.split(' '), '--across-sources', '--wait'],
    { env },
  );
  expect(ended).toMatchObject({
    code: 0,
    err: 'The plan was paused: "rookery sampling resume" goes on.\n',
  });
  expect(ended.out).toMatch(
    /done, 2 questions, seed s\nJobs: 2 done, 0 open, 0 failed.*96\.0 samples a minute/,
  );
  expect(ended.out).toContain('Pairs: 9\n');
  expect(ended.out).toMatch(/^ranker@2 +8 +0 +0 +6 +1 +1 +0 +3 +4 of 8 \(50\.0 %\) +1\.3 +12$/m);
  expect(asked).toEqual([
    {
      name: 'Round 1',
      versionIds: [idOf(2), idOf(1)],
      perQuestion: 4,
      temperature: 0.5,
      questions: 2,
      seed: 's',
      includeLearnt: false,
      pairing: { perQuestion: null, acrossSources: true, withDemonstrations: false },
    },
  ]);
  expect(calls).toContain('GET /jobs/JOB');
});

test('a plan whose jobs failed exits with 1 and says why', async () => {
  const failed = plan({
    state: 'done',
    options: { versionIds: [idOf(2)] },
    jobs: { open: 0, done: 1, failed: 1, cancelled: 0, lastError: 'The worker has no such endpoint.' },
  });
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'GET /sampling-plans': () => ({ items: [failed], nextCursor: null, total: 1 }),
  });
  const ended = await rookery(['sampling', 'show', 'Round 1', '--wait'], { env });
  expect(ended).toMatchObject({ code: 1, err: '' });
  expect(ended.out).toContain('Last error: The worker has no such endpoint.\n');
});

test('of two plans of one name the id says which; one that is not there is named', async () => {
  const other = plan({ id: idOf(51) });
  const { env, calls } = await serve({
    'GET /api/projects': oneProject,
    'GET /sampling-plans': () => ({ items: [other, plan()], nextCursor: null, total: 2 }),
    [`POST /sampling-plans/${planId}/pause`]: () => plan({ state: 'paused' }),
    [`POST /sampling-plans/${planId}/cancel`]: () =>
      error(409, 'wrong_state', 'This plan has ended: it cannot be cancelled.'),
  });
  expect(await rookery(['sampling', 'pause', 'Round 1'], { env })).toMatchObject({
    code: 2,
    err: expect.stringContaining(planId) as string,
  });
  const paused = await rookery(['sampling', 'pause', planId, '--json'], { env });
  expect(JSON.parse(paused.out)).toMatchObject({ plan: { id: planId, state: 'paused' } });
  expect(await rookery(['sampling', 'cancel', planId], { env })).toEqual({
    code: 1,
    out: '',
    err: 'This plan has ended: it cannot be cancelled.\n',
  });
  expect((await rookery(['sampling', 'show', 'Round 9'], { env })).code).toBe(1);
  expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(2);
});

test('what belongs to pairs is refused without them, before anything is asked', async () => {
  const { env, calls } = await serve(versions(version(2)));
  const ended = await rookery(['sampling', 'start', 'x', '--policy', 'ranker', '--across-sources'], { env });
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('--pairs') as string });
  expect(calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});
