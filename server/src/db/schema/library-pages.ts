import { sql } from 'drizzle-orm';
import {
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { id, plainText, time, tsvector } from './columns.ts';
import { jobs } from './jobs.ts';
import { pages } from './pages.ts';
import { projects } from './projects.ts';

/** The library: imported pages by address. Importing an address again replaces its page; old pages stay in `pages`. */
export const libraryPages = pgTable(
  'library_pages',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** Normalised address without a fragment; what links are looked up by. */
    url: text('url').notNull(),
    title: text('title').notNull(),
    domain: text('domain').notNull(),
    pageHash: text('page_hash').notNull(),
    characters: integer('characters').notNull(),
    links: integer('links').notNull(),
    /** The text that is searched and cut into snippets: the page's text without link markers. */
    searchText: text('search_text').notNull(),
    searchVector: tsvector('search_vector').notNull(),
    /** The words of the title alone, so that pages about something are found among those that mention it. */
    titleVector: tsvector('title_vector')
      .notNull()
      .generatedAlwaysAs(sql`ts_filter("search_vector", '{a}')`),
    importId: uuid('import_id').notNull(),
    /** The file the page came from, in the blob store. */
    sourceBlob: text('source_blob'),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    unique('library_pages_in_project').on(table.projectId, table.id),
    uniqueIndex('library_pages_url').on(table.projectId, table.url),
    index('library_pages_search').using('gin', table.searchVector),
    index('library_pages_titles').using('gin', table.titleVector),
    foreignKey({ columns: [table.projectId, table.pageHash], foreignColumns: [pages.projectId, pages.hash] }),
    foreignKey({ columns: [table.projectId, table.importId], foreignColumns: [jobs.projectId, jobs.id] }),
  ],
);

/** What a search knows of a project's library as a whole, as of the last import. */
export const libraryVocabularies = pgTable('library_vocabularies', {
  projectId: uuid('project_id')
    .primaryKey()
    .references(() => projects.id),
  /** How many pages there were. */
  pages: integer('pages').notNull(),
  /** Mean length of their text, in UTF-16 units. */
  meanCharacters: integer('mean_characters').notNull(),
  renewedAt: time('renewed_at').notNull(),
});

/** In how many pages of a library each word stands, words as the text search configuration stems them. */
export const libraryWords = pgTable(
  'library_words',
  {
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    word: plainText('word').notNull(),
    pages: integer('pages').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.word] })],
);
