import { rewardSettingsSchema, type Client, type RewardManifest } from '@rookery/shared/api';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FinalFailure } from '../final-failure.ts';
import { openRewards, type OpenRewards } from '../reward/open-rewards.ts';
import { madeComparisons } from '../reward/testing.ts';
import type { JobContext } from './index.ts';
import { score } from './score.ts';
import { scoreAnswers } from './score-answers.ts';
import { trainReward } from './train-reward.ts';

const { answers, pairs } = madeComparisons(20);

const settings = rewardSettingsSchema.parse({ members: 2 });

let cacheFolder: string;
let rewards: OpenRewards;
let manifest: RewardManifest;
let file: Uint8Array;
beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-reward-jobs-'));
  rewards = openRewards({ cacheFolder });
});
afterAll(async () => {
  await rewards.close();
  await rm(cacheFolder, { recursive: true });
});

function contextOf(client: object, own: Partial<JobContext> = {}): JobContext {
  const { signal } = new AbortController();
  return {
    client: client as Client,
    jobId: randomUUID(),
    attempt: 1,
    attemptToken: 'token',
    projectId: randomUUID(),
    input: {},
    worker: { id: randomUUID(), name: 'one', version: '0' },
    policies: undefined as never,
    rewards,
    encoders: new Map(),
    cacheFolder,
    log: pino({ level: 'silent' }),
    signal,
    draining: signal,
    send: (request) => request(signal),
    reportProgress: () => {},
    ...own,
  };
}

/** A list as the server gives it, by pages of so many. */
const paged =
  <T>(items: readonly T[], size: number) =>
  async ({ query }: { query: { cursor?: string } }) => {
    const start = Number(query.cursor ?? 0);
    const end = start + size;
    return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null };
  };

test('a training reads all pages, hands its file in and gives the manifest of this file', async () => {
  const result = await trainReward(
    contextOf({
      getRewardJob: async () => ({ settings, model: null, answers: answers.length, pairs: pairs.length }),
      listRewardAnswers: paged(answers, 15),
      listRewardJobPairs: paged(pairs, 7),
      uploadModel: async ({ body }: { body: Uint8Array }) => void (file = body),
    }),
  );
  manifest = result['manifest'] as unknown as RewardManifest;
  expect(manifest.snapshot).toMatchObject({ pairs: pairs.length, answers: answers.length });
  expect(manifest.model.sha256).toBe(createHash('sha256').update(file).digest('hex'));
});

test('answers are scored page by page, each by its id, with one download of the model', async () => {
  const stored: { answerId: string; score: number }[][] = [];
  let downloads = 0;
  const client = {
    getRewardJob: async () => ({
      settings: null,
      model: { version: 1, manifest },
      answers: answers.length,
      pairs: 0,
    }),
    listRewardAnswers: paged(answers, 25),
    downloadJobRewardModel: async () => {
      downloads += 1;
      return new Response(file.slice());
    },
    storeScores: async ({ body }: { body: { scores: { answerId: string; score: number }[] } }) =>
      void stored.push(body.scores),
  };
  expect(await scoreAnswers(contextOf(client))).toEqual({ scored: answers.length });
  expect(stored.map((part) => part.length)).toEqual([25, 15]);
  expect(stored.flat().map(({ answerId }) => answerId)).toEqual(answers.map(({ answerId }) => answerId));

  const [better, worse] = answers;
  const input = { modelId: randomUUID(), question: better!.question, answers: [better, worse] };
  expect(await score(contextOf(client, { input }))).toMatchObject({
    scores: stored[0]!.slice(0, 2).map((one) => ({ score: one.score })),
  });
  expect(downloads).toBe(1);
});

test('a worker without the model or its encoder says what to do', async () => {
  const jobOf = (model: object | null) =>
    contextOf({ getRewardJob: async () => ({ settings: null, model, answers: 0, pairs: 0 }) });
  await expect(scoreAnswers(jobOf(null))).rejects.toThrow(/names no reward model. Train one/);
  const other = { ...manifest, settings: { ...settings, encoder: 'MINILM' } };
  const refused = scoreAnswers(jobOf({ version: 1, manifest: other }));
  await expect(refused).rejects.toThrow(/set ROOKERY_ENCODER_MINILM/);
  await expect(refused).rejects.toBeInstanceOf(FinalFailure);
});
