import { importAnswersOptionsSchema, type ImportAnswersOptions } from '@rookery/shared/api';
import { readAnswerRow } from '@rookery/shared/datasets';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import { contentHashOf, saveImportedAnswers, tokensOfNew, type ImportedAnswer } from '../answers/index.ts';
import type { JobContext, JobProcessor } from '../jobs/index.ts';
import { findOrAddQuestions } from '../questions/index.ts';
import { listImportFiles, runBatches, type BatchOutcome } from './batches.ts';
import {
  problemsOf,
  readAsWindows1252,
  readJsonRows,
  surveyFiles,
  type Entry,
  type SurveyedFile,
} from './json-rows.ts';
import { idOf } from './question-rows.ts';

interface ReadAnswer {
  answer: ImportedAnswer;
  source: string;
}

const inputSchema = z.object({ options: importAnswersOptionsSchema });

/**
 * Imports the files of a job as answers. Rows that cannot be used are problems of the job, the rest is imported. The result counts
 * answers that were `added` or were there (`unchanged`), `questions` that were added for them, and `problems`.
 */
export const importAnswers: JobProcessor = async (deps, context) => {
  const { job } = context;
  const { options } = inputSchema.parse(job.input);
  const { files, lines } = await surveyFiles(deps, {
    files: await listImportFiles(deps, job.id),
    signal: context.signal,
  });
  const counts = await runBatches(deps, context, {
    entries: entriesOf(deps, { files, options }),
    total: lines,
    limits: { entries: 500, bytes: 8_000_000 },
    async write(entries) {
      const tokens = await tokensOfNew(deps.db, {
        projectId: job.projectId,
        answers: entries.flatMap(({ read }) => read?.answer ?? []),
      });
      return (tx) => writeEntries(tx, { deps, context, options, entries, tokens });
    },
  });
  const { projectId } = job;
  await deps.live.publish(deps.db, { projectId }, { type: 'overview', projectId });
  const { added = 0, unchanged = 0, questions = 0, problems = 0 } = counts;
  return { result: { added, unchanged, questions, problems, readAsWindows1252: readAsWindows1252(files) } };
};

async function* entriesOf(
  deps: Dependencies,
  { files, options }: { files: readonly SurveyedFile[]; options: ImportAnswersOptions },
): AsyncGenerator<Entry<ReadAnswer>> {
  const { source, dataset } = options;
  for await (const { file, row, bytes, value, problem } of readJsonRows(deps, files)) {
    const read = problem === undefined ? readAnswerRow(value, { source, dataset, idOf }) : { problem };
    if (read.problem !== undefined) {
      yield { file, row, bytes, read: null, problem: read.problem };
      continue;
    }
    const { question, answer: content, source: from } = read.row;
    const answer = { question, content, contentHash: contentHashOf(content) };
    yield { file, row, bytes, read: { answer, source: from }, problem: '' };
  }
}

async function writeEntries(
  tx: Transaction,
  batch: {
    deps: Dependencies;
    context: JobContext;
    options: ImportAnswersOptions;
    entries: readonly Entry<ReadAnswer>[];
    tokens: Awaited<ReturnType<typeof tokensOfNew>>;
  },
): Promise<BatchOutcome> {
  const { deps, context, options, entries, tokens } = batch;
  const { projectId, id: importId } = context.job;
  const at = deps.clock();
  const readable = entries.flatMap((entry) => (entry.read ? { entry, ...entry.read } : []));
  const found = await findOrAddQuestions(tx, {
    projectId,
    use: options.use,
    at,
    rows: readable.map(({ answer }) => answer.question),
  });
  const refused = new Map<Entry<ReadAnswer>, string>();
  const rows = readable.flatMap(({ entry, answer, source }, index) => {
    const question = found[index]!;
    if (question.problem === undefined) return { questionId: question.id, source, answer };
    refused.set(entry, question.problem);
    return [];
  });
  const saved = await saveImportedAnswers(tx, { projectId, importId, at, ofAnySource: false, tokens, rows });
  const added = saved.filter(({ isAdded }) => isAdded).length;
  const questions = found.filter((question) => question.problem === undefined && question.isAdded).length;
  return {
    counts: { added, unchanged: saved.length - added, questions },
    problems: problemsOf(entries, refused),
  };
}
