import { z } from 'zod';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { findPages } from '../../library/index.ts';
import { readLibraryPages, type LibraryPageList } from './queries.ts';

/** The pages a demonstrator's search would find, in the same order; the cursor is how many came before. */
export async function searchLibraryPages(
  deps: Dependencies,
  options: { projectId: string; search: string; limit: number; cursor?: string | undefined },
): Promise<LibraryPageList> {
  const { projectId, search, limit } = options;
  const offset = readCursor(z.int().min(0).max(1_000_000_000), options.cursor) ?? 0;
  const { pages, total } = await findPages(deps.db, {
    projectId,
    query: search,
    limit: limit + 1,
    offset,
    snippets: 0,
  });
  const ids = pages.slice(0, limit).map((page) => page.id);
  return {
    items: await readLibraryPages(deps.db, { projectId, ids }),
    nextCursor: pages.length > limit ? writeCursor(offset + limit) : null,
    previousCursor: offset > 0 ? writeCursor(Math.max(0, offset - limit)) : null,
    from: offset + 1,
    total,
  };
}
