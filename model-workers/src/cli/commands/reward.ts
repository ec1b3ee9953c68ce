import {
  rewardManifestSchema,
  rewardSettingsSchema,
  type RewardEvaluation,
  type RewardManifest,
} from '@rookery/shared/api';
import {
  evaluate,
  isTie,
  labelOf,
  wordCountOf,
  type EvaluatedPair,
  type RewardInput,
} from '@rookery/shared/reward';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EncoderFolder } from '../../encoder/index.ts';
import type { ScoredInput } from '../../reward/messages.ts';
import { openRewards, type NamedReward } from '../../reward/open-rewards.ts';
import { testByFolds, trainReward } from '../../reward/train-reward.ts';
import { CliError } from '../errors.ts';
import { shareWithInterval, withInterval } from '../figures.ts';
import type { Io } from '../io.ts';
import { startProgress } from '../progress.ts';
import { readAnswers, readComparisons } from '../reward-files.ts';
import type { Outcome } from '../run.ts';
import { percent, tableOf } from '../table.ts';

interface EncoderOptions {
  encoder?: string;
}
export interface TrainOptions extends EncoderOptions {
  json?: boolean;
  comparisons: string;
  out: string;
  seed: number;
}
export interface EvaluateOptions extends EncoderOptions {
  model: string;
  comparisons: string;
  heldOut?: boolean;
}
export interface ScoreOptions extends EncoderOptions {
  model: string;
  answers: string;
  out?: string;
}
export interface FoldsOptions extends EncoderOptions {
  json?: boolean;
  comparisons: string;
  k: number;
  seed: number;
}

/** Of an encoder, in the settings of a reward model. */
const longestName = 60;
/** Answers that are scored together. */
const together = 200;

const cacheFolderOf = (io: Io): string =>
  path.resolve(io.env['ROOKERY_CACHE_DIR'] || path.join(tmpdir(), 'rookery-cache'));

/** Of a folder that is named on the command line: its name is that of the folder. */
const folderOf = ({ encoder }: EncoderOptions): EncoderFolder | null =>
  encoder === undefined
    ? null
    : { name: path.basename(path.resolve(encoder)).slice(0, longestName), path: path.resolve(encoder) };

const settingsOf = (options: EncoderOptions & { seed: number }) => {
  const folder = folderOf(options);
  return rewardSettingsSchema.parse({ seed: options.seed, ...(folder && { encoder: folder.name }) });
};

/** Trains a reward model on a file of comparisons, and writes `model.onnx` and `manifest.json` into a folder. */
export async function trainOnFile(io: Io, options: TrainOptions): Promise<Outcome> {
  const { answers, pairs } = await readComparisons(options.comparisons);
  await writing(options.out, () => mkdir(options.out, { recursive: true }));
  const progress = startProgress(io, { label: 'Training', json: options.json });
  const { model, manifest } = await trainReward({
    answers: [answers],
    pairs: [pairs],
    settings: settingsOf(options),
    folder: folderOf(options),
    previous: null,
    cacheFolder: cacheFolderOf(io),
    signal: io.signal,
    onProgress: (share) => progress.show(Math.floor(100 * share), 100),
  }).finally(() => progress.end());
  const told = `${JSON.stringify(manifest, null, 2)}\n`;
  await writing(options.out, () => writeFile(path.join(options.out, 'model.onnx'), model));
  await writing(options.out, () => writeFile(path.join(options.out, 'manifest.json'), told));
  const { heldOut } = manifest;
  return {
    json: { manifest },
    text: `Wrote ${path.join(options.out, 'model.onnx')} and manifest.json, trained on ${manifest.training.pairs} pairs of ${manifest.training.questions} questions.
On ${heldOut.pairs} pairs of ${heldOut.questions} held-out questions:
${figuresOf(heldOut)}`,
  };
}

/** How good a model is on the comparisons of a file. */
export async function evaluateOnFile(io: Io, options: EvaluateOptions): Promise<Outcome> {
  const { manifest, score } = await openModel(io, options);
  const { muchBetter } = manifest.settings;
  const file = await readComparisons(options.comparisons);
  const isUsed = ({ isHeldOut }: { isHeldOut: boolean }): boolean => isHeldOut || options.heldOut !== true;
  const answers = file.answers.filter(isUsed);
  const places = new Map(answers.map(({ answerId }, index) => [answerId, index]));
  const scored = await score(answers);
  const judged = file.pairs
    .filter(isUsed)
    .map(({ questionId, firstAnswerId, secondAnswerId, ratings }): EvaluatedPair => {
      const both = [places.get(firstAnswerId)!, places.get(secondAnswerId)!] as const;
      const [first, second] = [scored[both[0]]!, scored[both[1]]!];
      return {
        questionId,
        label: labelOf(
          ratings.map(({ values }) => values.overall!),
          muchBetter,
        )!,
        difference: first.score - second.score,
        words: [wordCountOf(answers[both[0]]!.answer), wordCountOf(answers[both[1]]!.answer)],
        cosines: [first.cosine, second.cosine],
        ratings,
      };
    });
  if (judged.every(({ label }) => isTie(label)))
    throw new CliError('failed', 'All comparisons are ties: there is no accuracy to tell. Take others.');
  const result = evaluate({
    pairs: judged,
    answers: answers.map(({ questionId, answer }, index) => ({
      questionId,
      score: scored[index]!.score,
      words: wordCountOf(answer),
    })),
    muchBetter,
    seed: 'evaluate',
  });
  const { longer, first, cosine } = result.baselines;
  return {
    json: {
      accuracy: shareOf(result.accuracy),
      logloss: result.logLoss.value,
      n: result.pairs,
      ties: result.ties,
      calibration_error: result.calibration.error.value,
      baselines: { longer: shareOf(longer), first: shareOf(first), cosine: shareOf(cosine) },
    },
    text: `${result.pairs} pairs of ${result.questions} questions, ${result.ties} of them ties. Comparisons that the model has learnt from flatter it.
${figuresOf(result)}`,
  };
}

/** How good a model is, beside the rules of thumb. */
function figuresOf({ accuracy, baselines, logLoss, calibration }: RewardEvaluation): string {
  return tableOf(
    [{ head: '' }, { head: 'right', isNumber: true }],
    [
      ['this model', shareWithInterval(accuracy)],
      ['longer wins', shareWithInterval(baselines.longer)],
      ['first wins', shareWithInterval(baselines.first)],
      ['nearer to the question wins', shareWithInterval(baselines.cosine)],
      ['log loss', withInterval(logLoss)],
      ['calibration error', withInterval(calibration.error)],
    ],
  );
}

const shareOf = ({ right, of }: { right: number; of: number }): number => right / of;

/** Scores the answers of a file: the same lines, with `score` and `uncertainty`. */
export async function scoreFile(io: Io, options: ScoreOptions): Promise<Outcome> {
  const { score } = await openModel(io, options);
  const lines = await readAnswers(options.answers);
  const scored = await score(lines.map(({ input }) => input));
  const rows = lines.map(({ row }, index) =>
    Object.assign({}, row, { score: scored[index]!.score, uncertainty: scored[index]!.uncertainty }),
  );
  const written = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (options.out === undefined) return { json: { answers: rows }, text: written };
  const { out } = options;
  await writing(out, () => writeFile(out, written));
  return {
    json: { answers: rows.length, file: out },
    text: `Wrote ${out}: ${rows.length} answers.\n`,
  };
}

/** Trains and tests by folds of questions, beside a linear head on the encoder's vectors. */
export async function foldsOfFile(io: Io, options: FoldsOptions): Promise<Outcome> {
  const { answers, pairs } = await readComparisons(options.comparisons);
  const progress = startProgress(io, { label: 'Testing', json: options.json });
  const { folds, model, linear, difference, lengthCorrelation } = await testByFolds({
    answers: [answers],
    pairs: [pairs],
    settings: settingsOf(options),
    folder: folderOf(options),
    cacheFolder: cacheFolderOf(io),
    signal: io.signal,
    k: options.k,
    onProgress: (share) => progress.show(Math.floor(100 * share), 100),
  }).finally(() => progress.end());
  const rows = folds.map((fold, index) => [
    String(index + 1),
    String(fold.questions),
    String(fold.pairs),
    percent(fold.model.accuracy),
    fold.model.logLoss.toFixed(3),
    percent(fold.linear.accuracy),
  ]);
  const { value, low, high } = difference;
  const range =
    low === null || high === null ? '' : ` (${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)})`;
  return {
    json: {
      folds,
      mean: { accuracy: model.accuracy, logloss: model.logLoss, standard_error: model.standardError },
      linear: { accuracy: linear.accuracy, logloss: linear.logLoss, standard_error: linear.standardError },
      difference,
      length_correlation: lengthCorrelation,
    },
    text: `${tableOf(
      [
        { head: 'fold', isNumber: true },
        { head: 'questions', isNumber: true },
        { head: 'pairs', isNumber: true },
        { head: 'right', isNumber: true },
        { head: 'log loss', isNumber: true },
        { head: 'linear', isNumber: true },
      ],
      rows,
    )}
Mean ${percent(model.accuracy)}, standard error over questions ${(100 * model.standardError).toFixed(1)}; a linear head on vectors ${percent(linear.accuracy)}.
Difference ${(100 * value).toFixed(1)} points${range}. Correlation of score and length ${lengthCorrelation === null ? '–' : lengthCorrelation.toFixed(2)}.
`,
  };
}

/** Opens the model of a folder. @throws CliError where a file is missing or no manifest; FinalFailure where hashes do not hold */
async function openModel(io: Io, options: EncoderOptions & { model: string }) {
  const manifest = await readManifest(options.model);
  const { name } = manifest.encoder;
  const folder = folderOf(options);
  const isShipped = manifest.settings.encoder === rewardSettingsSchema.parse({}).encoder;
  if ((folder === null) !== isShipped)
    throw new CliError(
      'usage',
      `This model was trained with the encoder ${name}${isShipped ? ', which npm ships. Leave --encoder out.' : '. Name its folder: --encoder DIR.'}`,
    );
  const model = path.join(options.model, 'model.onnx');
  const reward: NamedReward = { name: options.model, manifest, folder };
  return {
    manifest,
    score: async (inputs: readonly RewardInput[]): Promise<ScoredInput[]> => {
      const rewards = openRewards({ cacheFolder: cacheFolderOf(io) });
      try {
        const scored: ScoredInput[] = [];
        for (let start = 0; start < inputs.length; start += together) {
          const part = inputs.slice(start, start + together).map(({ question, quotes, answer }) => ({
            question,
            quotes,
            answer,
          }));
          const download = async () => new Uint8Array(await read(model));
          scored.push(...(await rewards.score(reward, { inputs: part, download, signal: io.signal })));
        }
        return scored;
      } finally {
        await rewards.close();
      }
    },
  };
}

async function readManifest(folder: string): Promise<RewardManifest> {
  const file = path.join(folder, 'manifest.json');
  const text = (await read(file)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notAManifest(file, error);
  }
  const parsed = rewardManifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notAManifest(file, parsed.error);
}

const notAManifest = (file: string, cause: unknown): CliError =>
  new CliError(
    'failed',
    `${file} is no manifest of a reward model that this release knows. Train one by "rookery reward train".`,
    { cause },
  );

/** Writes something of `--out`. @throws CliError that says why it cannot be written */
async function writing(out: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new CliError(
      'failed',
      `${out} cannot be written: ${(error as Error).message}. Make room or name another place by --out.`,
      { cause: error },
    );
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CliError(
      'usage',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}). --model is a folder with model.onnx and manifest.json.`,
      { cause: error },
    );
  }
}
