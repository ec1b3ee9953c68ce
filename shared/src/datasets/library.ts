import { z } from 'zod';
import { cleanText } from '../api/common.ts';
import { readRow, textColumn, type ReadRow } from './rows.ts';

const content = z.string({ error: 'must be a text' }).optional();

/** A row of a JSONL file of pages: `{url, title?, html}`, `{url, title?, markdown}` or `{url, title?, text}`. Other columns are left alone. */
export const libraryRowSchema = z
  .object({
    url: textColumn({ maxLength: 4000 }).refine(
      (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol),
      'must be an address that begins with http:// or https://',
    ),
    /** Left out: the page's own title. */
    title: z
      .string({ error: 'must be a text' })
      .overwrite((text) => cleanText(text).trim())
      .nullish(),
    html: content,
    markdown: content,
    text: content,
  })
  .refine(
    ({ html, markdown, text }) => [html, markdown, text].filter((each) => each !== undefined).length === 1,
    'needs one of "html", "markdown" and "text"',
  );
export type LibraryRow = z.output<typeof libraryRowSchema>;

export function readLibraryRow(value: unknown): ReadRow<LibraryRow> {
  return readRow(libraryRowSchema, value);
}
