import { ApiError, type LibraryPage, type libraryRoutes, type LibraryPageSort } from '@rookery/shared/api';
import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { libraryPages } from '../../db/schema/index.ts';
import { keyset, type SortKey } from '../../http/cursor.ts';
import { loadPage } from '../../library/index.ts';

export type LibraryPageList = z.input<(typeof libraryRoutes)['listLibraryPages']['answer']>;

const columns = {
  id: libraryPages.id,
  url: libraryPages.url,
  title: libraryPages.title,
  domain: libraryPages.domain,
  characters: libraryPages.characters,
  links: libraryPages.links,
  pageHash: libraryPages.pageHash,
  importId: libraryPages.importId,
  updatedAt: libraryPages.updatedAt,
};

interface Row extends Omit<LibraryPage, 'updatedAt'> {
  updatedAt: Date;
}

const present = (row: Row): LibraryPage => ({ ...row, updatedAt: row.updatedAt.toISOString() });

/** The same order on every machine, whatever the database's language. */
const sorts: Record<LibraryPageSort, SortKey> = {
  url: { by: sql`${libraryPages.url} collate "C"`, type: 'text' },
  title: { by: sql`lower(left(${libraryPages.title}, 200)) collate "C"`, type: 'text' },
  characters: { by: libraryPages.characters, type: 'integer' },
  links: { by: libraryPages.links, type: 'integer' },
  updated: { by: libraryPages.updatedAt, type: 'timestamptz' },
};

export async function listLibraryPages(
  db: Queryable,
  options: {
    projectId: string;
    sort: LibraryPageSort;
    order: 'asc' | 'desc';
    limit: number;
    cursor?: string | undefined;
  },
): Promise<LibraryPageList> {
  const { projectId, sort, order, limit, cursor } = options;
  const set = keyset({ sorts, sort, order, id: libraryPages.id, cursor, limit });
  const matching = eq(libraryPages.projectId, projectId);
  const [found, [counted]] = await Promise.all([
    db
      .select({ ...columns, place: set.place })
      .from(libraryPages)
      .where(and(matching, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    db.select({ total: count() }).from(libraryPages).where(matching),
  ]);
  const { rows, ...page } = set.page(found);
  return {
    ...page,
    items: rows.map(({ place: _place, ...row }) => present(row)),
    total: counted?.total ?? 0,
  };
}

/** The pages with these ids, in their order. */
export async function readLibraryPages(
  db: Queryable,
  key: { projectId: string; ids: string[] },
): Promise<LibraryPage[]> {
  if (key.ids.length === 0) return [];
  const rows = await db
    .select(columns)
    .from(libraryPages)
    .where(and(eq(libraryPages.projectId, key.projectId), inArray(libraryPages.id, key.ids)));
  const byId = new Map(rows.map((row) => [row.id, present(row)]));
  return key.ids.flatMap((id) => byId.get(id) ?? []);
}

/** @throws ApiError `not_found` */
export async function readLibraryPage(db: Queryable, key: { projectId: string; pageId: string }) {
  const [row] = await db
    .select(columns)
    .from(libraryPages)
    .where(and(eq(libraryPages.projectId, key.projectId), eq(libraryPages.id, key.pageId)));
  if (!row) throw new ApiError('not_found', 'There is no such page in the library of this project.');
  return { ...present(row), page: await loadPage(db, key.projectId, row.pageHash) };
}
