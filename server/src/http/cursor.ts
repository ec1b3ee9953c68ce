import { ApiError } from '@rookery/shared/api';
import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import { z } from 'zod';

/** A list's cursor: where its next page begins, opaque to clients. */
export const writeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/**
 * The place a cursor stands for, or null without one.
 * @throws ApiError `invalid_request` when it is not a cursor of this list.
 */
export function readCursor<T>(schema: z.ZodType<T>, cursor: string | undefined): T | null {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw notOfThisList();
  }
}

const notOfThisList = () =>
  new ApiError('invalid_request', 'The cursor is not one of this list. Start again without it.');

/** What a list can be sorted by: an expression that is never null, and the PostgreSQL type that its text is read back as. */
export interface SortKey {
  by: SQLWrapper;
  type: 'timestamptz' | 'integer' | 'float8' | 'text';
}

export interface Keyset {
  /** Select it as `place`, next to `id`: the row's place in the order, as text. */
  place: SQL<string>;
  where: SQL | undefined;
  orderBy: SQL[];
  /** One more than a page has, which tells whether another one follows. */
  limit: number;
  /** The page that the rows make, in the list's order. */
  page<Row extends { id: string; place: string }>(rows: readonly Row[]): KeysetPage<Row>;
}

export interface KeysetPage<Row> {
  rows: Row[];
  nextCursor: string | null;
  previousCursor: string | null;
  /** The first row's number in the list, from 1, as it was when the list was begun. */
  from: number;
}

/** Sort, direction, whether the page lies before the place, the number of the row at the place, its sort value and its id. */
const cursorSchema = z.tuple([
  z.string(),
  z.enum(['asc', 'desc']),
  z.boolean(),
  z.int().min(1),
  z.string(),
  z.uuid(),
]);

/**
 * A page of a list that is sorted by one of `sorts` and then by id, found by the place of its first or last row: later
 * pages cost what the first one costs, and rows that come or go meanwhile neither repeat nor hide others.
 * @throws ApiError `invalid_request` for a cursor of another list or of another sorting
 */
export function keyset<Sort extends string>(options: {
  sorts: Readonly<Record<Sort, SortKey>>;
  sort: Sort;
  order: 'asc' | 'desc';
  id: SQLWrapper;
  cursor: string | undefined;
  limit: number;
}): Keyset {
  const { sorts, sort, order, id, limit } = options;
  const { by, type } = sorts[sort];
  const read = readCursor(cursorSchema, options.cursor);
  if (read && (read[0] !== sort || read[1] !== order)) throw notOfThisList();
  const [, , isBackwards, number, value, after] = read ?? [null, null, false, 1, null, null];
  const isAscending = (order === 'asc') !== isBackwards;
  const direction = isAscending ? sql`asc` : sql`desc`;
  const cursorAt = (row: { id: string; place: string }, at: { isBackwards: boolean; number: number }) =>
    writeCursor([sort, order, at.isBackwards, at.number, row.place, row.id]);

  return {
    place: sql<string>`(${by})::text`,
    where: read
      ? sql`(${by}, ${id}) ${isAscending ? sql`>` : sql`<`} (${value}::${sql.raw(type)}, ${after}::uuid)`
      : undefined,
    orderBy: [sql`${by} ${direction}`, sql`${id} ${direction}`],
    limit: limit + 1,
    page(found) {
      const hasMore = found.length > limit;
      const rows = found.slice(0, limit);
      if (isBackwards) rows.reverse();
      const [first, last] = [rows[0], rows.at(-1)];
      const hasPrevious = isBackwards ? hasMore : read !== null;
      const hasNext = isBackwards || hasMore;
      const from = !hasPrevious ? 1 : isBackwards ? Math.max(1, number - rows.length) : number;
      return {
        rows,
        nextCursor:
          hasNext && last ? cursorAt(last, { isBackwards: false, number: from + rows.length }) : null,
        previousCursor: hasPrevious && first ? cursorAt(first, { isBackwards: true, number: from }) : null,
        from,
      };
    },
  };
}
