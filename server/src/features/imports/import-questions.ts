import {
  importQuestionsOptionsSchema,
  type ImportQuestionsOptions,
  type JobProblem,
} from '@rookery/shared/api';
import type { QuestionRow } from '@rookery/shared/datasets';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import { JobError, type JobContext, type JobProcessor } from '../jobs/index.ts';
import { findProject } from '../projects/index.ts';
import { saveImportedQuestions } from '../questions/index.ts';
import { listImportFiles, runBatches, type BatchOutcome } from './batches.ts';
import { readAsWindows1252, surveyFiles, type SurveyedFile } from './json-rows.ts';
import { readQuestions } from './question-rows.ts';
import { useByShares } from './shares.ts';
import { decodeFile, undecodable } from './text-files.ts';

/** A row of one of the files; neither a question nor a problem: its format leaves it out. */
interface Entry {
  file: string;
  row: number | null;
  bytes: number;
  question: QuestionRow | null;
  problem: string | null;
}

/** Imports that were begun by an earlier release have no options. */
const inputSchema = z.object({ options: importQuestionsOptionsSchema.prefault({}) });

/**
 * Imports the files of a job as questions. Rows that cannot be used are problems of the job, the rest is imported. The result counts
 * `added`, `updated` and `unchanged` questions, `dropped` rows (those that a format leaves out) and `problems`, and names the files that
 * were read as windows-1252.
 */
export const importQuestions: JobProcessor = async (deps, context) => {
  const { job } = context;
  const project = await findProject(deps.db, job.projectId);
  if (!project) throw new JobError('The project is gone.', { isFinal: true });
  const { files, lines } = await surveyFiles(deps, {
    files: await listImportFiles(deps, job.id),
    signal: context.signal,
  });
  const { options } = inputSchema.parse(job.input);
  const wanted = options.wanted ?? project.settings.demonstrationsPerQuestion;
  const counts = await runBatches(deps, context, {
    entries: entriesOf(deps, { files, options }),
    total: lines,
    limits: { entries: 500, bytes: 8_000_000 },
    write: async (entries) => (tx) =>
      writeEntries(tx, { deps, context, options: { ...options, wanted }, entries }),
  });
  const { added = 0, updated = 0, unchanged = 0, dropped = 0, problems = 0 } = counts;
  return {
    result: { added, updated, unchanged, dropped, problems, readAsWindows1252: readAsWindows1252(files) },
  };
};

/** All rows of all files, in order; a row that repeats one before it is a problem. */
async function* entriesOf(
  deps: Dependencies,
  { files, options }: { files: readonly SurveyedFile[]; options: ImportQuestionsOptions },
): AsyncGenerator<Entry> {
  const seen = new Map<string, { file: string; row: number }>();
  for (const { path, blobHash, encoding } of files) {
    const refused = (row: number | null, problem: string): Entry => ({
      file: path,
      row,
      bytes: 0,
      question: null,
      problem,
    });
    if (encoding === null) {
      yield refused(null, undecodable);
      continue;
    }
    const text = decodeFile(deps.blobs.read(blobHash), encoding);
    for await (const { row, question, dropped, problem } of readQuestions(path, text, options)) {
      if (dropped !== undefined) {
        yield { file: path, row, bytes: 0, question: null, problem: null };
        continue;
      }
      if (question === undefined) {
        yield refused(row, problem);
        continue;
      }
      const key = JSON.stringify([question.dataset, question.id]);
      const first = seen.get(key);
      if (first) {
        const where = first.file === path ? `row ${first.row}` : `row ${first.row} of ${first.file}`;
        yield refused(row, `it has the same dataset and id as ${where}, which was taken`);
        continue;
      }
      seen.set(key, { file: path, row });
      yield { file: path, row, bytes: question.full_text.length, question, problem: null };
    }
  }
}

async function writeEntries(
  tx: Transaction,
  batch: {
    deps: Dependencies;
    context: JobContext;
    options: ImportQuestionsOptions & { wanted: number };
    entries: readonly Entry[];
  },
): Promise<BatchOutcome> {
  const { deps, context, options, entries } = batch;
  const { job } = context;
  const rows = entries.flatMap(({ question }) => question ?? []);
  const outcomes = await saveImportedQuestions(tx, {
    projectId: job.projectId,
    actorId: job.createdBy,
    at: deps.clock(),
    wanted: options.wanted,
    priority: options.priority,
    useOf: (row) => useByShares(row, options.shares),
    rows,
  });
  const counts = { added: 0, updated: 0, unchanged: 0, dropped: 0 };
  const problems: JobProblem[] = [];
  const remaining = outcomes.values();
  for (const { file, row, question, problem } of entries) {
    const outcome = question === null ? null : remaining.next().value;
    const reason = outcome?.kind === 'kept' ? outcome.reason : problem;
    if (reason !== null) problems.push({ file, row, reason });
    else if (!outcome) counts.dropped += 1;
    else if (outcome.kind !== 'kept') counts[outcome.kind] += 1;
  }
  return { counts, problems };
}
