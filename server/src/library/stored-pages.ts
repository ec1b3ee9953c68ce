import type { Page } from '@rookery/shared/browser';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../db/database.ts';
import { pages } from '../db/schema/index.ts';
import { hashOfPage } from './page-hash.ts';

/** Stores a page as it is shown, if it is not stored yet, and gives its hash. */
export async function storePage(db: Queryable, projectId: string, page: Page): Promise<string> {
  const hash = hashOfPage(page);
  await storePages(db, projectId, [{ page, hash }]);
  return hash;
}

/** Stores pages whose hashes are known. */
export async function storePages(
  db: Queryable,
  projectId: string,
  shown: readonly { page: Page; hash: string }[],
): Promise<void> {
  if (shown.length === 0) return;
  // One order for all: two imports of the same pages must not wait for each other in a circle.
  const rows = shown.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  // Nothing depends on when a page was stored first: the database's clock will do.
  const values = rows.map(({ page, hash }) => ({ projectId, hash, page, createdAt: sql`now()` }));
  await db.insert(pages).values(values).onConflictDoNothing();
}

/**
 * The stored page with this hash; the same object for everybody while it is in use, which nobody may change.
 * @throws Error when the project has no such page: rows of `pages` are never removed, so that is a bug.
 */
export async function loadPage(db: Queryable, projectId: string, hash: string): Promise<Page> {
  const [row] = await db
    .select({ page: pages.page })
    .from(pages)
    .where(and(eq(pages.projectId, projectId), eq(pages.hash, hash)));
  if (!row) throw new Error(`Page ${hash} of project ${projectId} is not stored.`);
  return row.page;
}

/** The stored pages with these hashes, as far as there are any, by hash. */
export async function loadPages(
  db: Queryable,
  projectId: string,
  hashes: readonly string[],
): Promise<Map<string, Page>> {
  const rows = await db
    .select({ hash: pages.hash, page: pages.page })
    .from(pages)
    .where(and(eq(pages.projectId, projectId), inArray(pages.hash, [...hashes])));
  return new Map(rows.map(({ hash, page }) => [hash, page]));
}
