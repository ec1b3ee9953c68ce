import type { Client, Job, JobProblem } from '@rookery/shared/api';
import type { Dependencies } from '../src/dependencies.ts';
import {
  importAnswers,
  importComparisons,
  importLibrary,
  importQuestions,
} from '../src/features/imports/index.ts';
import { runDelivered } from '../src/jobs/runner.ts';

/** The processors of imports; a test that needs another one for the rest brings it. */
const processors = {
  'import-questions': importQuestions,
  'import-library': importLibrary,
  'import-answers': importAnswers,
  'import-comparisons': importComparisons,
  'make-pairs': () => Promise.reject(new Error('Not an import.')),
  'choose-pairs': () => Promise.reject(new Error('Not an import.')),
  'export-comparisons': () => Promise.reject(new Error('Not an import.')),
  'export-demonstrations': () => Promise.reject(new Error('Not an import.')),
  'verify-episodes': () => Promise.reject(new Error('Not an import.')),
};

export interface Imported {
  job: Job;
  problems: JobProblem[];
}

/** Does the present attempt of an import, here and now. */
export async function runImport(
  deps: Dependencies,
  options: { client: Client; projectId: string; jobId: string; signal?: AbortSignal },
): Promise<Imported> {
  const { client, projectId, jobId } = options;
  const params = { projectId, jobId };
  const { attempt, kind } = await client.getJob({ params });
  const signal = options.signal ?? new AbortController().signal;
  await runDelivered(deps, { jobId, attempt, kind: kind as 'import-questions', signal }, processors);
  const { items } = await client.listJobProblems({ params, query: { limit: 500 } });
  return { job: await client.getJob({ params }), problems: items };
}

export type ImportBody = NonNullable<Parameters<Client['createImport']>[0]['body']>;

/** Begins an import through the API, adds its files and starts it; gives its id. */
export async function startImport(options: {
  client: Client;
  projectId: string;
  body: ImportBody;
  files: Record<string, string | Uint8Array>;
}): Promise<string> {
  const { client, projectId, body, files } = options;
  const { id: jobId } = await client.createImport({ params: { projectId }, body });
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await client.addImportFile({ params: { projectId, jobId }, query: { path }, body: bytes });
  }
  await client.startImport({ params: { projectId, jobId } });
  return jobId;
}

/** Imports files through the API, and does the job here and now. */
export async function importFiles(
  deps: Dependencies,
  options: {
    client: Client;
    projectId: string;
    /** Left out: an import of pages with `baseUrl`, or else of questions. */
    body?: ImportBody;
    baseUrl?: string;
    files: Record<string, string | Uint8Array>;
  },
): Promise<Imported> {
  const { client, projectId, baseUrl, files } = options;
  const ofPages = baseUrl === undefined ? null : { kind: 'import-library' as const, baseUrl };
  const body = options.body ?? ofPages ?? { kind: 'import-questions' as const };
  const jobId = await startImport({ client, projectId, body, files });
  return runImport(deps, { client, projectId, jobId });
}

/** A file of JSONL; rows that are texts are lines as they are. */
export const jsonl = (rows: readonly unknown[]): string =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
