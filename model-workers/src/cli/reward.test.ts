import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { madeComparisons } from '../reward/testing.ts';
import { folder, rookery, useFolder } from './testing.ts';

useFolder();

const { answers, pairs } = madeComparisons(20);
const byId = new Map(answers.map((answer) => [answer.answerId, answer]));
const rows = pairs.map(({ firstAnswerId, secondAnswerId, ratings }) => {
  const [first, second] = [byId.get(firstAnswerId)!, byId.get(secondAnswerId)!];
  const score = ratings[0]!.values.overall!;
  return {
    question: first.question,
    quotes_0: first.quotes,
    answer_0: first.answer,
    score_0: score,
    quotes_1: second.quotes,
    answer_1: second.answer,
    score_1: -score,
  };
});

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'rookery-cli-cache-'));
});
afterAll(() => rm(cache, { recursive: true }));
let comparisons: string;
beforeEach(async () => {
  comparisons = await write('comparisons.jsonl', rows);
});

const write = async (name: string, lines: readonly unknown[]): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
};
const reward = (...args: string[]) => rookery(['reward', ...args], { env: { ROOKERY_CACHE_DIR: cache } });

test('a model that is trained on a file is evaluated and scores, all without a server', async () => {
  const model = path.join(folder, 'model');
  const trained = await reward('train', '--comparisons', comparisons, '--out', model);
  expect(trained).toMatchObject({ code: 0 });
  expect((await readdir(model)).toSorted()).toEqual(['manifest.json', 'model.onnx']);

  const other = await reward('evaluate', '--model', model, '--comparisons', comparisons, '--encoder', folder);
  expect(other).toMatchObject({ code: 2, err: expect.stringContaining('Leave --encoder out') as string });
  const evaluate = ['evaluate', '--model', model, '--comparisons', comparisons, '--json'];
  const evaluated = await reward(...evaluate);
  expect(JSON.parse(evaluated.out)).toEqual({
    accuracy: 1,
    logloss: expect.closeTo(0.2, 0) as number,
    n: 20,
    ties: 4,
    calibration_error: expect.any(Number) as number,
    baselines: {
      longer: expect.any(Number) as number,
      first: 0.5,
      cosine: expect.any(Number) as number,
    },
  });
  const apart = await reward(...evaluate, '--held-out');
  expect(JSON.parse(apart.out)).toMatchObject({ n: 5 });

  const asked = answers.slice(0, 2).map(({ question, quotes, answer }) => ({ question, quotes, answer }));
  const scored = await reward('score', '--model', model, '--answers', await write('answers.jsonl', asked));
  const [better, worse] = scored.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { score: number });
  expect(better).toMatchObject(asked[0]!);
  expect(better!.score).toBeGreaterThan(worse!.score);

  await writeFile(
    path.join(model, 'model.onnx'),
    (await readFile(path.join(model, 'model.onnx'))).subarray(1),
  );
  const altered = await reward(...evaluate);
  expect(altered.code).toBe(1);
  expect(altered.out + altered.err).toMatch(/SHA-256.*get it again/);
});

test('folds are told with their mean, or that there are too few questions for them', async () => {
  const told = await reward('folds', '--comparisons', comparisons, '--k', '2', '--json');
  const { folds, mean } = JSON.parse(told.out) as { folds: unknown[]; mean: Record<string, number> };
  expect(folds).toHaveLength(2);
  expect(mean).toMatchObject({ accuracy: 1, standard_error: 0 });
  const tooMany = await reward('folds', '--comparisons', comparisons, '--k', '17');
  expect(tooMany).toMatchObject({ code: 1, out: '' });
  expect(tooMany.err).toMatch(/there are 16. Take fewer folds/);
});

test('what cannot be used is refused with what to do', async () => {
  const out = path.join(folder, 'model');
  const train = async (lines: readonly unknown[]) =>
    reward('train', '--comparisons', await write('lines.jsonl', lines), '--out', out);
  const broken = await train([rows[0], { ...rows[1], score_1: 0.5 }]);
  expect(broken).toMatchObject({ code: 1, out: '' });
  expect(broken.err).toMatch(/1 of 2 lines .* Mend or remove them:\nline 2: .*sum to zero/);
  expect((await train([])).err).toContain('is empty');
  const blocked = await write('blocked', []);
  const unwritable = await reward('train', '--comparisons', comparisons, '--out', blocked);
  expect(unwritable.err).toMatch(/blocked cannot be written: EEXIST.*another place by --out/);
  const few = await train(rows.slice(0, 8));
  expect(few).toMatchObject({ code: 1, err: expect.stringContaining('training needs 10') as string });

  await mkdir(out, { recursive: true });
  const empty = await reward('evaluate', '--model', out, '--comparisons', comparisons);
  expect(empty).toMatchObject({ code: 2, out: '' });
  expect(empty.err).toMatch(/manifest\.json cannot be read .*--model is a folder with/);
  await writeFile(path.join(out, 'manifest.json'), '{"kind":"ranker"}');
  const foreign = await reward('evaluate', '--model', out, '--comparisons', comparisons);
  expect(foreign).toMatchObject({ code: 1, err: expect.stringContaining('no manifest') as string });
});
