import { pageSizes, type Order, type Sorting } from './columns.ts';

/** The values of an address, which are not changed. */
type Query = Pick<URLSearchParams, 'get'> & Iterable<[string, string]>;

/** What of the address belongs to the table rather than to its filters, and outlives a change of them. */
export const keptNames = ['sort', 'order', 'limit'] as const;

/** The sorting in the address, if it is one of `sorts`; the table's own otherwise. */
export function readSorting<const T extends string>(
  query: Query,
  options: { sorts: readonly T[]; sort: T; order: Order },
): { sort: T; order: Order } {
  const sort = options.sorts.find((one) => one === query.get('sort'));
  if (sort === undefined) return { sort: options.sort, order: options.order };
  return { sort, order: query.get('order') === 'desc' ? 'desc' : 'asc' };
}

/** Rows a page, as the address says. */
export function readPageSize(query: Query): number {
  return pageSizes.find((size) => String(size) === query.get('limit')) ?? pageSizes[0];
}

/** The address of the same list with some values changed; null takes one out. Other pages than the first are left. */
export function addressWith(query: Query, changes: Record<string, string | null>): string {
  const changed = new URLSearchParams([...query]);
  changed.delete('cursor');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') changed.delete(name);
    else changed.set(name, value);
  }
  return `?${changed}`;
}

/** What a press on a column's heading sorts by: the other way round, if it is the column already. */
export function nextSorting(now: Sorting, column: { sort: string; isNumber?: boolean }): Sorting {
  if (now.sort === column.sort) return { sort: now.sort, order: now.order === 'asc' ? 'desc' : 'asc' };
  return { sort: column.sort, order: column.isNumber ? 'desc' : 'asc' };
}
