import type { Client, PolicyVersion } from '@rookery/shared/api';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { downloadFile } from '../download.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { waitForJob } from '../jobs.ts';
import { readList } from '../paging.ts';
import type { Outcome } from '../run.ts';
import { orDash, percent, tableOf } from '../table.ts';
import { describeManifest } from './policy-manifest.ts';

type Key = { client: Client; projectId: string };

/** How a version is named on the command line: `ranker@2`. */
export const atVersion = (policy: { name: string; version: number }): string =>
  `${policy.name}@${policy.version}`;

const readVersions = async ({ client, projectId }: Key): Promise<PolicyVersion[]> => {
  const { items } = await readList(Infinity, (query) =>
    client.listPolicyVersions({ params: { projectId }, query }),
  );
  return items;
};

/**
 * The versions that are named, each as `name@version`, as `name` for its newest, or by its id.
 * @throws CliError for one that there is not
 */
export async function findVersions(key: Key, named: readonly string[]): Promise<PolicyVersion[]> {
  const versions = await readVersions(key);
  const newest = versions.toSorted((a, b) => b.version - a.version);
  return named.map((name) => {
    // Names that differ in case alone are one name.
    const wanted = name.toLowerCase();
    const found = newest.find((one) =>
      [one.id, one.name, atVersion(one)].some((known) => known.toLowerCase() === wanted),
    );
    if (found) return found;
    const known = versions.map(atVersion).join(', ');
    throw new CliError(
      'failed',
      `There is no policy "${name}" in this project${known ? `: there are ${known}` : ' yet: train one with "rookery policies train"'}.`,
      { code: 'not_found' },
    );
  });
}

async function findVersion(key: Key, name: string): Promise<PolicyVersion> {
  const [found] = await findVersions(key, [name]);
  return found!;
}

/** All versions of the project's policies, the newest first, as a table. */
export async function listPolicies(io: Io, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const versions = await readVersions({ client, projectId });
  const columns = [
    { head: 'Policy' },
    { head: 'Kind' },
    { head: 'Demonstrations', isNumber: true },
    { head: 'Right, held out', isNumber: true },
    { head: 'Samples', isNumber: true },
    { head: 'Answered', isNumber: true },
    { head: 'Citing a reference', isNumber: true },
    { head: 'Made' },
  ];
  const rows = versions.map((one) => [
    atVersion(one),
    one.kind,
    orDash(one.trainedOn, ({ demonstrations }) => String(demonstrations)),
    orDash(one.heldOutAccuracy, ({ policy }) => (policy.of === 0 ? '–' : percent(policy.right / policy.of))),
    String(one.samples.done),
    String(one.samples.answered),
    one.samples.citable === 0 ? '–' : `${one.samples.citing} of ${one.samples.citable}`,
    one.createdAt.slice(0, 10),
  ]);
  return {
    json: { versions },
    text: versions.length === 0 ? 'There are no policies yet.\n' : tableOf(columns, rows),
  };
}

/** One version, with what is written beside its model. */
export async function showPolicy(io: Io, name: string, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: versionId } = await findVersion({ client, projectId }, name);
  const { manifest, ...version } = await client.getPolicyVersion({ params: { projectId, versionId } });
  const settings = Object.entries(version.settings).map(([setting, value]) => `${setting} ${String(value)}`);
  const text = [
    `${atVersion(version)} (${version.kind}), made ${version.createdAt}${version.createdBy === null ? '' : ` by ${version.createdBy}`}`,
    ...(version.note === '' ? [] : [version.note]),
    `Settings: ${settings.join(', ')}`,
    `Samples: ${version.samples.done} done, ${version.samples.answered} answered, ${version.samples.citing} of ${version.samples.citable} citing a reference page`,
    '',
  ].join('\n');
  return {
    json: { ...version, manifest },
    text: manifest === null ? text : text + describeManifest(manifest),
  };
}

export interface TrainOptions extends ProjectOptions {
  name: string;
  note: string;
  seed?: number;
  hidden?: number;
  learningRate?: number;
  batch?: number;
  epochs?: number;
  patience?: number;
  heldOut?: number;
  wait?: boolean;
}

/** Has model workers train the next version of a ranker; with `wait`, until it is there. */
export async function trainPolicy(io: Io, options: TrainOptions): Promise<Outcome> {
  const { name, note, seed, hidden, learningRate, batch, epochs, patience, heldOut, json } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const settings = {
    ...(seed !== undefined && { seed }),
    ...(hidden !== undefined && { hiddenUnits: hidden }),
    ...(learningRate !== undefined && { learningRate }),
    ...(batch !== undefined && { batchSize: batch }),
    ...(epochs !== undefined && { maxEpochs: epochs }),
    ...(patience !== undefined && { patience }),
    ...(heldOut !== undefined && { heldOutPercent: heldOut }),
  };
  const { id: jobId } = await client.trainRanker({ params: { projectId }, body: { name, note, settings } });
  if (!options.wait) {
    return {
      json: { jobId },
      text: `Job ${jobId} trains the next version of ${name}. "rookery policies list" shows it when it is done.\n`,
    };
  }
  await waitForJob(io, { client, projectId, jobId, label: 'Training', json });
  const versions = await readVersions({ client, projectId });
  const trained = versions.find((version) => version.jobId === jobId);
  if (!trained) throw new CliError('failed', 'The server says that it is trained, but has no version of it.');
  return { json: { jobId, version: trained }, text: describeTrained(trained) };
}

function describeTrained(version: PolicyVersion): string {
  const made = `Trained ${atVersion(version)} on ${version.trainedOn?.demonstrations ?? 0} demonstrations.\n`;
  if (version.heldOutAccuracy === null || version.heldOutAccuracy.policy.of === 0) return made;
  const { policy, mostFrequent, lexical } = version.heldOutAccuracy;
  const share = (one: typeof policy): string => percent(one.of === 0 ? 0 : one.right / one.of);
  return `${made}Next command right, of ${policy.of} held out: ${share(policy)}; most frequent command ${share(mostFrequent)}, best lexical match ${share(lexical)}.\n`;
}

export interface EndpointOptions extends ProjectOptions {
  endpoint: string;
  model: string;
  note: string;
  maxCommandTokens?: number;
  maxAnswerTokens?: number;
  timeout?: number;
  tries?: number;
}

/** Makes the next version of a policy that asks a server with the completions API. */
export async function addEndpoint(io: Io, name: string, options: EndpointOptions): Promise<Outcome> {
  const { endpoint, model, note, maxCommandTokens, maxAnswerTokens, timeout, tries } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const settings = {
    endpoint,
    model,
    ...(maxCommandTokens !== undefined && { maxCommandTokens }),
    ...(maxAnswerTokens !== undefined && { maxAnswerTokens }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(tries !== undefined && { maxTries: tries }),
  };
  const version = await client.createEndpointPolicy({
    params: { projectId },
    body: { name, note, settings },
  });
  return {
    json: { ...version },
    text: `Made ${atVersion(version)}. Workers that sample from it need ROOKERY_ENDPOINT_${endpoint}_URL.\n`,
  };
}

export interface DownloadOptions extends ProjectOptions {
  out: string;
}

/** Downloads the model file of a trained version, and checks it by its SHA-256. */
export async function downloadPolicy(io: Io, name: string, options: DownloadOptions): Promise<Outcome> {
  const connection = await connect(io, options);
  const { client } = connection;
  const { id: projectId } = await findProject(client, options.project);
  const version = await findVersion({ client, projectId }, name);
  if (version.model === null) {
    throw new CliError('failed', `${atVersion(version)} asks an endpoint: it has no model file.`);
  }
  const { size, sha256 } = await downloadFile(io, {
    connection,
    expected: version.model,
    request: (client) => client.downloadPolicyModel({ params: { projectId, versionId: version.id } }),
    target: options.out,
    json: options.json,
  });
  return {
    json: { version: atVersion(version), file: options.out, size, sha256 },
    text: `Wrote ${options.out}: ${size} bytes, SHA-256 ${sha256}.\n`,
  };
}
