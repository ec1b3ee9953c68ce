import { ApiError, type ImportPreview, type ImportQuestionsOptions } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import { jobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { lockJob, type JobKey } from '../jobs/index.ts';
import { listImportFiles, type ImportFile } from './batches.ts';
import { readQuestions } from './question-rows.ts';
import { checkUploading } from './service.ts';
import { useByShares } from './shares.ts';
import { decodeFile, surveyFile, undecodable } from './text-files.ts';

/** Rows that are looked at, of all files together. */
const maxRows = 3000;
const shown = { questions: 5, dropped: 5, problems: 20 };
/** Longest text that is shown of a question or an answer, in UTF-16 units. */
const shownLength = 2000;

/**
 * Sets how an import of questions reads its files, and gives what their first rows come to. Nothing is imported yet.
 * @throws ApiError `not_found`; `wrong_state` when it is no import of questions or has begun
 */
export async function previewImport(
  deps: Dependencies,
  options: JobKey & { options: ImportQuestionsOptions },
): Promise<ImportPreview> {
  await deps.db.transaction(async (tx) => {
    const job = await lockJob(tx, options);
    checkUploading(job);
    if (job.kind !== 'import-questions') {
      throw new ApiError('wrong_state', 'This is an import of pages: it has no formats to choose from.');
    }
    await tx
      .update(jobs)
      .set({ input: { options: options.options } })
      .where(and(eq(jobs.projectId, options.projectId), eq(jobs.id, job.id)));
  });
  const preview: ImportPreview = {
    files: [],
    counts: { questions: 0, dropped: 0, problems: 0 },
    uses: {},
    questions: [],
    dropped: [],
    problems: [],
  };
  for (const file of await listImportFiles(deps, options.jobId)) {
    await addFile(deps, { preview, file, options: options.options });
  }
  return preview;
}

async function addFile(
  deps: Dependencies,
  { preview, file, options }: { preview: ImportPreview; file: ImportFile; options: ImportQuestionsOptions },
): Promise<void> {
  const { path, blobHash } = file;
  const { counts, uses } = preview;
  const looked: ImportPreview['files'][number] = { path, format: null, rows: 0, isWhole: true };
  preview.files.push(looked);
  const refuse = (row: number | null, reason: string): void => {
    counts.problems += 1;
    if (preview.problems.length < shown.problems) preview.problems.push({ file: path, row, reason });
  };
  const { encoding } = await surveyFile(deps.blobs.read(blobHash));
  if (encoding === null) {
    refuse(null, undecodable);
    return;
  }
  for await (const read of readQuestions(path, decodeFile(deps.blobs.read(blobHash), encoding), options)) {
    if (counts.questions + counts.dropped + counts.problems >= maxRows) {
      looked.isWhole = false;
      return;
    }
    const { row, format, question, dropped, problem } = read;
    looked.format ??= format;
    looked.rows += 1;
    if (problem !== undefined) {
      refuse(row, problem);
    } else if (dropped !== undefined) {
      counts.dropped += 1;
      if (preview.dropped.length < shown.dropped) preview.dropped.push({ file: path, row, reason: dropped });
    } else {
      const use = question.use ?? useByShares(question, options.shares);
      counts.questions += 1;
      uses[use] = (uses[use] ?? 0) + 1;
      if (preview.questions.length < shown.questions) {
        const { dataset, id, full_text: text, reference_answers: answers } = question;
        preview.questions.push({
          file: path,
          row,
          dataset,
          id,
          fullText: text.slice(0, shownLength),
          referenceAnswers: answers.slice(0, 10).map((answer) => answer.slice(0, shownLength)),
          use,
        });
      }
    }
  }
}
