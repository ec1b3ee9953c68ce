import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import {
  rankerManifestSchema,
  rankerSettingsSchema,
  type RankerManifest,
  type RankerSettings,
} from '@rookery/shared/api';
import { citedNumbers } from '@rookery/shared/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FinalFailure } from '../../final-failure.ts';
import type { Policy } from '../policy.ts';
import { openRanker, trainRanker } from './index.ts';
import { makeWorld, playEpisode, simulateDemonstrations } from './testing.ts';

const { signal } = new AbortController();
const world = makeWorld({ topics: 10, seed: 2 });
const demonstrations = await simulateDemonstrations(world, { count: 20, seed: 3 });
const settings = (changes: Partial<RankerSettings>): RankerSettings =>
  rankerSettingsSchema.parse({
    hiddenUnits: 12,
    maxEpochs: 6,
    batchSize: 16,
    learningRate: 0.01,
    ...changes,
  });

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

let cacheFolder: string;
let trained: { model: Uint8Array; manifest: RankerManifest };
let policy: Policy;
const progress: number[] = [];
const threads: Worker[] = [];
process.on('worker', (thread) => threads.push(thread));

/** Has a thread die of its own error: a message that it does not know. */
function breakThread(thread: Worker): Promise<unknown> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  thread.postMessage(null);
  return new Promise((resolve) => thread.once('exit', resolve));
}

const train = (changes: Partial<RankerSettings> = {}) =>
  trainRanker({
    demonstrations: stream(demonstrations),
    total: demonstrations.length,
    settings: settings(changes),
    cacheFolder,
    signal,
    onProgress: (done, total) => progress.push(done / total!),
  });

beforeAll(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-ranker-'));
  trained = await train();
  policy = await openRanker({ ...trained, cacheFolder });
});
afterAll(async () => {
  await policy.close();
  await rm(cacheFolder, { recursive: true });
});

describe('training', () => {
  it('does better than chance on questions it has not seen, and says so in a manifest', () => {
    const manifest = rankerManifestSchema.parse(trained.manifest);
    const { heldOut } = manifest;
    expect(heldOut.questions).toBe(2);
    expect(heldOut.loss!).toBeLessThan(heldOut.uniformLoss! * 0.8);
    expect(heldOut.byKind.reduce((sum, { decisions }) => sum + decisions, 0)).toBe(heldOut.decisions);
    const { policy: own } = heldOut.accuracy;
    expect(own.low).toBeLessThanOrEqual(own.right / own.of);
    expect(own.high).toBeGreaterThanOrEqual(own.right / own.of);
    expect(manifest.learningCurve.map((part) => part.demonstrations)).toEqual([2, 4, 8, 16]);
    expect(manifest.lossCurve.find(({ epoch }) => epoch === manifest.bestEpoch)!.heldOut).toBe(
      Math.min(...manifest.lossCurve.map((epoch) => epoch.heldOut)),
    );
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(progress.at(-1)).toBe(1);
  });

  it('gives the same model for the same seed, and the drawn network where there is no epoch', async () => {
    const again = await train();
    expect(again.manifest.model.sha256).toBe(trained.manifest.model.sha256);
    expect(again.manifest.snapshot).toEqual(trained.manifest.snapshot);
    const untrained = await train({ maxEpochs: 0 });
    expect(untrained.manifest.lossCurve).toHaveLength(1);
    expect(untrained.manifest.heldOut.loss!).toBeGreaterThan(trained.manifest.heldOut.loss!);
  });

  it('says what to do where there is too little to learn from', async () => {
    const few = trainRanker({
      demonstrations: stream(demonstrations.slice(0, 1)),
      total: 1,
      settings: settings({}),
      cacheFolder,
      signal,
      onProgress: () => {},
    });
    await expect(few).rejects.toThrow('at least two bc questions');
    await expect(few).rejects.toBeInstanceOf(FinalFailure);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const stopped = trainRanker({
      demonstrations: stream(demonstrations),
      total: demonstrations.length,
      settings: settings({}),
      cacheFolder,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  });
});

describe('a trained ranker', () => {
  const draw = (seed: string, temperature: number) => ({ seed, temperature, signal });

  it('browses to an answer that cites its quotes, and again the same way', async () => {
    const { text: question } = world.questions[0]!;
    const play = async () => {
      const episode = await playEpisode(world, {
        question,
        next: async (session) => {
          const seed = `x ${session.view.actionsLeft}`;
          const [next] = await policy.nextCommands(session, { ...draw(seed, 0.5), count: 1 });
          expect(next!.sampled.logProbability).toBeLessThanOrEqual(0);
          return next!.command;
        },
      });
      expect(episode.steps.filter(({ outcome }) => !outcome.valid)).toEqual([]);
      if (!episode.isAnswering) return { commands: episode.steps.length, text: null };
      const task = { question, prompt: '', quotes: episode.quotes };
      const { text } = await policy.answer(task, draw('x answer', 0.5));
      const cited = citedNumbers(text);
      expect(cited.length).toBeGreaterThan(0);
      expect(Math.max(...cited)).toBeLessThanOrEqual(episode.quotes.length);
      return { commands: episode.steps.length, text };
    };
    expect(await play()).toEqual(await play());
  });

  it('answers many at once as it answers each', async () => {
    const sessions = demonstrations.flatMap(({ steps }) => steps).slice(0, 12);
    const ask = (index: number) =>
      policy
        .nextCommands(sessions[index]!, { ...draw(`${index}`, 1), count: 3 })
        .then((drawn) => drawn.map(({ command, sampled }) => [command, sampled.logProbability?.toFixed(4)]));
    const together = await Promise.all(sessions.map((_, index) => ask(index)));
    for (const [index, commands] of together.entries()) expect(await ask(index)).toEqual(commands);
  });

  it('takes the likeliest at temperature 0, whatever the seed', async () => {
    const session = demonstrations[0]!.steps[0]!;
    const drawn = await Promise.all(
      ['a', 'b', 'c'].map((seed) => policy.nextCommands(session, { ...draw(seed, 0), count: 2 })),
    );
    const commands = drawn.flat();
    expect(new Set(commands.map(({ command }) => command)).size).toBe(1);
    expect(commands.every(({ sampled }) => sampled.logProbability === 0)).toBe(true);
  });

  it('composes several answers of the same quotes, all with citations', async () => {
    const extracts = [
      'Crows bring gifts to people who feed them. They remember faces for years!',
      'Some gifts are shiny, such as beads\nand bolts.',
      '* a list item without an end',
    ];
    const quotes = extracts.map((extract, index) => ({
      title: `T${index}`,
      domain: 'a.example',
      extract,
      tokens: 9,
    }));
    const task = { question: 'Why do crows bring gifts?', prompt: '', quotes };
    const drawn = await Promise.all(
      Array.from({ length: 12 }, (_, seed) => policy.answer(task, draw(`${seed}`, 1))),
    );
    expect(new Set(drawn.map(({ text }) => text)).size).toBeGreaterThan(3);
    expect(drawn.every(({ text }) => citedNumbers(text).length > 0)).toBe(true);
    expect(drawn.every(({ sampled }) => sampled.logProbability! <= 0)).toBe(true);
    expect(await policy.answer(task, draw('0', 1))).toMatchObject({ text: drawn[0]!.text });
  });

  it('goes on in another thread when its own has died', async () => {
    const session = demonstrations[0]!.steps[0]!;
    const ask = () => policy.nextCommands(session, { ...draw('a', 1), count: 3 });
    const before = await ask();
    const cut = ask();
    await Promise.all([
      expect(cut).rejects.toThrow('null'),
      ...threads.filter(({ threadId }) => threadId >= 0).map(breakThread),
    ]);
    expect(await Promise.all([ask(), ask()])).toEqual([before, before]);
  });

  it('stops waiting when it is told to', async () => {
    const stopped = policy.nextCommands(demonstrations[0]!.steps[0]!, {
      ...draw('a', 1),
      signal: AbortSignal.abort(new Error('enough')),
      count: 1,
    });
    await expect(stopped).rejects.toThrow('enough');
  });

  it.each([
    [
      'model',
      (manifest: RankerManifest) => (manifest.model.sha256 = 'a'.repeat(64)),
      'the model file has the SHA-256',
    ],
    ['encoder', (manifest: RankerManifest) => (manifest.encoder.sha256 = 'b'.repeat(64)), 'b'.repeat(64)],
    ['features', (manifest: RankerManifest) => (manifest.features.version = '0'), 'Train it again'],
  ])('is refused with another %s than its manifest names', async (_, alter, message) => {
    const manifest = structuredClone(trained.manifest);
    alter(manifest);
    await expect(openRanker({ model: trained.model, manifest, cacheFolder })).rejects.toThrow(message);
  });
});
