import { rewardSettingsSchema, samplingOptionsSchema } from '@rookery/shared/api';
import { writeFile } from 'node:fs/promises';
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
const roundId = idOf(1);
const share = (right: number, of: number) => ({ right, of, low: 0.4, high: 0.8 });
const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });

const model = (version: number, overrides: object = {}) => ({
  id: idOf(10 + version),
  version,
  isCurrent: version === 2,
  settings: rewardSettingsSchema.parse({}),
  note: '',
  model: { sha256: 'a'.repeat(64), size: 10 },
  snapshot: {
    comparisons: 60,
    pairs: 50,
    ties: 5,
    questions: 20,
    answers: 80,
    bySource: [{ source: 'people', comparisons: 60 }],
    sha256: 'b'.repeat(64),
  },
  zero: { of: 'demonstrations', answers: 9 },
  heldOut: {
    questions: 5,
    pairs: 12,
    accuracy: share(6, 10),
    logLoss: estimate(0.65),
    calibrationError: estimate(0.1),
    lengthCorrelation: null,
    baselines: { longer: share(5, 10), first: share(4, 10), cosine: share(3, 10) },
    human: null,
  },
  previous: null,
  scored: 80,
  round: null,
  jobId: idOf(20),
  createdBy: 'Ada',
  createdAt: now,
  ...overrides,
});
const models = (...items: object[]): Script => ({
  'GET /api/projects': oneProject,
  'GET /reward-models': () => ({ items, nextCursor: null, total: items.length }),
});

const round = (overrides: object = {}) => ({
  id: roundId,
  number: 3,
  name: 'Third',
  state: 'sampling',
  options: {
    sampling: samplingOptionsSchema.omit({ pairing: true }).parse({ versionIds: [idOf(30)] }),
    selection: { rule: 'closest', randomPercent: 25 },
    form: 'webgpt-five',
    comparisons: 40,
    overlap: null,
    training: rewardSettingsSchema.parse({}),
    trainsByItself: true,
    seed: 's',
  },
  problem: null,
  startsFrom: { id: idOf(12), version: 2 },
  plan: { id: idOf(40), name: 'Third' },
  policies: [{ id: idOf(30), source: 'ranker 1' }],
  samples: { wanted: 8, done: 4, answered: 4 },
  pairingId: null,
  pairs: { chosen: 0, byRule: [] },
  comparisons: { wanted: 0, submitted: 0, inProgress: 0 },
  jobs: { scoring: null, pairing: null, training: null, rescoring: null },
  model: null,
  createdBy: 'Ada',
  createdAt: now,
  closedAt: null,
  ...overrides,
});

test('a reward model is trained as the options say, and told beside the rules of thumb', async () => {
  const asked: unknown[] = [];
  const { env } = await serve({
    ...models(model(2, { jobId })),
    'POST /reward-models': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 202, ...job({ kind: 'train-reward', state: 'queued' }) };
    },
    'GET /jobs/JOB': () => job({ kind: 'train-reward' }),
  });
  const ended = await rookery(
    [
      'rewards',
      'train',
      '--no-imported',
      '--simulated',
      '--training-seed',
      '7',
      '--held-out',
      '40',
      '--wait',
    ],
    { env },
  );
  expect(asked).toEqual([
    { note: '', settings: { seed: 7, imported: false, simulated: true, heldOutPercent: 40 } },
  ]);
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended.out).toContain('Trained version 2 on 60 comparisons of 50 pairs.');
  expect(ended.out).toContain('60.0 % (40.0 – 80.0); longer wins 50.0 %');
});

test('a version that there is not is told with those that there are', async () => {
  const { env } = await serve(models(model(2), model(1)));
  expect(await rookery(['rewards', 'show', '4'], { env })).toMatchObject({
    code: 1,
    err: 'There is no version "4" of the reward model: there are 2, 1.\n',
  });
});

test('answers of one question are ranked by the version in use, and those of two are not', async () => {
  const asked: unknown[] = [];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'POST /reward-models/current/ranking': async (request) => {
      asked.push(await bodyOf(request));
      return {
        model: { id: idOf(12), version: 2 },
        ranking: [
          { index: 1, score: 0.5, uncertainty: 0.1 },
          { index: 0, score: -0.25, uncertainty: 0.2 },
        ],
      };
    },
  });
  const file = path.join(folder, 'answers.jsonl');
  const rows = [
    { question: 'Why?', answer: 'No.', quotes: { title: ['T'], extract: ['E'] } },
    { question: 'Why?', answer: 'So.' },
  ];
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join('\n'));
  const ended = await rookery(['rewards', 'rank', file], { env });
  expect(asked).toEqual([
    {
      question: 'Why?',
      answers: [
        { answer: 'No.', quotes: [{ title: 'T', extract: 'E' }] },
        { answer: 'So.', quotes: [] },
      ],
      wait: 30,
    },
  ]);
  expect(ended.out.split('\n').slice(1, 3)).toEqual(['+0.50  0.10    2  So.', '−0.25  0.20    1  No.']);
  await writeFile(file, '{"answer":"No."}\n{"answer":"So."}\r\n');
  await rookery(['rewards', 'rank', file, '--question', ' Which? '], { env });
  expect(asked.at(-1)).toMatchObject({ question: 'Which?', answers: [{ answer: 'No.' }, { answer: 'So.' }] });
  await writeFile(
    file,
    `${JSON.stringify(rows[0])}\n\n${JSON.stringify({ question: 'How?', answer: 'So.' })}`,
  );
  const refused = await rookery(['rewards', 'rank', file], { env });
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain('answers.jsonl:3: this is an answer to another question');
  await writeFile(file, `\n${JSON.stringify(rows[0])}\nno JSON`);
  const broken = await rookery(['rewards', 'rank', file], { env });
  expect(broken).toMatchObject({ code: 1, err: expect.stringContaining('line 3: it is not JSON') as string });
});

test('a round is opened with its budget and rule, and watched over its states until it is ready', async () => {
  const asked: unknown[] = [];
  const states = ['sampling', 'scoring', 'comparing', 'ready'];
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'GET /policy-versions': () => ({
      items: [
        {
          id: idOf(30),
          name: 'ranker',
          version: 1,
          source: 'ranker 1',
          kind: 'ranker',
          settings: {},
          note: '',
          model: null,
          trainedOn: null,
          heldOutAccuracy: null,
          samples: { done: 0, answered: 0, citable: 0, citing: 0 },
          jobId: null,
          createdBy: null,
          createdAt: now,
        },
      ],
      nextCursor: null,
      total: 1,
    }),
    'POST /rounds': async (request) => {
      asked.push(await bodyOf(request));
      return { status: 201, ...round() };
    },
    [`GET /rounds/${roundId}`]: () => round({ state: states.shift() }),
  });
  const ended = await rookery(
    'rounds open Third --policy ranker --comparisons 40 --rule closest --random 30 --seed s --simulated --watch'.split(
      ' ',
    ),
    { env },
  );
  expect(asked).toEqual([
    {
      name: 'Third',
      sampling: { versionIds: [idOf(30)], seed: 's', includeLearnt: false },
      selection: { rule: 'closest', randomPercent: 30 },
      comparisons: 40,
      seed: 's',
      training: { simulated: true },
      trainsByItself: true,
    },
  ]);
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended.out).toContain('Round 3 "Third"');
  expect(ended.out).toContain('"rookery rounds close" closes it.');
  expect(states).toEqual([]);
});

test('a round that does not go on ends watching, with what to do', async () => {
  const { env } = await serve({
    'GET /api/projects': oneProject,
    'GET /rounds': () => ({ items: [round()], nextCursor: null, total: 1 }),
    [`GET /rounds/${roundId}`]: () =>
      round({ state: 'training', problem: { message: 'There are too few comparisons.', jobId } }),
  });
  expect(await rookery(['rounds', 'watch'], { env })).toMatchObject({
    code: 1,
    err: `Round 3 does not go on: There are too few comparisons. "rookery jobs retry ${jobId}" tries again.\n`,
  });
});

test('a round is closed by its number, and a refusal is told as it is', async () => {
  const { env, calls } = await serve({
    'GET /api/projects': oneProject,
    'GET /rounds': () => ({ items: [round()], nextCursor: null, total: 1 }),
    [`POST /rounds/${roundId}/close`]: () => error(409, 'wrong_state', 'The round still compares.'),
  });
  expect(await rookery(['rounds', 'close', '3'], { env })).toMatchObject({
    code: 1,
    err: 'The round still compares.\n',
  });
  expect(calls.at(-1)).toBe(`POST /rounds/${roundId}/close`);
});
