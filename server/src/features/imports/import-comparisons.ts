import { importComparisonsOptionsSchema, type ImportComparisonsOptions } from '@rookery/shared/api';
import { readComparison } from '@rookery/shared/datasets';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  contentHashOf,
  saveImportedAnswers,
  tokensOfNew,
  twinKey,
  type ImportedAnswer,
} from '../answers/index.ts';
import { findOrAddComparisonImport, saveImportedComparisons } from '../comparisons/index.ts';
import type { JobContext, JobProcessor } from '../jobs/index.ts';
import { saveImportedPairs } from '../pairs/index.ts';
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

interface ReadComparison {
  answers: readonly [ImportedAnswer, ImportedAnswer];
  /** The first answer's. */
  score: number;
  /** The how manieth comparison of its two answers it is in the import, from 1. */
  occurrence: number;
}

const inputSchema = z.object({ options: importComparisonsOptionsSchema });

/**
 * Imports the files of a job as comparisons of a named import, with their questions, answers and pairs. Rows that cannot be used are
 * problems of the job, the rest is imported. The result counts `added`, `updated` (their score is another one now) and `unchanged`
 * comparisons, the `questions`, `answers` and `pairs` that were added for them, and `problems`.
 */
export const importComparisons: JobProcessor = async (deps, context) => {
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
        answers: entries.flatMap(({ read }) => read?.answers ?? []),
      });
      return (tx) => writeEntries(tx, { deps, context, options, entries, tokens });
    },
  });
  const { projectId } = job;
  await deps.live.publish(deps.db, { projectId }, { type: 'overview', projectId });
  const { added = 0, updated = 0, unchanged = 0, problems = 0 } = counts;
  const { questions = 0, answers = 0, pairs = 0 } = counts;
  return {
    result: {
      added,
      updated,
      unchanged,
      problems,
      questions,
      answers,
      pairs,
      readAsWindows1252: readAsWindows1252(files),
    },
  };
};

async function* entriesOf(
  deps: Dependencies,
  { files, options }: { files: readonly SurveyedFile[]; options: ImportComparisonsOptions },
): AsyncGenerator<Entry<ReadComparison>> {
  const occurrences = new Map<string, number>();
  for await (const { file, row, bytes, value, problem } of readJsonRows(deps, files)) {
    const read = problem === undefined ? readComparison(value, { ...options, idOf }) : { problem };
    const refused = (reason: string): Entry<ReadComparison> => ({
      file,
      row,
      bytes,
      read: null,
      problem: reason,
    });
    if (read.problem !== undefined) {
      yield refused(read.problem);
      continue;
    }
    const { question, answers: contents, score } = read.row;
    const [first, second] = contents;
    if (twinKey(first.text) === twinKey(second.text)) {
      yield refused('both answers have the same text, so that there is nothing to compare');
      continue;
    }
    const answers = [
      { question, content: first, contentHash: contentHashOf(first) },
      { question, content: second, contentHash: contentHashOf(second) },
    ] as const;
    const key = keyOf(answers);
    const occurrence = (occurrences.get(key) ?? 0) + 1;
    occurrences.set(key, occurrence);
    yield { file, row, bytes, read: { answers, score, occurrence }, problem: '' };
  }
}

/** The same for two answers to a question, whichever is first; short, since it is kept for every pair of the files. */
function keyOf([first, second]: ReadComparison['answers']): string {
  const hashes = [first.contentHash, second.contentHash].toSorted();
  const whole = JSON.stringify([first.question, ...hashes]);
  return createHash('sha256').update(whole).digest('base64').slice(0, 22);
}

interface WrittenBatch {
  deps: Dependencies;
  context: JobContext;
  options: ImportComparisonsOptions;
  entries: readonly Entry<ReadComparison>[];
  tokens: Awaited<ReturnType<typeof tokensOfNew>>;
}

async function writeEntries(tx: Transaction, batch: WrittenBatch): Promise<BatchOutcome> {
  const { deps, context, options, entries, tokens } = batch;
  const { projectId, id: jobId, createdBy: actorId } = context.job;
  const { form, wanted, use, name } = options;
  const at = deps.clock();
  const readable = entries.flatMap((entry) => (entry.read ? { entry, ...entry.read } : []));
  const found = await findOrAddQuestions(tx, {
    projectId,
    use,
    at,
    rows: readable.map(({ answers: [first] }) => first.question),
  });
  const refused = new Map<Entry<ReadComparison>, string>();
  const usable = readable.flatMap(({ entry, answers: both, score, occurrence }, index) => {
    const question = found[index]!;
    if (question.problem === undefined) return { questionId: question.id, both, score, occurrence };
    refused.set(entry, question.problem);
    return [];
  });
  const answers = await saveImportedAnswers(tx, {
    projectId,
    importId: jobId,
    at,
    ofAnySource: true,
    tokens,
    rows: usable.flatMap(({ questionId, both }) =>
      both.map((answer) => ({ questionId, source: name, answer })),
    ),
  });
  const pairs = await saveImportedPairs(tx, {
    projectId,
    jobId,
    actorId,
    form,
    wanted,
    at,
    rows: usable.map(({ questionId }, index) => ({
      questionId,
      firstAnswerId: answers[2 * index]!.id,
      secondAnswerId: answers[2 * index + 1]!.id,
    })),
  });
  const outcomes = await saveImportedComparisons(tx, {
    projectId,
    importId: await findOrAddComparisonImport(tx, { projectId, name, jobId, at }),
    actorId,
    form,
    at,
    rows: usable.map(({ score, occurrence }, index) => {
      const { id: pairId, firstAnswerId } = pairs[index]!;
      const isSameOrder = firstAnswerId === answers[2 * index]!.id;
      return { pairId, occurrence, overall: isSameOrder || score === 0 ? score : -score };
    }),
  });
  const countOf = (outcome: (typeof outcomes)[number]) => outcomes.filter((one) => one === outcome).length;
  return {
    counts: {
      added: countOf('added'),
      updated: countOf('updated'),
      unchanged: countOf('unchanged'),
      questions: found.filter((question) => question.problem === undefined && question.isAdded).length,
      answers: answers.filter(({ isAdded }) => isAdded).length,
      pairs: pairs.filter(({ isAdded }) => isAdded).length,
    },
    problems: problemsOf(entries, refused),
  };
}
