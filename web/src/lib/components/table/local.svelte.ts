import type { Resource } from '../../resource.svelte.ts';
import type { Listed, Order, Source } from './columns.ts';

/** What a row is sorted by; nulls come last, whichever way. */
export type SortValue = string | number | null;

/** Which part of a list is shown, and in which order. The cursor of a local list is the number of rows before the page. */
export interface View {
  sort: string;
  order: Order;
  limit: number;
  cursor: string | undefined;
}

/**
 * A table's source for a list that the API answers whole, because it is never long: it is filtered, sorted and cut into
 * pages here, by the same address as the lists that the server pages.
 */
export function localSource<A, T>(options: {
  resource: Resource<A>;
  /** The rows of what was read, filtered. */
  rows: (answer: NonNullable<A>) => readonly T[];
  sortValue: (row: T, sort: string) => SortValue;
  view: () => View;
}): Source<T> {
  const { resource, sortValue } = options;
  const value = $derived.by(() => {
    const answer = resource.value;
    if (answer === null || answer === undefined) return null;
    return localPage(options.rows(answer), { ...options.view(), sortValue });
  });
  return {
    get value() {
      return value;
    },
    get error() {
      return resource.error;
    },
    get isLoading() {
      return resource.isLoading;
    },
    reload: () => resource.reload(),
  };
}

/** One page of rows that are all here. Rows that sort alike keep their order. */
export function localPage<T>(
  rows: readonly T[],
  options: View & { sortValue: (row: T, sort: string) => SortValue },
): Listed<T> {
  const { sort, order, limit, sortValue } = options;
  const before = Math.min(Math.max(0, Number.parseInt(options.cursor ?? '0', 10) || 0), rows.length);
  const sign = order === 'asc' ? 1 : -1;
  const sorted = rows.toSorted((one, other) => {
    const [a, b] = [sortValue(one, sort), sortValue(other, sort)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * compare(a, b);
  });
  return {
    items: sorted.slice(before, before + limit),
    total: rows.length,
    from: before + 1,
    nextCursor: before + limit < rows.length ? String(before + limit) : null,
    previousCursor: before > 0 ? String(Math.max(0, before - limit)) : null,
  };
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
