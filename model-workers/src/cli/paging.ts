/** Up to `limit` items of a list that comes in pages, and how many there are in all. */
export async function readList<T>(
  limit: number,
  read: (query: {
    limit: number;
    cursor?: string;
  }) => Promise<{ items: T[]; nextCursor: string | null; total: number }>,
): Promise<{ items: T[]; total: number }> {
  const items: T[] = [];
  for (let cursor: string | undefined; ;) {
    const left = Math.min(500, limit - items.length);
    const page = await read({ limit: left, ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    if (page.nextCursor === null || items.length >= limit) return { items, total: page.total };
    cursor = page.nextCursor;
  }
}

/** What stands beneath a list that was cut off. */
export function describeRest(shown: number, total: number): string {
  return total > shown ? `… and ${total - shown} more (--limit shows more).\n` : '';
}
