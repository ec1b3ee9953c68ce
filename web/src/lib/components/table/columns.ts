import type { Snippet } from 'svelte';

/** A column of a table; `T` is a row. */
export interface Column<T> {
  name: string;
  label: string;
  cell: Snippet<[T]>;
  /** What the address and the API call the sorting by this column; left out, the table cannot be sorted by it. */
  sort?: string;
  /** Numbers line up at the right, and are sorted from the largest first. */
  isNumber?: boolean;
  /** Takes the room that is left; on a phone it heads its row's card. */
  isMain?: boolean;
  /** The label is for screen readers alone. */
  isLabelHidden?: boolean;
}

export type Order = 'asc' | 'desc';

export interface Sorting {
  sort: string;
  order: Order;
}

/** A page of a list, as the API answers it; `previousCursor` and `from` where the list can be walked both ways. */
export interface Listed<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
  previousCursor?: string | null;
  from?: number;
}

/** Where a table's rows come from: a resource, or what `localSource` makes of one. */
export interface Source<T> {
  readonly value: Listed<T> | null;
  readonly error: unknown;
  readonly isLoading: boolean;
  reload(): Promise<void>;
}

/** How many rows a page may have; the first is what a list begins with. */
export const pageSizes = [50, 100, 200] as const;
