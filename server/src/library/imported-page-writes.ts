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
  const pagesThatAre = (...what: Saved[]) =>
    batch.pages.filter((_page, index) => what.includes(saved[index]!));
  await writePages(tx, { ...batch, pages: pagesThatAre('added', 'updated') });
  await markUnchanged(tx, { ...batch, pages: pagesThatAre('unchanged') });
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

/** One parameter holds all rows, each text once: it is sent, and read by the database, while requests wait. */
async function upsert(tx: Transaction, batch: Batch & { maxBytes: number }): Promise<void> {
  const { projectId, importId, language, at } = batch;
  const rows = inOneOrder(batch.pages).map(({ page, hash, address, sourceBlob }) => ({
    id: uuidv7(),
    url: address,
    title: page.title,
    domain: page.domain,
    hash,
    characters: page.text.length,
    links: page.links.length,
    text: searchTextOf(page, batch.maxBytes),
    blob: sourceBlob,
  }));
  const vector = searchVector({ language, title: sql.raw('row.title'), text: sql.raw('row.text') });
  await tx.execute(sql`
    insert into library_pages as known (id, project_id, url, title, domain, page_hash, characters, links, search_text,
      search_vector, import_id, source_blob, created_at, updated_at)
    select row.id, ${projectId}::uuid, row.url, row.title, row.domain, row.hash, row.characters, row.links, row.text,
      ${vector}, ${importId}::uuid, row.blob, ${at.toISOString()}::timestamptz, ${at.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::json) as row(id uuid, url text, title text, domain text, hash text,
      characters integer, links integer, text text, blob text)
    on conflict (project_id, url) do update set title = excluded.title, domain = excluded.domain,
      page_hash = excluded.page_hash, characters = excluded.characters, links = excluded.links,
      search_text = excluded.search_text, search_vector = excluded.search_vector, import_id = excluded.import_id,
      source_blob = excluded.source_blob,
      updated_at = case when known.page_hash = excluded.page_hash then known.updated_at else excluded.updated_at end`);
}

/** What a page is found by follows from its text: of one that is as it was, only where it was found last is new. */
async function markUnchanged(tx: Transaction, batch: Batch): Promise<void> {
  const { projectId, importId } = batch;
  if (batch.pages.length === 0) return;
  const rows = inOneOrder(batch.pages).map(({ address, sourceBlob }) => ({ url: address, blob: sourceBlob }));
  await tx.execute(sql`
    update library_pages set import_id = ${importId}::uuid, source_blob = row.blob
    from json_to_recordset(${JSON.stringify(rows)}::json) as row(url text, blob text)
    where library_pages.project_id = ${projectId}::uuid and library_pages.url = row.url`);
}

/** One order for all: two imports of the same pages must not wait for each other in a circle. */
const inOneOrder = (pages: readonly ImportedPage[]): ImportedPage[] =>
  pages.toSorted((a, b) => (a.address < b.address ? -1 : 1));

function isTooMuchToSearch(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return (
    typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === programLimitExceeded
  );
}
