import { describe, expect, test } from 'vitest';
import { addressWith, nextSorting, readPageSize, readSorting } from './address.ts';
import { localPage } from './local.svelte.ts';
import { Selection } from './selection.svelte.ts';

const sorts = ['created', 'wanted'] as const;
const read = (query: string) =>
  readSorting(new URLSearchParams(query), { sorts, sort: 'created', order: 'asc' });

describe('the address of a table', () => {
  test('says how it is sorted, and what is no sorting of it counts as none', () => {
    expect(read('')).toEqual({ sort: 'created', order: 'asc' });
    expect(read('sort=wanted&order=desc')).toEqual({ sort: 'wanted', order: 'desc' });
    expect(read('sort=wanted')).toEqual({ sort: 'wanted', order: 'asc' });
    expect(read('sort=password&order=desc')).toEqual({ sort: 'created', order: 'asc' });
  });

  test('says how many rows a page has, of three sizes', () => {
    expect(readPageSize(new URLSearchParams('limit=200'))).toBe(200);
    expect(readPageSize(new URLSearchParams('limit=9999'))).toBe(50);
  });

  test('begins at the first page again when anything but the page changes', () => {
    const query = new URLSearchParams('words=crow&cursor=abc&sort=wanted');
    expect(addressWith(query, { sort: 'created' })).toBe('?words=crow&sort=created');
    expect(addressWith(query, { cursor: 'def' })).toBe('?words=crow&sort=wanted&cursor=def');
    expect(addressWith(query, { words: null })).toBe('?sort=wanted');
    expect(query.get('cursor')).toBe('abc');
  });

  test('turns the order round at a second press, and begins with the largest number', () => {
    expect(nextSorting({ sort: 'created', order: 'asc' }, { sort: 'created' })).toEqual({
      sort: 'created',
      order: 'desc',
    });
    expect(nextSorting({ sort: 'created', order: 'asc' }, { sort: 'wanted', isNumber: true })).toEqual({
      sort: 'wanted',
      order: 'desc',
    });
  });
});

describe('a list that is paged in the browser', () => {
  const rows = [3, null, 1, 2, null].map((value, index) => ({ id: String(index), value }));
  const view = { sort: 'value', order: 'asc', limit: 2, cursor: undefined } as const;
  const sortValue = (row: (typeof rows)[number]) => row.value;
  const values = (page: { items: typeof rows }) => page.items.map((row) => row.value);

  test('is sorted either way, with what has no value last', () => {
    expect(values(localPage(rows, { ...view, limit: 5, sortValue }))).toEqual([1, 2, 3, null, null]);
    expect(values(localPage(rows, { ...view, limit: 5, order: 'desc', sortValue }))).toEqual([
      3,
      2,
      1,
      null,
      null,
    ]);
  });

  test('is walked both ways, and a cursor that is none is the beginning', () => {
    const first = localPage(rows, { ...view, sortValue });
    expect(first).toMatchObject({ from: 1, total: 5, previousCursor: null });
    const second = localPage(rows, { ...view, cursor: first.nextCursor!, sortValue });
    expect(values(second)).toEqual([3, null]);
    const third = localPage(rows, { ...view, cursor: second.nextCursor!, sortValue });
    expect(third).toMatchObject({ from: 5, nextCursor: null });
    expect(localPage(rows, { ...view, cursor: second.previousCursor!, sortValue })).toEqual(first);
    expect(localPage(rows, { ...view, cursor: 'x', sortValue })).toEqual(first);
  });

  test('counts numbers within texts as people do', () => {
    const names = ['Worker 10', 'worker 9', 'Ada'].map((name) => ({ id: name, name }));
    const page = localPage(names, { ...view, limit: 9, sort: 'name', sortValue: (row) => row.name });
    expect(page.items.map((row) => row.name)).toEqual(['Ada', 'worker 9', 'Worker 10']);
  });
});

describe('choosing rows', () => {
  const shown = ['a', 'b', 'c', 'd'];
  const one = (isRange = false) => ({ shown, isRange });

  test('takes one, or with Shift all up to the one chosen before', () => {
    const selection = new Selection();
    selection.toggle('b', one());
    selection.toggle('d', one(true));
    expect([...selection.ids]).toEqual(['b', 'c', 'd']);
    selection.toggle('c', one());
    expect([...selection.ids]).toEqual(['b', 'd']);
  });

  test('of a page takes all of them, and none at the second time, and leaves other pages alone', () => {
    const selection = new Selection();
    selection.toggle('z', one());
    selection.togglePage(shown);
    expect(selection.count(100)).toBe(5);
    selection.togglePage(shown);
    expect([...selection.ids]).toEqual(['z']);
  });

  test('of everything that matches holds for rows that are not shown, until one is taken out', () => {
    const selection = new Selection();
    selection.isAll = true;
    expect(selection.count(10_000)).toBe(10_000);
    expect(selection.has('never seen')).toBe(true);
    selection.toggle('a', one());
    expect([...selection.ids]).toEqual(['b', 'c', 'd']);
    expect(selection.has('never seen')).toBe(false);
  });
});
