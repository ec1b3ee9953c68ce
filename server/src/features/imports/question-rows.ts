import {
  detectQuestionFormat,
  questionColumns,
  readFormattedQuestion,
  type FormatOptions,
  type QuestionFormatName,
  type QuestionRow,
} from '@rookery/shared/datasets';
import { CsvError } from 'csv-parse';
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { readCsvRecords } from './csv.ts';
import { linesOf } from './lines.ts';
import { peek } from './text-files.ts';

/** A row of a file of questions: read, left out as its format wants it, or refused. Row null concerns the whole file. */
export type ReadQuestion =
  | {
      row: number;
      format: QuestionFormatName;
      question: QuestionRow;
      dropped?: undefined;
      problem?: undefined;
    }
  | { row: number; format: QuestionFormatName; question?: undefined; dropped: string; problem?: undefined }
  | {
      row: number | null;
      format: QuestionFormatName | null;
      question?: undefined;
      dropped?: undefined;
      problem: string;
    };

export type ReadOptions = Omit<FormatOptions, 'idOf'> & { format: QuestionFormatName | 'auto' };

/** Longest row, in UTF-16 units. */
export const maxRowLength = 4_000_000;
/** Long enough for a header, or to see that a file begins with a brace. */
const headLength = 16_384;

/**
 * The rows of a file of questions: CSV or JSONL by its ending, else by how it begins; of the format that is asked for, or that the first
 * row is recognised to have. Reads any length in little memory.
 */
export async function* readQuestions(
  path: string,
  text: AsyncIterable<string>,
  options: ReadOptions,
): AsyncGenerator<ReadQuestion> {
  let format = options.format === 'auto' ? null : options.format;
  for await (const { row, value, columns, problem } of rawRows(path, text)) {
    if (problem !== undefined) {
      yield { row, format, problem };
      continue;
    }
    if (format === null) format = detectQuestionFormat(value);
    const missing = format === 'rookery' && columns ? missingColumns(columns) : null;
    if (missing !== null) {
      yield { row: null, format, problem: missing };
      return;
    }
    if (row === null) continue;
    const read = readFormattedQuestion(value, { ...options, format, idOf, isCsv: columns !== undefined });
    if ('dropped' in read) yield { row, format, dropped: read.dropped };
    else if (read.problem === undefined) yield { row, format, question: read.row };
    else yield { row, format, problem: read.problem };
  }
}

/** An id of a text: the first 16 digits of its SHA-256. */
export const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A row as it stands in the file. `columns`: of CSV, the names that the first line gives; with row null, that line alone. */
type RawRow =
  | { row: number | null; value: unknown; columns?: string[]; problem?: undefined }
  | { row: number | null; value?: undefined; columns?: undefined; problem: string };

async function* rawRows(path: string, text: AsyncIterable<string>): AsyncGenerator<RawRow> {
  const { head, all } = await peek(text, headLength);
  const begin = head.trimStart();
  if (begin === '') {
    yield { row: null, problem: 'the file is empty' };
  } else if (isCsv(path, begin)) {
    yield* readCsv(head, all);
  } else if (begin.startsWith('[')) {
    yield { row: null, problem: 'the file is one JSON array; write one object a line (JSONL) instead' };
  } else {
    yield* readJsonLines(all);
  }
}

function isCsv(path: string, begin: string): boolean {
  const ending = extname(path).toLowerCase();
  if (['.csv', '.tsv'].includes(ending)) return true;
  if (['.jsonl', '.ndjson', '.json'].includes(ending)) return false;
  return !begin.startsWith('{') && !begin.startsWith('[');
}

async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<RawRow> {
  for await (const { row, text: line } of linesOf(text, { maxLength: maxRowLength })) {
    if (line === null) {
      yield { row, problem: tooLong };
    } else if (line.trim() !== '') {
      const read = parseJson(line);
      yield read.problem === undefined ? { row, value: read.value } : { row, problem: read.problem };
    }
  }
}

export const tooLong = `the row is longer than ${maxRowLength.toLocaleString('en')} characters`;

/** The value of a line of JSONL, or what is wrong with it. */
export function parseJson(line: string): { value: unknown; problem?: undefined } | { problem: string } {
  try {
    return { value: JSON.parse(line) };
  } catch {
    return { problem: 'the row is not valid JSON' };
  }
}

/** Rows are counted as a spreadsheet does: the header is row 1. */
async function* readCsv(head: string, text: AsyncIterable<string>): AsyncGenerator<RawRow> {
  const records = readCsvRecords(text, { delimiter: delimiterOf(head), maxLength: maxRowLength });
  let columns: string[] | null = null;
  let row = 0;
  const record = (names: string[], cells: readonly string[]) =>
    Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''] as const));
  try {
    for await (const cells of records) {
      row += 1;
      if (columns === null) {
        columns = cells.map((cell) => cell.trim().toLowerCase());
      } else if (cells.some((cell) => cell.trim() !== '')) {
        yield { row, value: record(columns, cells), columns };
      }
    }
    if (columns !== null && row === 1) yield { row: null, value: record(columns, []), columns };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield { row: row + 1, problem: `${csvProblem(error)}; the rest of the file was not read` };
  }
}

/** What our own format misses of a file's columns; null: nothing. */
function missingColumns(columns: readonly string[]): string | null {
  const missing = questionColumns.required.filter((column) => !columns.includes(column));
  if (missing.length === 0) return null;
  const all = [...questionColumns.required, ...questionColumns.optional].join(', ');
  return `the first line names no column ${missing.map((column) => `"${column}"`).join(' and no ')}; the columns are ${all}`;
}

function csvProblem(error: CsvError): string {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'a quotation mark is opened in this row and never closed';
  if (error.code === 'CSV_MAX_RECORD_SIZE') return `${tooLong}: perhaps a quotation mark is never closed`;
  return 'the row is not valid CSV';
}

/** Spreadsheets of many languages write semicolons. */
function delimiterOf(head: string): string {
  const line = head.trimStart().split(/\r?\n/, 1)[0] ?? '';
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counted.toSorted((a, b) => b.count - a.count)[0]?.delimiter ?? ',';
}
