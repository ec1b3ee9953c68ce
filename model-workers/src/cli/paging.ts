import { pagesOf } from '../pages.ts';

/** Up to `limit` items of a list that comes in pages, and how many there are in all. */
export async function readList<T>(
  limit: number,
  read: (query: {
    limit: number;
    cursor?: string;
  }) => Promise<{ items: T[]; nextCursor: string | null; total: number }>,
): Promise<{ items: T[]; total: number }> {
  const items: T[] = [];
  let total = 0;
  const pages = pagesOf(async (from) => {
    const page = await read({ limit: Math.min(500, limit - items.length), ...from });
    ({ total } = page);
    return page;
  });
  for await (const page of pages) {
    items.push(...page);
    if (items.length >= limit) break;
  }
  return { items, total };
}

/** What stands beneath a list that was cut off. */
export function describeRest(shown: number, total: number): string {
  return total > shown ? `… and ${total - shown} more (--limit shows more).\n` : '';
}
