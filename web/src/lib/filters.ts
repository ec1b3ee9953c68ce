import { goto } from '$app/navigation';
import { page } from '$app/state';
import { keptNames, readPageSize } from './components/table/address.ts';

/** A filter's value from the address; undefined if it is not set. */
export function filterValue(name: string): string | undefined {
  return page.url.searchParams.get(name) || undefined;
}

/** One of `values` from the address; anything else there counts as not set. */
export function filterChoice<const T extends string>(name: string, values: readonly T[]): T | undefined {
  const value = page.url.searchParams.get(name);
  return values.find((one) => one === value);
}

/** Which page of a list the address asks for. */
export const placeInList = (): { cursor?: string; limit: number } => ({
  ...defined({ cursor: filterValue('cursor') }),
  limit: readPageSize(page.url.searchParams),
});

/**
 * Puts a filter form's values into the address, and begins at the first page again; the sorting stays. A field must not be named like a property of
 * forms (`contains`, say): it would take that property's place.
 */
export function applyFilters(event: SubmitEvent & { currentTarget: HTMLFormElement }): void {
  event.preventDefault();
  const query = new URLSearchParams();
  for (const name of keptNames) {
    const value = page.url.searchParams.get(name);
    if (value !== null) query.set(name, value);
  }
  for (const [name, value] of new FormData(event.currentTarget)) {
    if (typeof value === 'string' && value !== '') query.set(name, value);
  }
  void goto(`?${query}`, { reset: false });
}

/** A query without the filters that are not set. */
export function defined<T extends object>(query: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
