import type { JobProblem } from '@rookery/shared/api';
import { readLibraryRow } from '@rookery/shared/datasets';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  lookupAddress,
  NotAPage,
  pageConverter,
  renewVocabulary,
  saveImportedPages,
  type ImportedPage,
  type PageConverter,
  type Source,
} from '../../library/index.ts';
import { JobError, type JobContext, type JobProcessor } from '../jobs/index.ts';
import { findProject } from '../projects/index.ts';
import { listImportFiles, runBatches, type BatchOutcome } from './batches.ts';
import { entriesOf, planFiles, type LibraryEntry } from './library-entries.ts';
import { parseJson } from './question-rows.ts';
import { problemReport } from './report.ts';

const inputSchema = z.object({ baseUrl: z.string() });

/** Little enough that requests wait for none of it, much enough that it is not all transactions. */
const batchLimits = { entries: 8, bytes: 2_000_000 };

/** An entry once it was read: a page, nothing to speak of, or a problem. */
type Converted = { entry: LibraryEntry } & (
  | { page: ImportedPage; problem?: undefined }
  | { page?: undefined; problem: string | null }
);

/**
 * Imports the files of a job as pages of the library. The result counts `pages` (`added`, `updated` and `unchanged` ones together),
 * `skipped` files that belong to pages and are none, and `problems`, of which there is a file.
 */
export const importLibrary: JobProcessor = async (deps, context) => {
  const { job } = context;
  const { baseUrl } = inputSchema.parse(job.input);
  const project = await findProject(deps.db, job.projectId);
  if (!project) throw new JobError('The project is gone.', { isFinal: true });
  const { plans, total } = await planFiles(deps, await listImportFiles(deps, job.id));
  const converter = pageConverter();
  const counts = await runBatches(deps, context, {
    entries: entriesOf(deps, { plans, baseUrl }),
    total,
    limits: batchLimits,
    async write(entries) {
      const converted = await Promise.all(entries.map((entry) => convertEntry(deps, { converter, entry })));
      return (tx) => writeEntries(tx, { deps, context, language: project.settings.language, converted });
    },
  });
  await renewVocabulary(deps.db, { projectId: job.projectId, at: deps.clock() });
  const { added = 0, updated = 0, unchanged = 0, skipped = 0, problems = 0 } = counts;
  const file = await problemReport(deps, { id: job.id, problems });
  const result = { pages: added + updated + unchanged, added, updated, unchanged, skipped, problems };
  return file === undefined ? { result } : { result, file };
};

async function convertEntry(
  deps: Dependencies,
  work: { converter: PageConverter; entry: LibraryEntry },
): Promise<Converted> {
  const { entry } = work;
  if (entry.kind === 'asset') return { entry, problem: null };
  if (entry.kind === 'problem') return { entry, problem: entry.reason };
  const read = await readSource(deps, entry);
  if (read.problem !== undefined) return { entry, problem: read.problem };
  const address = lookupAddress(read.source.url);
  if (address === null) return { entry, problem: 'its address is none that can be opened' };
  try {
    const { page, hash } = await work.converter.convert(read.source);
    return { entry, page: { page, hash, address, sourceBlob: entry.blobHash } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { entry, problem: error instanceof NotAPage ? `not a page: ${reason}` : `the page ${reason}` };
  }
}

async function readSource(
  deps: Dependencies,
  entry: Extract<LibraryEntry, { kind: 'file' | 'row' }>,
): Promise<{ source: Source; problem?: undefined } | { problem: string }> {
  if (entry.kind === 'file') {
    const content = await buffer(deps.blobs.read(entry.blobHash));
    return { source: { url: entry.url, type: entry.type, content } };
  }
  const json = parseJson(entry.line);
  if (json.problem !== undefined) return json;
  const read = readLibraryRow(json.value);
  if (read.problem !== undefined) return read;
  const { url, title, html, markdown, text } = read.row;
  const named = title ? { title } : {};
  if (html !== undefined) return { source: { url, type: 'html', content: html, ...named } };
  if (markdown !== undefined) return { source: { url, type: 'markdown', content: markdown, ...named } };
  return { source: { url, type: 'text', content: text ?? '', ...named } };
}

async function writeEntries(
  tx: Transaction,
  batch: {
    deps: Dependencies;
    context: JobContext;
    language: 'simple' | 'english';
    converted: readonly Converted[];
  },
): Promise<BatchOutcome> {
  const { deps, context, language, converted } = batch;
  const counts = { added: 0, updated: 0, unchanged: 0, skipped: 0 };
  const problems: JobProblem[] = [];
  const pages = new Map<string, ImportedPage>();
  for (const { page } of converted) if (page && !pages.has(page.address)) pages.set(page.address, page);
  const saved = await saveImportedPages(tx, {
    projectId: context.job.projectId,
    importId: context.job.id,
    language,
    at: deps.clock(),
    pages: [...pages.values()],
  });
  const outcomes = new Map([...pages.values()].map((page, index) => [page, saved[index]]));
  for (const { entry, page, problem } of converted) {
    const outcome = page && (outcomes.get(page) ?? 'repeated');
    if (outcome === 'repeated') {
      const reason = `its address (${page?.address}) is that of an earlier page of this import, which was taken`;
      problems.push({ file: entry.file, row: entry.row, reason });
    } else if (outcome) {
      counts[outcome] += 1;
    } else if (problem === null || problem === undefined) {
      counts.skipped += 1;
    } else {
      problems.push({ file: entry.file, row: entry.row, reason: problem });
    }
  }
  return { counts, problems };
}
