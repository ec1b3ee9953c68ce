import { z } from 'zod';
import { questionUses } from '../api/questions.ts';
import { readRow, textColumn, type ReadRow } from './rows.ts';

/** A row read, refused with a sentence that says why, or left out because its format says so. */
export type ReadQuestionRow =
  | ReadRow<QuestionRow>
  | { row?: undefined; problem?: undefined; dropped: string };

const maxReferences = 1000;

/** Texts as a list; one text alone is a list of one, and none is an empty list. */
const referencesColumn = (options: { maxLength: number }) =>
  z.preprocess(
    (value) => (value === undefined || value === null ? [] : typeof value === 'string' ? [value] : value),
    z
      .array(textColumn(options), { error: 'must be a list of texts' })
      .max(maxReferences, `has more than ${maxReferences} entries`),
  );

/** A row of a file of questions, JSONL or CSV; see docs/guides/leads.md. Other columns are left alone. */
export const questionRowSchema = z.object({
  dataset: textColumn({ maxLength: 200 }),
  /** The question's id in its data set; numbers are read as text. */
  id: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    textColumn({ maxLength: 500 }),
  ),
  full_text: textColumn({ maxLength: 100_000 }),
  reference_answers: referencesColumn({ maxLength: 100_000 }),
  reference_pages: referencesColumn({ maxLength: 4000 }),
  /** Null where the row does not say: the import decides then. */
  use: z.preprocess(
    (value) => (typeof value === 'string' ? value.trim().toLowerCase() || null : (value ?? null)),
    z
      .enum(questionUses, {
        error: ({ input }) =>
          `is ${JSON.stringify(input)?.slice(0, 40)}, but must be one of ${questionUses.join(', ')}`,
      })
      .nullable(),
  ),
});
export type QuestionRow = z.output<typeof questionRowSchema>;

/** The columns in the order of the documentation; `required` ones a file cannot do without. */
export const questionColumns = {
  required: ['dataset', 'id', 'full_text'],
  optional: ['reference_answers', 'reference_pages', 'use'],
} as const;

const listColumns = ['reference_answers', 'reference_pages'] as const;

/** Reads a row of JSONL. */
export function readQuestionRow(value: unknown): ReadRow<QuestionRow> {
  return readRow(questionRowSchema, value);
}

/** Reads a row of CSV: empty cells are missing ones, and a list is a JSON array in its cell, or one value alone. */
export function readQuestionCells(cells: Readonly<Record<string, string>>): ReadRow<QuestionRow> {
  const row: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) if (cell.trim() !== '') row[column] = cell;
  for (const column of listColumns) {
    const cell = cells[column]?.trim() ?? '';
    if (!cell.startsWith('[')) continue;
    try {
      row[column] = JSON.parse(cell);
    } catch {
      return { problem: `"${column}" begins like a JSON array but is none` };
    }
  }
  return readRow(questionRowSchema, row);
}
