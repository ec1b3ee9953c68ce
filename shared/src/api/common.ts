import { z } from 'zod';

export const idSchema = z.uuid();
/** Times travel as ISO 8601 in UTC, by the server's clock. */
export const timeSchema = z.iso.datetime();
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');

export const projectParams = z.object({ projectId: idSchema });

/** Query of a paged list: pages are walked with the cursor of the page before. */
export const pagingQuery = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** One page of a list; `nextCursor` is null on the last one. `total` counts all rows that match. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.number().int() });

/** Query of a list that can be sorted by one of `sorts`. */
export const sortedQuery = <const T extends readonly [string, ...string[]]>(sorts: T) =>
  pagingQuery.extend({
    sort: z.enum(sorts).default(sorts[0] as T[number]),
    order: z.enum(['asc', 'desc']).default('asc'),
  });

/** One page of a list that can be walked both ways; a cursor belongs to the sorting it was given for. */
export const sortedPageOf = <T extends z.ZodType>(item: T) =>
  pageOf(item).extend({
    previousCursor: z.string().nullable().describe('Null on the first page.'),
    from: z.number().int().describe("The first item's number in the list, from 1."),
  });

/**
 * Text as PostgreSQL and JSON can keep it: NUL and lone surrogates, which break `text` and `jsonb`, become U+FFFD.
 * The length in UTF-16 units stays the same.
 */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

/** Any text that people type; every text field of a body is one of these. It is kept as typed and shown as text. */
export const textSchema = z.string().overwrite(cleanText);

/** A person's name or an object's title: one line, without white space around it. */
export const nameSchema = z
  .string()
  .overwrite((name) => cleanText(name).replaceAll(/\s+/g, ' ').trim())
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters');
