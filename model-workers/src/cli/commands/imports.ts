import type { Job, QuestionUse } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import path from 'node:path';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { describeProblems, patiently, readProblems, waitForJob } from '../jobs.ts';
import type { Outcome } from '../run.ts';
import { describePreview, importOptions, type QuestionsOptions } from './question-options.ts';
import { describeFile, openUploadState, uploadAll, walkFolder, type Upload } from '../uploads.ts';

const shownProblems = 20;
const jsonProblems = 1000;
/** What an import of pages can read; the rest of a folder (pictures, styles) is not uploaded. */
const pageEndings = '.html .htm .xhtml .xht .xml .md .markdown .mdown .mkd .txt .text .jsonl .ndjson'.split(
  ' ',
);

type Client = Awaited<ReturnType<typeof connect>>['client'];

/** Imports questions from files of JSONL or CSV, or with `preview` tells what would come out. */
export async function importQuestions(io: Io, files: string[], options: QuestionsOptions): Promise<Outcome> {
  const how = importOptions(options);
  const uploads = await Promise.all(nameFiles(files).map(({ file, name }) => describeFile(file, name)));
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: jobId } = await client.createImport({
    params: { projectId },
    body: { kind: 'import-questions', options: how },
  });
  const params = { projectId, jobId };
  await uploadAll(io, { client, projectId, jobId, uploads, json: options.json });
  if (options.preview) {
    const preview = await client.previewImport({ params, body: how ?? {} });
    await client.cancelJob({ params });
    return { json: { ...preview }, text: describePreview(preview) };
  }
  return finish(io, { client, projectId, jobId, label: 'Importing questions', options });
}

export interface AnswersOptions extends ProjectOptions {
  source?: string;
  dataset?: string;
  use: QuestionUse;
}

/** Imports answers from files of JSONL. */
export async function importAnswers(io: Io, files: string[], options: AnswersOptions): Promise<Outcome> {
  const { use, source = null, dataset = null } = options;
  const body = { kind: 'import-answers' as const, options: { use, source, dataset } };
  return importFiles(io, { files, body, label: 'Importing answers', options });
}

export interface ComparisonsOptions extends ProjectOptions {
  name: string;
  wanted: number;
  form: FormName;
  dataset?: string;
  use: QuestionUse;
}

/** Imports comparisons, with all that they are of, from files in either shape of openai/webgpt_comparisons. */
export async function importComparisons(
  io: Io,
  files: string[],
  options: ComparisonsOptions,
): Promise<Outcome> {
  const { name, wanted, form, use, dataset = null } = options;
  const body = { kind: 'import-comparisons' as const, options: { name, wanted, form, use, dataset } };
  return importFiles(io, { files, body, label: 'Importing comparisons', options });
}

type CreateBody = NonNullable<Parameters<Client['createImport']>[0]['body']>;

async function importFiles(
  io: Io,
  work: { files: string[]; body: CreateBody; label: string; options: ProjectOptions },
): Promise<Outcome> {
  const { files, body, label, options } = work;
  const uploads = await Promise.all(nameFiles(files).map(({ file, name }) => describeFile(file, name)));
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { id: jobId } = await client.createImport({ params: { projectId }, body });
  await uploadAll(io, { client, projectId, jobId, uploads, json: options.json });
  return finish(io, { client, projectId, jobId, label, options });
}

export interface LibraryOptions extends ProjectOptions {
  baseUrl: string;
  /** Globs of paths within the folder. */
  exclude?: string[];
}

/** Imports a folder of pages; an upload that was interrupted goes on where it was. */
export async function importLibrary(io: Io, folder: string, options: LibraryOptions): Promise<Outcome> {
  if (!/^https?:$/.test(URL.parse(options.baseUrl)?.protocol ?? '')) {
    throw new CliError(
      'usage',
      `--base-url has to be an http address like https://docs.python.org/3/, not "${options.baseUrl}".`,
    );
  }
  const { uploads, others } = await walkFolder(folder, { endings: pageEndings, exclude: options.exclude });
  if (uploads.length === 0) {
    throw new CliError(
      'failed',
      `There are no pages in ${folder}: no files that end in ${pageEndings.join(', ')}.`,
    );
  }
  const { client, url } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const { baseUrl } = options;
  const state = await openUploadState(io.env, { url, projectId, folder: path.resolve(folder), baseUrl });
  let jobId = state.jobId === null ? null : await openImport(client, { projectId, jobId: state.jobId });
  if (jobId === null) {
    const created = await client.createImport({
      params: { projectId },
      body: { kind: 'import-library', baseUrl },
    });
    jobId = created.id;
    await state.begin(jobId);
  }
  const missing = uploads.filter((upload) => !state.has(upload));
  if (missing.length < uploads.length && !options.json) {
    io.err(
      `Going on with an upload that was interrupted: ${missing.length} of ${uploads.length} files are left.\n`,
    );
  }
  const onUploaded = (upload: Upload): Promise<void> => state.add(upload);
  await uploadAll(io, { client, projectId, jobId, uploads: missing, json: options.json, onUploaded });
  const outcome = await finish(io, {
    client,
    projectId,
    jobId,
    label: 'Importing pages',
    options,
    onStarted: () => state.end(),
  });
  if (others > 0 && !options.json)
    io.err(`${others} other files (pictures, styles and the like) were left out.\n`);
  return { ...outcome, json: { ...outcome.json, files: uploads.length, otherFiles: others } };
}

/** The import, if it still takes files. */
async function openImport(client: Client, key: { projectId: string; jobId: string }): Promise<string | null> {
  const job = await client.getJob({ params: key }).catch(() => null);
  return job?.state === 'uploading' ? job.id : null;
}

async function finish(
  io: Io,
  work: {
    client: Client;
    projectId: string;
    jobId: string;
    label: string;
    options: ProjectOptions;
    onStarted?: () => Promise<void>;
  },
): Promise<Outcome> {
  const { client, projectId, jobId, label, options } = work;
  await patiently(io, () => client.startImport({ params: { projectId, jobId } }));
  await work.onStarted?.();
  const job = await waitForJob(io, { client, projectId, jobId, label, json: options.json });
  const limit = options.json ? jsonProblems : shownProblems;
  const problems = await readProblems(client, { projectId, job, limit });
  if (!options.json) io.err(describeProblems(problems, job.problems));
  return {
    json: { jobId, result: job.result, problems: { total: job.problems, items: problems } },
    text: `Done: ${describeResult(job)}.\n`,
  };
}

/** `{ imported: 3, unchanged: 0 }` as `imported 3, unchanged 0`; counts only. */
export function describeResult(job: Job): string {
  const counts = Object.entries(job.result ?? {}).filter(([, value]) => typeof value === 'number');
  const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return counts.map(([name, value]) => `${words(name)} ${String(value)}`).join(', ') || 'nothing to count';
}

/** Names within the import: the files' own; those that occur twice get a number in front. */
function nameFiles(files: string[]): { file: string; name: string }[] {
  const taken = new Set<string>();
  return files.map((file, index) => {
    const own = path.basename(file);
    const name = taken.has(own) ? `${index + 1}-${own}` : own;
    taken.add(name);
    return { file, name };
  });
}
