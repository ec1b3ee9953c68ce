import { cleanLine, makeErrorPage, makeResultsPage, type Page } from '@rookery/shared/browser';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../db/database.ts';
import { libraryPages, pages } from '../db/schema/index.ts';
import { lookupAddress } from './address.ts';
import { findPages, searchVersion, type Found } from './search/index.ts';
import type { LibrarySource, Result, ShowsResults } from './source.ts';

/** How many results a search shows: some six windows of the usual size. */
const shownResults = 30;
/** How many are looked at first, and how many if too few of these may be shown. */
const lookedAt = [shownResults + 10, 250] as const;

const outside =
  'This page is not in the library: only imported pages can be opened. Go back, or search for something else.';

/** The imported pages of a project, searched in the language of its newest settings. */
export function openImportedPages(db: Queryable, projectId: string): LibrarySource {
  return {
    version: searchVersion,
    search: (query, shows) => searchPages(db, { projectId, query, shows }),
    async open(url) {
      return (await findPage(db, { projectId, url })) ?? makeErrorPage({ url, message: outside });
    },
  };
}

type SnippedResult = Result & { snippet: string };

async function searchPages(
  db: Queryable,
  search: { projectId: string; query: string; shows: ShowsResults | undefined },
): Promise<Page> {
  const { projectId, query, shows } = search;
  let shown: SnippedResult[] = [];
  let note: string | null = null;
  for (const limit of lookedAt) {
    const found = await findPages(db, { projectId, query, limit, offset: 0, snippets: limit });
    const results = await addressed(db, { projectId, found });
    const mayBeShown = shows ? await shows(results) : results.map(() => true);
    shown = results.filter((_result, index) => mayBeShown[index]).slice(0, shownResults);
    note = found.note;
    if (shown.length === shownResults || found.total <= limit) break;
  }
  const page = makeResultsPage({ query, results: shown });
  return note === null || shown.length === 0 ? page : { ...page, text: `${cleanLine(note)}\n\n${page.text}` };
}

/** Results with the pages' own addresses, as they were imported. */
async function addressed(
  db: Queryable,
  { projectId, found }: { projectId: string; found: Found },
): Promise<SnippedResult[]> {
  if (found.pages.length === 0) return [];
  const rows = await db
    .select({ hash: pages.hash, url: sql<string>`${pages.page} ->> 'url'` })
    .from(pages)
    .where(
      and(
        eq(pages.projectId, projectId),
        inArray(
          pages.hash,
          found.pages.map(({ pageHash }) => pageHash),
        ),
      ),
    );
  const urls = new Map(rows.map(({ hash, url }) => [hash, url]));
  return found.pages.map(({ title, pageHash, snippet }) => ({
    title,
    pageHash,
    snippet,
    url: urls.get(pageHash) ?? '',
  }));
}

/** The imported page that an address leads to, or null. */
async function findPage(db: Queryable, key: { projectId: string; url: string }): Promise<Page | null> {
  const address = lookupAddress(key.url);
  if (address === null) return null;
  const [row] = await db
    .select({ page: pages.page })
    .from(libraryPages)
    .innerJoin(pages, and(eq(pages.projectId, libraryPages.projectId), eq(pages.hash, libraryPages.pageHash)))
    .where(and(eq(libraryPages.projectId, key.projectId), eq(libraryPages.url, address)));
  return row?.page ?? null;
}
