import type { Client, RewardModel, RewardPreview } from '@rookery/shared/api';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { downloadFile } from '../download.ts';
import { CliError } from '../errors.ts';
import { shareAlone, shareWithInterval, withInterval } from '../figures.ts';
import type { Io } from '../io.ts';
import { waitForJob } from '../jobs.ts';
import { readList } from '../paging.ts';
import { rewardSettingsOf, type RewardSettingsOptions } from '../reward-settings.ts';
import type { Outcome } from '../run.ts';
import { orDash, tableOf } from '../table.ts';
import { describeResult } from './imports.ts';
import { describeRewardManifest } from './reward-model-manifest.ts';
import { findPlan } from './sampling.ts';

type Key = { client: Client; projectId: string };

/** All versions, the newest first. */
export const readRewardModels = async ({ client, projectId }: Key): Promise<RewardModel[]> => {
  const { items } = await readList(Infinity, (query) =>
    client.listRewardModels({ params: { projectId }, query }),
  );
  return items;
};

/**
 * A version by its number or id, or the one in use where none is named.
 * @throws CliError when there is no such one
 */
export async function findRewardModel(key: Key, name: string | undefined): Promise<RewardModel> {
  const models = await readRewardModels(key);
  const found =
    name === undefined
      ? models.find(({ isCurrent }) => isCurrent)
      : models.find(({ id, version }) => name === id || name === String(version));
  if (found) return found;
  const code = { code: 'not_found' };
  if (models.length === 0) {
    throw new CliError(
      'failed',
      'This project has no reward model yet: train one with "rookery rewards train".',
      code,
    );
  }
  const known = models.map(({ version }) => version).join(', ');
  throw new CliError(
    'failed',
    `There is no version "${name}" of the reward model: there are ${known}.`,
    code,
  );
}

/** All versions with how good they are, as a table. */
export async function listRewardModels(io: Io, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const models = await readRewardModels({ client, projectId });
  const columns = [
    { head: 'Version', isNumber: true },
    ...[
      'Comparisons',
      'Pairs',
      'Questions',
      'Right, held out',
      'Log loss',
      'Longer wins',
      'People agree',
    ].map((head) => ({ head, isNumber: true })),
    { head: 'Scored', isNumber: true },
    { head: 'Round' },
    { head: 'Made' },
  ];
  const rows = models.map(({ version, isCurrent, snapshot, heldOut, scored, round, createdAt }) => [
    isCurrent ? `${version} *` : `${version}  `,
    String(snapshot.comparisons),
    String(snapshot.pairs),
    String(snapshot.questions),
    shareWithInterval(heldOut.accuracy),
    heldOut.logLoss.value.toFixed(3),
    shareAlone(heldOut.baselines.longer),
    orDash(heldOut.human, shareAlone),
    String(scored),
    orDash(round, ({ number }) => String(number)),
    createdAt.slice(0, 10),
  ]);
  return {
    json: { models },
    text:
      models.length === 0
        ? 'There is no reward model yet.\n'
        : `${tableOf(columns, rows)}* in use. Intervals are 95 %, over questions.\n`,
  };
}

/** One version, with what is written beside its model. */
export async function showRewardModel(
  io: Io,
  name: string | undefined,
  options: ProjectOptions,
): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: modelId } = await findRewardModel({ client, projectId }, name);
  const model = await client.getRewardModel({ params: { projectId, modelId } });
  const settings = Object.entries(model.settings).map(([setting, value]) => `${setting} ${String(value)}`);
  const text = [
    `Reward model ${model.version}${model.isCurrent ? ', in use' : ''}, made ${model.createdAt}${model.createdBy === null ? '' : ` by ${model.createdBy}`}${model.round === null ? '' : ` in round ${model.round.number}`}`,
    ...(model.note === '' ? [] : [model.note]),
    `Settings: ${settings.join(', ')}`,
    `Answers scored by it: ${model.scored}`,
    describeRewardManifest(model.manifest),
  ];
  return { json: { ...model }, text: text.join('\n') };
}

export interface PreviewOptions extends ProjectOptions, RewardSettingsOptions {}

/** What training would learn from now. */
export async function previewTraining(io: Io, options: PreviewOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const preview = await client.previewRewardTraining({
    params: { projectId },
    body: rewardSettingsOf(options),
  });
  return { json: { ...preview }, text: describePreview(preview) };
}

function describePreview(preview: RewardPreview): string {
  const { comparisons, pairs, ties, questions, heldOutQuestions, bySource, leftOut, problem } = preview;
  const sources = bySource.map(({ source, comparisons: count }) => `${count} of ${source}`).join(', ');
  return [
    `${comparisons} comparisons of ${pairs} pairs, ${ties} of them ties, on ${questions} questions, of which ${heldOutQuestions} are held out${sources && `: ${sources}`}.`,
    `Left out by choice: ${leftOut.imported} imported ones, ${leftOut.simulated} simulated ones.`,
    problem ?? 'Nothing was begun. "rookery rewards train" begins.',
    '',
  ].join('\n');
}

export interface TrainModelOptions extends ProjectOptions, RewardSettingsOptions {
  note: string;
  wait?: boolean;
}

/** Has a model worker train the next version; with `wait`, until it is there. */
export async function trainRewardModel(io: Io, options: TrainModelOptions): Promise<Outcome> {
  const { note, json } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: jobId } = await client.trainRewardModel({
    params: { projectId },
    body: { note, settings: rewardSettingsOf(options) },
  });
  if (!options.wait) {
    return {
      json: { jobId },
      text: `Job ${jobId} trains the next version. "rookery rewards list" shows it when it is done.\n`,
    };
  }
  await waitForJob(io, { client, projectId, jobId, label: 'Training', json });
  const models = await readRewardModels({ client, projectId });
  const model = models.find((one) => one.jobId === jobId);
  if (!model) throw new CliError('failed', 'The server says that it is trained, but has no version of it.');
  const { version, snapshot, heldOut, previous } = model;
  const { longer, first, cosine } = heldOut.baselines;
  const text = [
    `Trained version ${version} on ${snapshot.comparisons} comparisons of ${snapshot.pairs} pairs.`,
    `Right, on ${heldOut.pairs} held-out pairs of ${heldOut.questions} questions: ${shareWithInterval(heldOut.accuracy)}; ` +
      `longer wins ${shareAlone(longer)}, first wins ${shareAlone(first)}, nearer to the question ${shareAlone(cosine)}.`,
    ...(previous === null
      ? []
      : [
          `Version ${previous.version} on the same pairs: ${shareAlone(previous.accuracy)}; difference ${withInterval(previous.difference)}.`,
        ]),
    '',
  ];
  return { json: { jobId, model }, text: text.join('\n') };
}

export interface ScoreStoredOptions extends ProjectOptions {
  plan?: string;
  wait?: boolean;
}

/** Has a model worker score what a version has not scored yet. */
export async function scoreStored(
  io: Io,
  name: string | undefined,
  options: ScoreStoredOptions,
): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const key = { client, projectId };
  const { id: modelId, version } = await findRewardModel(key, name);
  const planId = options.plan === undefined ? null : (await findPlan(key, options.plan)).id;
  const { id: jobId } = await client.scoreAnswers({ params: { projectId, modelId }, body: { planId } });
  if (!options.wait) {
    return { json: { jobId, version }, text: `Job ${jobId} scores answers by version ${version}.\n` };
  }
  const job = await waitForJob(io, { client, projectId, jobId, label: 'Scoring', json: options.json });
  return { json: { jobId, version, result: job.result }, text: `Done: ${describeResult(job)}.\n` };
}

export interface DownloadModelOptions extends ProjectOptions {
  out: string;
}

/** Downloads the model file of a version, and checks it by its SHA-256. */
export async function downloadRewardModel(
  io: Io,
  name: string | undefined,
  options: DownloadModelOptions,
): Promise<Outcome> {
  const connection = await connect(io, options);
  const { client } = connection;
  const { id: projectId } = await findProject(client, options.project);
  const { id: modelId, version, model } = await findRewardModel({ client, projectId }, name);
  const { size, sha256 } = await downloadFile(io, {
    connection,
    expected: model,
    request: (client) => client.downloadRewardModel({ params: { projectId, modelId } }),
    target: options.out,
    json: options.json,
  });
  return {
    json: { version, file: options.out, size, sha256 },
    text: `Wrote ${options.out}: ${size} bytes, SHA-256 ${sha256}.\n`,
  };
}
