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

/** Imports files through the API, and does the job here and now. */
export async function importFiles(
  deps: Dependencies,
  options: {
    client: Client;
    projectId: string;
    /** Left out: an import of questions. */
    baseUrl?: string;
    files: Record<string, string | Uint8Array>;
  },
): Promise<Imported> {
  const { client, projectId, baseUrl, files } = options;
  const body =
    baseUrl === undefined
      ? { kind: 'import-questions' as const }
      : { kind: 'import-library' as const, baseUrl };
  const { id: jobId } = await client.createImport({ params: { projectId }, body });
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await client.addImportFile({ params: { projectId, jobId }, query: { path }, body: bytes });
  }
  await client.startImport({ params: { projectId, jobId } });
  return runImport(deps, { client, projectId, jobId });
}
