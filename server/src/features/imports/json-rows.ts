import type { JobProblem } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { ImportFile } from './batches.ts';
import { linesOf } from './lines.ts';
import { maxRowLength, parseJson, tooLong } from './question-rows.ts';
import { decodeFile, surveyFile, undecodable, type Encoding } from './text-files.ts';

export interface SurveyedFile extends ImportFile {
  encoding: Encoding | null;
}

/** A line of one of the files. Row null concerns the whole file. */
export type JsonRow =
  | { file: string; row: number; bytes: number; value: unknown; problem?: undefined }
  | { file: string; row: number | null; bytes: number; value?: undefined; problem: string };

/** How each file is to be read, and how many lines they have together. */
export async function surveyFiles(
  deps: Dependencies,
  work: { files: readonly ImportFile[]; signal: AbortSignal },
): Promise<{ files: SurveyedFile[]; lines: number }> {
  const files: SurveyedFile[] = [];
  let total = 0;
  for (const file of work.files) {
    work.signal.throwIfAborted();
    const { encoding, lines } = await surveyFile(deps.blobs.read(file.blobHash));
    files.push({ ...file, encoding });
    total += lines;
  }
  return { files, lines: total };
}

/** The paths of files that were taken for windows-1252, which is a guess. */
export const readAsWindows1252 = (files: readonly SurveyedFile[]): string[] =>
  files.filter(({ encoding }) => encoding === 'windows-1252').map(({ path }) => path);

/** All lines of files of JSONL, in order, in little memory; blank ones are left out. */
export async function* readJsonRows(
  deps: Dependencies,
  files: readonly SurveyedFile[],
): AsyncGenerator<JsonRow> {
  for (const { path: file, blobHash, encoding } of files) {
    const refused = (row: number | null, problem: string): JsonRow => ({ file, row, bytes: 0, problem });
    if (encoding === null) {
      yield refused(null, undecodable);
      continue;
    }
    let isEmpty = true;
    const text = decodeFile(deps.blobs.read(blobHash), encoding);
    for await (const { row, text: line } of linesOf(text, { maxLength: maxRowLength })) {
      if (line?.trim() === '') continue;
      if (isEmpty && line?.trim() === '[') {
        isEmpty = false;
        yield refused(
          null,
          'the file is one JSON array over many lines; write one row a line (JSONL) instead',
        );
        break;
      }
      isEmpty = false;
      if (line === null) {
        yield refused(row, tooLong);
        continue;
      }
      const read = parseJson(line);
      yield read.problem === undefined
        ? { file, row, bytes: line.length, value: read.value }
        : refused(row, read.problem);
    }
    if (isEmpty) yield refused(null, 'the file is empty');
  }
}

/** A row of one of the files: what was read of it, or what is wrong with it. */
export interface Entry<T> {
  file: string;
  row: number | null;
  bytes: number;
  read: T | null;
  /** Empty where it was read. */
  problem: string;
}

/** Of the rows that were not read, and of those that could not be written. */
export function problemsOf<T>(
  entries: readonly Entry<T>[],
  refused: ReadonlyMap<Entry<T>, string>,
): JobProblem[] {
  return entries.flatMap((entry) => {
    const reason = entry.read === null ? entry.problem : refused.get(entry);
    return reason === undefined ? [] : { file: entry.file, row: entry.row, reason };
  });
}
