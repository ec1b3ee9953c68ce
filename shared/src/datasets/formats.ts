import { arc } from './arc.ts';
import { eli5 } from './eli5.ts';
import { factCheck } from './fact-check.ts';
import { readQuestionCells, readQuestionRow, type ReadQuestionRow } from './questions.ts';
import { triviaQa } from './trivia-qa.ts';

/** The formats in which questions come; `rookery` is our own. */
export const questionFormatNames = ['rookery', 'eli5', 'arc', 'fact-check', 'triviaqa'] as const;
export type QuestionFormatName = (typeof questionFormatNames)[number];

/** A row of JSON, or of CSV with a text in every cell, under the names of its columns in lower case. */
export type Columns = Readonly<Record<string, unknown>>;

export interface FormatOptions {
  /** The data set of the rows; null: the one that the format is named after. Rows of our own format bring theirs. */
  dataset: string | null;
  /** How many answers of a post become reference answers, the best first; only ELI5 has more than one. */
  referenceAnswers: number;
  /** A short id of a text, always the same, for rows that bring no id. */
  idOf: (text: string) => string;
}

/** A published format: what it is recognised by, and how one of its rows becomes a question. */
export interface QuestionFormat {
  recognises: (columns: Columns) => boolean;
  read: (columns: Columns, options: FormatOptions) => ReadQuestionRow;
}

const published: Record<Exclude<QuestionFormatName, 'rookery'>, QuestionFormat> = {
  eli5,
  arc,
  triviaqa: triviaQa,
  'fact-check': factCheck,
};

/** Of what format a row is, by its columns; our own where none is recognised, which says what is missing. */
export function detectQuestionFormat(value: unknown): QuestionFormatName {
  const columns = columnsOf(value);
  if (columns === null || 'full_text' in columns) return 'rookery';
  const [name] = Object.entries(published).find(([, format]) => format.recognises(columns)) ?? [];
  return (name as QuestionFormatName | undefined) ?? 'rookery';
}

/** Reads a row of a format: a value of JSONL, or with `isCsv` the cells of CSV. */
export function readFormattedQuestion(
  value: unknown,
  options: FormatOptions & { format: QuestionFormatName; isCsv: boolean },
): ReadQuestionRow {
  const { format, isCsv } = options;
  if (format === 'rookery') {
    return isCsv ? readQuestionCells(columnsOf(value) as Record<string, string>) : readQuestionRow(value);
  }
  const columns = columnsOf(value);
  if (columns === null) return { problem: 'the row is not an object of columns' };
  return published[format].read(columns, options);
}

function columnsOf(value: unknown): Columns | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, cell]) => [name.trim().toLowerCase(), cell]));
}
