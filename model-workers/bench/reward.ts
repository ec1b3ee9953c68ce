import { seededRandom, type SeededRandom } from '@rookery/shared/comparisons';
import { rewardTextsOf, type RewardInput } from '@rookery/shared/reward';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { openEncoder } from '../src/encoder/index.ts';
import {
  fitReward,
  headInputsOf,
  prepareAnswers,
  standardised,
  standardOf,
  type PreparedAnswers,
  type RewardExample,
} from '../src/reward/index.ts';
import { fitBradleyTerry, type Differences } from '../src/reward/training/bradley-terry.ts';

/**
 * `npm run bench -- reward [comparisons …]`: what training a reward model costs, part by part, on so many made comparisons (2,000 and 20,000):
 * encoding texts that nobody met, reading the same answers with their vectors in the cache, and fitting the ensemble; and fitting the same
 * heads to the same numbers in TypeScript and in PyTorch, by the same steps, in turns, where a python3 has torch.
 */

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [2000, 20_000];
const answersOfQuestion = 8;
const pairsOfQuestion = (answersOfQuestion * (answersOfQuestion - 1)) / 2;
const rounds = 5;
const members = 8;
const innerFolds = 5;
/** Of the prior, as in a usual training. */
const l2 = 1000;

async function main(): Promise<void> {
  const python = findPython();
  if (python === null)
    say('PyTorch: left out, since no python3 here has torch (apt-get install python3-torch).');
  const folder = await mkdtemp(path.join(tmpdir(), 'rookery-bench-reward-'));
  try {
    for (const size of sizes) await measure(size, { folder, python });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  size: number,
  { folder, python }: { folder: string; python: string | null },
): Promise<void> {
  const made = makeAnswers(Math.ceil(size / pairsOfQuestion));
  const texts = new Set(made.flatMap(({ input }) => rewardTextsOf(input)));
  const words = [...texts].reduce((sum, text) => sum + text.split(' ').length, 0) / texts.size;
  say(`${size.toLocaleString('en')} comparisons of ${made.length} answers, load ${loadavg()[0]!.toFixed(1)}`);
  const cacheFolder = path.join(folder, String(size));
  const first = await read(made, cacheFolder);
  say(
    `  encoding and reading, nothing cached: ${seconds(first.ms)}, ${texts.size} texts of ${words.toFixed(0)} words, ${((1000 * texts.size) / first.ms).toFixed(0)} texts/s on one core`,
  );
  const again: number[] = [];
  for (let round = 0; round < 3; round += 1) again.push((await read(made, cacheFolder)).ms);
  say(`  reading with cached vectors: ${seconds(median(again))} (median of 3)`);
  const { answers } = first;
  const examples = makeExamples(answers, size);
  const fits: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await fitReward({ answers, examples, settings: { seed: 1, members, regularisation: 1 } });
    fits.push(performance.now() - begun);
  }
  say(
    `  fitting an ensemble of ${members} with its temperature: ${seconds(median(fits))} (median of ${rounds})`,
  );
  await beside(answers, { examples, folder, python });
}

async function read(
  made: readonly Made[],
  cacheFolder: string,
): Promise<{ answers: PreparedAnswers; ms: number }> {
  const encoder = await openEncoder({ cacheFolder, device: 'cpu', threads: 1 });
  try {
    const begun = performance.now();
    const answers = await prepareAnswers({ answers: made, encode: (texts) => encoder.encode(texts) });
    return { answers, ms: performance.now() - begun };
  } finally {
    await encoder.close();
  }
}

/** The same heads by the same Newton steps on the same numbers, here and in PyTorch. */
async function beside(
  answers: PreparedAnswers,
  options: { examples: readonly RewardExample[]; folder: string; python: string | null },
): Promise<void> {
  const { examples, folder, python } = options;
  const differences = differencesOf(answers, examples);
  const weightings = weightingsOf(examples);
  const own: number[] = [];
  let heads: Float64Array[] = [];
  const fitAll = (): void => {
    const begun = performance.now();
    heads = weightings.map((weights) => fitBradleyTerry({ ...differences, weights }, { l2 }));
    own.push(performance.now() - begun);
  };
  if (python === null) {
    for (let round = 0; round < rounds; round += 1) fitAll();
    say(`  ${weightings.length} heads: ${seconds(median(own))} in TypeScript`);
    return;
  }
  const file = path.join(folder, 'problem.bin');
  const columns = differences.rows[0]!.length;
  const numbers = [
    ...differences.rows,
    Float64Array.from(differences.labels),
    ...weightings.map((weights) => Float64Array.from(weights)),
  ];
  await writeFile(file, Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer as ArrayBuffer))));
  const theirs: number[] = [];
  let torch: Torch | null = null;
  for (let round = 0; round < rounds; round += 1) {
    fitAll();
    const shape = [examples.length, columns, weightings.length, l2].map(String);
    torch = runPython(python, [path.join(import.meta.dirname, 'reward-step.py'), file, ...shape]);
    theirs.push(torch.ms);
  }
  const furthest = Math.max(
    ...heads.flatMap((head, index) =>
      [...head].map((weight, place) => Math.abs(weight - torch!.heads[index]![place]!)),
    ),
  );
  say(
    `  ${weightings.length} heads of ${columns} weights: ${seconds(median(own))} in TypeScript, ${seconds(median(theirs))} in PyTorch ${torch!.version} ` +
      `with ${torch!.threads} thread(s); ratio ${(median(own) / median(theirs)).toFixed(2)} (medians of ${rounds}); weights differ by ${furthest.toExponential(1)} at most`,
  );
}

function differencesOf(
  answers: PreparedAnswers,
  examples: readonly RewardExample[],
): Pick<Differences, 'rows' | 'labels'> {
  const inputs = headInputsOf(answers);
  const standard = { ...standardOf(inputs), clip: 4 };
  const rows = inputs.map((row) => standardised(row, standard));
  return {
    rows: examples.map(({ first, second }) => rows[first]!.map((value, at) => value - rows[second]![at]!)),
    labels: examples.map(({ label }) => label),
  };
}

/** What a training fits: all, resampled questions for each member, and all but a fold for the temperature. */
function weightingsOf(examples: readonly RewardExample[]): number[][] {
  const questions = [...new Set(examples.map(({ question }) => question))];
  const random = seededRandom('bench weightings');
  const bags = Array.from({ length: members }, () => {
    const times = new Map<string, number>();
    for (let drawn = 0; drawn < questions.length; drawn += 1) {
      const question = questions[random.below(questions.length)]!;
      times.set(question, (times.get(question) ?? 0) + 1);
    }
    return examples.map(({ question }) => times.get(question) ?? 0);
  });
  const places = new Map(questions.map((question, index) => [question, index]));
  const folds = Array.from({ length: innerFolds }, (_, fold) =>
    examples.map(({ question }) => (places.get(question)! % innerFolds === fold ? 0 : 1)),
  );
  return [examples.map(() => 1), ...bags, ...folds];
}

interface Torch {
  version: string;
  threads: number;
  /** Milliseconds of the steps alone, the data being there. */
  ms: number;
  heads: number[][];
}

function runPython(python: string, args: readonly string[]): Torch {
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`PyTorch failed: ${stderr}`);
  return JSON.parse(stdout) as Torch;
}

/** A Python that has torch: PYTHON's, the first of PATH, or the system's. */
function findPython(): string | null {
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3'].filter(
    (name) => name !== undefined,
  );
  return candidates.find((name) => spawnSync(name, ['-c', 'import torch']).status === 0) ?? null;
}

interface Made {
  questionId: string;
  input: RewardInput;
}

const topics = 'crow light water stone city winter gift nest memory colour engine river salt bread'.split(
  ' ',
);
const verbs = 'bring carry change follow keep explain cause remember avoid measure'.split(' ');
const others = 'old people large birds warm days early studies most towns young animals some metals'.split(
  ' ',
);

const pool = Array.from({ length: 1000 }, (_, number) => {
  const random = seededRandom(`bench sentence ${number}`);
  const clause = (): string =>
    `${pick(random, others)} ${pick(random, verbs)} the ${pick(random, topics)} of ${pick(random, topics)} ${number}`;
  const text = `${clause()} because ${clause()}.`;
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
});

const sentences = (random: SeededRandom, count: number): string[] => random.sample(pool, count);

/** Answers of 4 to 8 sentences, most of them out of two to four quotes, as samples are. */
function makeAnswers(questions: number): Made[] {
  return Array.from({ length: questions }, (_, question) => {
    const random = seededRandom(`bench question ${question}`);
    const quotes = Array.from({ length: 2 + random.below(3) }, (_quote, number) => ({
      title: `Notes on ${pick(random, topics)}, part ${number + 1}`,
      extract: sentences(random, 4).join(' '),
    }));
    const known = quotes.flatMap(({ extract }) => extract.split(/(?<=\.)\s/));
    const input = {
      question: `Why do ${pick(random, others)} ${pick(random, verbs)} the ${pick(random, topics)}?`,
      quotes,
    };
    return Array.from({ length: answersOfQuestion }, (): Made => {
      const answer = Array.from({ length: 4 + random.below(5) }, () => {
        const text = random.next() < 0.8 ? pick(random, known) : sentences(random, 1)[0]!;
        return text.replace(/\.$/, ` [${1 + random.below(quotes.length)}].`);
      }).join(' ');
      return { questionId: String(question), input: { ...input, answer } };
    });
  }).flat();
}

function pick<T>(random: SeededRandom, items: readonly T[]): T {
  return items[random.below(items.length)]!;
}

/** Every two answers of a question, judged by the first feature with noise. */
function makeExamples(answers: PreparedAnswers, size: number): RewardExample[] {
  const random = seededRandom('bench examples');
  const examples: RewardExample[] = [];
  for (let start = 0; start < answers.questions.length; start += answersOfQuestion) {
    for (let one = start; one < start + answersOfQuestion; one += 1) {
      for (let other = one + 1; other < start + answersOfQuestion; other += 1) {
        const difference = answers.words[one]! - answers.words[other]! + 20 * (random.next() - 0.5);
        const label = Math.abs(difference) < 2 ? 0.5 : difference > 0 ? 1 : 0;
        examples.push({ first: one, second: other, label, weight: 1, question: answers.questions[one]! });
      }
    }
  }
  return examples.slice(0, size);
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
