import type { Page } from '@rookery/shared/browser';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../db/database.ts';
import { libraryPages } from '../db/schema/index.ts';
import type { Language } from './search/index.ts';
import { maxSearchBytes, searchTextOf } from './search/text.ts';
import { searchVector } from './search/vector.ts';
import { storePages } from './stored-pages.ts';

export interface ImportedPage {
  page: Page;
  hash: string;
  /** See `lookupAddress`; no two of one call are the same. */
  address: string;
  /** Of the file it came from. */
  sourceBlob: string;
}

/** What became of a page: `repeated` is one whose address this import has brought before; the first one stays. */
export type Saved = 'added' | 'updated' | 'unchanged' | 'repeated';

interface Batch {
  projectId: string;
  importId: string;
  language: Language;
  at: Date;
  pages: readonly ImportedPage[];
}

const programLimitExceeded = '54000';

/** Puts pages into the library under their addresses, in place of those that were there; gives what became of each, in order. */
export async function saveImportedPages(tx: Transaction, batch: Batch): Promise<Saved[]> {
  const { projectId, importId } = batch;
  if (batch.pages.length === 0) return [];
  await storePages(tx, projectId, batch.pages);
  const known = await tx
    .select({ address: libraryPages.url, pageHash: libraryPages.pageHash, importId: libraryPages.importId })
    .from(libraryPages)
    .where(
      and(
        eq(libraryPages.projectId, projectId),
        inArray(
          libraryPages.url,
          batch.pages.map((each) => each.address),
        ),
      ),
    )
    .orderBy(libraryPages.url)
    .for('update');
  const before = new Map(known.map((row) => [row.address, row]));
  const saved = batch.pages.map((page): Saved => {
    const row = before.get(page.address);
    if (!row) return 'added';
    if (row.importId === importId) return 'repeated';
    return row.pageHash === page.hash ? 'unchanged' : 'updated';
  });
  await writePages(tx, {
    ...batch,
    pages: batch.pages.filter((_page, index) => saved[index] !== 'repeated'),
  });
  return saved;
}

async function writePages(tx: Transaction, batch: Batch): Promise<void> {
  if (batch.pages.length === 0) return;
  try {
    await tx.transaction((savepoint) => upsert(savepoint, { ...batch, maxBytes: maxSearchBytes }));
  } catch (error) {
    if (!isTooMuchToSearch(error)) throw error;
    // A page of hardly anything but different words: as much of it is searched as there is room for.
    for (const page of batch.pages)
      await upsert(tx, { ...batch, pages: [page], maxBytes: maxSearchBytes / 5 });
  }
}

async function upsert(tx: Transaction, batch: Batch & { maxBytes: number }): Promise<void> {
  const { projectId, importId, language, at } = batch;
  const rows = batch.pages.toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const values = rows.map(({ page, hash, address, sourceBlob }) => {
    const text = searchTextOf(page, batch.maxBytes);
    return {
      id: uuidv7(),
      projectId,
      url: address,
      title: page.title,
      domain: page.domain,
      pageHash: hash,
      characters: page.text.length,
      links: page.links.length,
      searchText: text,
      searchVector: searchVector({ language, title: sql`${page.title}`, text: sql`${text}` }),
      importId,
      sourceBlob,
      createdAt: at,
      updatedAt: at,
    };
  });
  const incoming = (column: string) => sql.raw(`excluded.${column}`);
  await tx
    .insert(libraryPages)
    .values(values)
    .onConflictDoUpdate({
      target: [libraryPages.projectId, libraryPages.url],
      set: {
        title: incoming('title'),
        domain: incoming('domain'),
        pageHash: incoming('page_hash'),
        characters: incoming('characters'),
        links: incoming('links'),
        searchText: incoming('search_text'),
        searchVector: incoming('search_vector'),
        importId: incoming('import_id'),
        sourceBlob: incoming('source_blob'),
        updatedAt: sql`case when ${libraryPages.pageHash} = excluded.page_hash then ${libraryPages.updatedAt} else excluded.updated_at end`,
      },
    });
}

function isTooMuchToSearch(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return (
    typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === programLimitExceeded
  );
}
