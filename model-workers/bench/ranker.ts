import { rankerSettingsSchema, type TrainingDemonstration } from '@rookery/shared/api';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEncoder } from '../src/encoder/index.ts';
import { openRanker, trainRanker } from '../src/policies/ranker/index.ts';
import { makeWorld, simulateDemonstrations } from '../src/policies/ranker/testing.ts';
import type { Policy } from '../src/policies/policy.ts';

/**
 * `npm run bench -- ranker [demonstrations]`: how fast texts are encoded, how long a training on simulated demonstrations takes with
 * nothing in the cache, and how many decisions a second a ranker makes whose texts were met before, with many episodes under way.
 */

const demonstrations = Number(process.argv[2] ?? 200);
const topics = 60;
const episodesUnderWay = 64;
const rounds = 5;
const decisionsOfRound = 1000;
const aims = { trainingSeconds: 60, decisionsPerSecond: 1000 };
const { signal } = new AbortController();

async function main(): Promise<void> {
  const cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-bench-ranker-'));
  try {
    const world = makeWorld({ topics, seed: 1 });
    const done = await simulateDemonstrations(world, { count: demonstrations, seed: 1 });
    await measureEncoding(path.join(cacheFolder, 'encoding'), done);
    const { policy, seconds } = await measureTraining(cacheFolder, done);
    const speed = await measureDecisions(policy, done);
    await policy.close();
    report('training', { is: seconds, aim: aims.trainingSeconds, isMet: seconds < aims.trainingSeconds });
    report('decisions/s', {
      is: speed,
      aim: aims.decisionsPerSecond,
      isMet: speed >= aims.decisionsPerSecond,
    });
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

async function measureEncoding(cacheFolder: string, done: readonly TrainingDemonstration[]): Promise<void> {
  const pages = [...new Set(done.flatMap(({ steps }) => steps.map(({ view }) => view.text)))];
  const sentences = [...new Set(pages.flatMap((text) => text.split(/(?<=[.?!])\s+/)))].filter(Boolean);
  const encoder = await openEncoder({ cacheFolder, device: 'cpu', threads: 1 });
  const speeds: number[] = [];
  const size = Math.min(200, Math.floor(sentences.length / rounds));
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await encoder.encode(sentences.slice(round * size, (round + 1) * size));
    speeds.push((1000 * size) / (performance.now() - begun));
  }
  await encoder.close();
  say(`encoding on one core: ${median(speeds).toFixed(0)} sentences/s (median of ${rounds}, ${size} each)`);
}

async function measureTraining(
  cacheFolder: string,
  done: readonly TrainingDemonstration[],
): Promise<{ policy: Policy; seconds: number }> {
  const begun = performance.now();
  const trained = await trainRanker({
    demonstrations: stream(done),
    total: done.length,
    settings: rankerSettingsSchema.parse({}),
    cacheFolder,
    signal,
    onProgress: () => {},
  });
  const seconds = (performance.now() - begun) / 1000;
  const { manifest } = trained;
  const { accuracy } = manifest.heldOut;
  say(
    `${done.length} demonstrations, ${manifest.snapshot.decisions} decisions, ${manifest.lossCurve.length - 1} epochs: ${seconds.toFixed(1)} s ` +
      `(reading ${manifest.seconds.reading.toFixed(1)}, encoding ${manifest.seconds.encoding.toFixed(1)}, ` +
      `training and learning curve ${manifest.seconds.training.toFixed(1)})`,
  );
  const percent = ({ right, of }: { right: number; of: number }): string =>
    `${((100 * right) / of).toFixed(1)} %`;
  say(
    `next command of held-out questions: ${percent(accuracy.policy)}; most frequent ${percent(accuracy.mostFrequent)}, ` +
      `most words of the question ${percent(accuracy.lexical)}`,
  );
  return { policy: await openRanker({ ...trained, cacheFolder }), seconds };
}

async function measureDecisions(policy: Policy, done: readonly TrainingDemonstration[]): Promise<number> {
  const sessions = done.flatMap(({ steps }) => steps).slice(0, decisionsOfRound);
  const round = async (): Promise<number> => {
    const begun = performance.now();
    let next = 0;
    const episode = async (): Promise<void> => {
      while (next < sessions.length) {
        const session = sessions[next]!;
        next += 1;
        await policy.nextCommands(session, { seed: `${next}`, temperature: 0.8, count: 1, signal });
      }
    };
    await Promise.all(Array.from({ length: episodesUnderWay }, episode));
    return (1000 * sessions.length) / (performance.now() - begun);
  };
  await round();
  const speeds: number[] = [];
  for (let number = 0; number < rounds; number += 1) speeds.push(await round());
  return median(speeds);
}

function report(what: string, { is, aim, isMet }: { is: number; aim: number; isMet: boolean }): void {
  say(`${what}: ${is.toFixed(is < 100 ? 1 : 0)}, wanted ${aim}: ${isMet ? 'met' : 'MISSED'}`);
  if (!isMet) process.exitCode = 1;
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
