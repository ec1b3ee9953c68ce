import { allOf } from '../pages.ts';
import { untilAnswered } from '../until-answered.ts';

/** All items of a list, however long the server is away. */
export function walk<T>(
  { signal }: { signal: AbortSignal },
  read: (paging: { limit: number; cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  return allOf((from) => untilAnswered(() => read({ limit: 500, ...from }), { signal }));
}
