import { rewardManifestSchema } from '@rookery/shared/api';
import type { RewardInput } from '@rookery/shared/reward';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openRewards } from '../src/reward/open-rewards.ts';

/**
 * A part of `npm run bench -- score`: how many answers a second a scoring thread does, one at a time and 32 at once: answers that it never
 * met, and those that it has the vectors of. The folder has `model.onnx`, `manifest.json` and `answers.json`.
 */

const folder = process.argv[2]!;
const rounds = 5;
const answersOfRound = 64;
const batches = [1, 32];

async function main(): Promise<void> {
  const read = (name: string): Promise<Buffer> => readFile(path.join(folder, name));
  const manifest = rewardManifestSchema.parse(JSON.parse(String(await read('manifest.json'))));
  const known = JSON.parse(String(await read('answers.json'))) as RewardInput[];
  const model = new Uint8Array(await read('model.onnx'));
  const rewards = openRewards({ cacheFolder: path.join(folder, 'scoring-cache') });
  let made = 0;
  /** The same answers, each with a sentence of its own. */
  const unmet = (): RewardInput[] =>
    Array.from({ length: answersOfRound }, (_, index) => {
      made += 1;
      const input = known[index % known.length]!;
      return { ...input, answer: `${input.answer} This was said in the year ${made}.` };
    });
  const score = async (inputs: readonly RewardInput[], batch: number): Promise<number> => {
    const begun = performance.now();
    for (let start = 0; start < inputs.length; start += batch) {
      const part = inputs.slice(start, start + batch);
      const reward = { name: 'bench', manifest, folder: null };
      await rewards.score(reward, { inputs: part, download: async () => model });
    }
    return (1000 * inputs.length) / (performance.now() - begun);
  };
  // The model is open and warm before anything counts.
  await score(known, 32);
  for (const batch of batches) {
    const rates = { unmet: [] as number[], met: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      const inputs = unmet();
      rates.unmet.push(await score(inputs, batch));
      rates.met.push(await score(inputs, batch));
    }
    say(
      `scoring thread, ${batch} at once: ${median(rates.unmet).toFixed(0)} answers/s of a new answer to questions and quotes that it has met, ` +
        `${median(rates.met).toFixed(0)} of those that it has met (medians of ${rounds})`,
    );
  }
  await rewards.close();
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
