/** Reads a page of a list, from a cursor on; without one, the first. */
type ReadPage<T> = (from: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>;

/** The items of a list that comes in pages, page by page; each is read when it is asked for. */
export async function* pagesOf<T>(read: ReadPage<T>): AsyncGenerator<T[]> {
  for (let from: { cursor?: string } = {}; ;) {
    const { items, nextCursor } = await read(from);
    yield items;
    if (nextCursor === null) return;
    from = { cursor: nextCursor };
  }
}

/** All items of a list that comes in pages. */
export async function allOf<T>(read: ReadPage<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const items of pagesOf(read)) all.push(...items);
  return all;
}
