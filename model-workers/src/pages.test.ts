import { expect, test } from 'vitest';
import { readList } from './cli/paging.ts';
import { allOf, pagesOf } from './pages.ts';

/** A list of the numbers below `length`, as a server gives it; `asked` are the queries. */
function listOf(length: number) {
  const asked: { cursor?: string; limit?: number }[] = [];
  const read = async (query: { cursor?: string; limit?: number }) => {
    asked.push(query);
    const start = Number(query.cursor ?? 0);
    const end = Math.min(length, start + (query.limit ?? 3));
    const items = Array.from({ length: end - start }, (_, index) => start + index);
    return { items, nextCursor: end < length ? String(end) : null, total: length };
  };
  return { asked, read };
}

test('a list is read page by page, each when it is asked for', async () => {
  const { asked, read } = listOf(7);
  const pages = pagesOf(read);
  expect(await pages.next()).toMatchObject({ value: [0, 1, 2] });
  expect(asked).toEqual([{}]);
  expect(await pages.next()).toMatchObject({ value: [3, 4, 5] });
  expect(await pages.next()).toMatchObject({ value: [6] });
  expect(await pages.next()).toMatchObject({ done: true });
  expect(await allOf(listOf(7).read)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(await allOf(listOf(0).read)).toEqual([]);
});

test('no more is read than is asked for', async () => {
  const { asked, read } = listOf(1200);
  const { items, total } = await readList(600, read);
  expect(items).toHaveLength(600);
  expect(total).toBe(1200);
  expect(asked).toEqual([{ limit: 500 }, { limit: 100, cursor: '500' }]);
  expect((await readList(Infinity, listOf(1200).read)).items).toHaveLength(1200);
});
