import { rewardManifestSchema, rewardSettingsSchema } from '@rookery/shared/api';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeEncoderFolder } from '../encoder/folder/testing.ts';
import { FinalFailure } from '../final-failure.ts';
import type { TrainedReward } from './messages.ts';
import { openRewards, type NamedReward } from './open-rewards.ts';
import { madeComparisons } from './testing.ts';
import { testByFolds, trainReward, type TrainingData } from './train-reward.ts';

let cacheFolder: string;
let trained: TrainedReward;
const settings = rewardSettingsSchema.parse({ members: 3 });
const { signal } = new AbortController();

const train = (data: TrainingData, changes: Partial<Parameters<typeof trainReward>[0]> = {}) =>
  trainReward({
    ...data,
    settings,
    cacheFolder,
    folder: null,
    previous: null,
    signal,
    onProgress: () => {},
    ...changes,
  });
const made = (questions: number): TrainingData => {
  const { answers, pairs } = madeComparisons(questions);
  return { answers: [answers], pairs: [pairs] };
};

beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-reward-'));
  trained = await train(made(40));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

test('what is preferred in training is preferred on held-out questions, and the manifest says how it came to that', () => {
  const { manifest, model } = trained;
  expect(rewardManifestSchema.parse(manifest)).toEqual(manifest);
  expect(manifest.model.size).toBe(model.length);
  expect(manifest.snapshot).toMatchObject({
    comparisons: 40,
    pairs: 40,
    ties: 8,
    questions: 40,
    answers: 80,
  });
  const { heldOut } = manifest;
  expect(heldOut).toMatchObject({ questions: 10, pairs: 10, human: null });
  expect(heldOut.accuracy.right).toBe(heldOut.accuracy.of);
  expect(heldOut.logLoss.value).toBeLessThan(Math.LN2);
  expect(heldOut.byCriterion.map(({ criterion }) => criterion)).toContain('accuracy');
  expect(manifest.learningCurve.map(({ questions }) => questions)).toEqual([4, 8, 15, 30]);
  expect(manifest.halves).toEqual({ first: 15, second: 15 });
  expect(manifest.zero).toEqual({ of: 'training-answers', answers: 60 });
});

test('the same data in the same order give the same file, and other data another snapshot', async () => {
  const again = await train(made(40));
  expect(again.manifest.model).toEqual(trained.manifest.model);
  expect(again.manifest.snapshot).toEqual(trained.manifest.snapshot);
  const previous = {
    modelId: '01900000-0000-7000-8000-000000000001',
    version: 1,
    manifest: trained.manifest,
    model: trained.model,
  };
  const other = await train(made(36), { previous });
  expect(other.manifest.snapshot.sha256).not.toBe(trained.manifest.snapshot.sha256);
  expect(other.manifest.previous).toMatchObject({ version: 1, accuracy: { of: 7 } });
});

test('scores do not depend on what is asked with them, and the zero of the model and of either half is the mean of the same answers', async () => {
  const rewards = openRewards({ cacheFolder });
  const reward: NamedReward = { name: 'made', manifest: trained.manifest, folder: null };
  const download = async () => trained.model;
  const { answers } = madeComparisons(40);
  const all = await rewards.score(reward, { inputs: answers, download });
  const learnt = all.filter((_, index) => !answers[index]!.isHeldOut);
  const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value) / values.length;
  expect(meanOf(learnt.map(({ score }) => score))).toBeCloseTo(0, 4);
  for (const half of [0, 1] as const)
    expect(meanOf(learnt.map(({ halves }) => halves![half]))).toBeCloseTo(0, 4);
  const [alone] = await rewards.score(reward, { inputs: [answers[5]!], download });
  expect(alone).toEqual(all[5]);
  expect(alone!.halves).toHaveLength(2);
  expect(rewards.describe().models.map(({ sha256 }) => sha256)).toContain(trained.manifest.model.sha256);
  // Each half was told the same rule, so that either can judge the other.
  expect(all[0]!.halves![0]).toBeGreaterThan(all[1]!.halves![0]);
  expect(all[0]!.halves![1]).toBeGreaterThan(all[1]!.halves![1]);
  await rewards.close();
});

test('of more models than stay open, each scores whoever asked, and those used last stay', async () => {
  const rewards = openRewards({ cacheFolder });
  const inputs = madeComparisons(1).answers;
  // A field that ONNX does not know makes another file of the same model.
  const files = [1, 2, 3, 4, 5].map((number) =>
    Buffer.concat([trained.model, Buffer.of(0xa0, 0x06, number)]),
  );
  const asked = [...files, ...files].map((model, index) => {
    const sha256 = createHash('sha256').update(model).digest('hex');
    const manifest = { ...trained.manifest, model: { sha256, size: model.length } };
    return rewards.score(
      { name: `made ${index}`, manifest, folder: null },
      { inputs, download: async () => model },
    );
  });
  const [first, ...others] = await Promise.all(asked);
  for (const other of others) expect(other).toEqual(first);
  expect(rewards.describe().models.filter(({ name }) => name.startsWith('made'))).toHaveLength(3);
  await rewards.close();
});

test('who waits for a model that another opens gets it, even if that one is cancelled', async () => {
  const rewards = openRewards({ cacheFolder });
  const reward: NamedReward = { name: 'made', manifest: trained.manifest, folder: null };
  const inputs = madeComparisons(1).answers;
  const opened = Promise.withResolvers<Uint8Array>();
  const cancelled = rewards.score(reward, { inputs, download: () => opened.promise });
  const others = [1, 2].map(() => rewards.score(reward, { inputs, download: async () => trained.model }));
  opened.reject(new Error('cancelled'));
  await expect(cancelled).rejects.toThrow('cancelled');
  for (const other of others) await expect(other).resolves.toHaveLength(inputs.length);
  await rewards.close();
});

test('a model is scored with the encoder that its folder has now', async () => {
  const [folder, other] = [await makeEncoderFolder(), await makeEncoderFolder({ first: 2 })];
  const rewards = openRewards({ cacheFolder });
  const { answers: inputs } = madeComparisons(2);
  const own = { name: 'TINY', path: folder };
  const trainAndScore = async () => {
    const { manifest, model } = await train(made(16), { folder: own });
    const reward = { name: 'tiny', manifest, folder: own };
    const score = () => rewards.score(reward, { inputs, download: async () => model });
    expect(await score()).toHaveLength(4);
    return score;
  };
  const first = await trainAndScore();
  await cp(other, folder, { recursive: true });
  await trainAndScore();
  // What is open stays as it is.
  expect(await first()).toHaveLength(4);
  await rewards.close();
  for (const made of [folder, other]) await rm(made, { recursive: true });
});

test('a model that was altered, or made for other features, is refused with what to do', async () => {
  const rewards = openRewards({ cacheFolder });
  const score = (manifest: typeof trained.manifest, model: Uint8Array) =>
    rewards.score(
      { name: 'made', manifest, folder: null },
      { inputs: madeComparisons(1).answers, download: async () => model },
    );
  const cut = score(trained.manifest, trained.model.slice(0, -1));
  await expect(cut).rejects.toThrow(/SHA-256.*get it again/);
  await expect(cut).rejects.toBeInstanceOf(FinalFailure);
  const others = { ...trained.manifest, features: { version: '0', names: [] } };
  await expect(score(others, trained.model)).rejects.toThrow(/features of version.*Train it again/);
  const encoder = { ...trained.manifest.encoder, sha256: '0'.repeat(64) };
  await expect(score({ ...trained.manifest, encoder }, trained.model)).rejects.toThrow(/encoder/);
  await rewards.close();
});

test('a training that is stopped ends before it is done', async () => {
  const stop = new AbortController();
  const shares: number[] = [];
  const stopped = train(made(120), {
    signal: stop.signal,
    onProgress(share) {
      shares.push(share);
      if (share > 0.5) stop.abort(new Error('enough'));
    },
  });
  await expect(stopped).rejects.toThrow('enough');
  expect(shares.at(-1)).toBeLessThan(0.7);
});

test('too little to learn from is refused with what to do', async () => {
  const { answers, pairs } = madeComparisons(8);
  const ties = pairs.map((pair) => ({
    ...pair,
    ratings: [{ comparisonId: pair.pairId, revision: 1, source: 'people', values: { overall: 0 } }],
  }));
  const of = (list: typeof pairs) => train({ answers: [answers], pairs: [list] });
  await expect(of(ties)).rejects.toThrow(/All 8 pairs are ties/);
  await expect(of(pairs.slice(0, 1))).rejects.toThrow(/one question/);
  await expect(of(pairs.filter(({ isHeldOut }) => isHeldOut))).rejects.toThrow(/held out/);
  await expect(of(pairs.slice(0, 1))).rejects.toBeInstanceOf(FinalFailure);
});

test('folds hold out whole questions, and say how a linear head does on the same', async () => {
  const { answers, pairs } = madeComparisons(20);
  const shares: number[] = [];
  const test = (some: typeof pairs) =>
    testByFolds({
      answers: [answers],
      pairs: [some],
      settings,
      cacheFolder,
      folder: null,
      signal,
      k: 4,
      onProgress: (share) => shares.push(share),
    });
  const folds = await test(pairs);
  expect(folds.folds.map(({ questions }) => questions)).toEqual([5, 5, 5, 5]);
  expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  expect(shares.at(-1)).toBe(1);
  expect(folds.model.accuracy).toBe(1);
  expect(folds.linear.accuracy).toBeGreaterThan(0.5);
  expect(folds.difference).toMatchObject({ value: 1 - folds.linear.accuracy });

  const rated = (overall: (index: number) => number) =>
    pairs.map((pair, index) =>
      Object.assign({}, pair, {
        ratings: [{ ...pair.ratings[0]!, values: { overall: overall(index) } }],
      }),
    );
  const { model } = await test(rated((index) => (index % 3 === 0 ? -1 : 1)));
  expect(model.accuracy).toBeLessThan(1);
  expect(model.standardError).toBeGreaterThan(0.05);
  expect(model.standardError).toBeLessThan(0.15);
  await expect(test(rated((index) => Number(index < 4)))).rejects.toThrow('One of the folds has no pair');
});
