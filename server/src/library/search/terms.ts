import { sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import type { TypedQuery } from './query.ts';

/** One thing to look for. */
export interface Term {
  /** As the project's language stems it, which is how it stands in the search vectors. */
  lexeme: string;
  /** Whether words that begin with the lexeme will do. */
  isPrefix: boolean;
  /** How it was typed. */
  typed: string;
  /** How much finding it says about a page: its inverse document frequency, greater than 0. */
  weight: number;
  /** In how many pages it stands, as of the last import; 0: not known to stand in any. */
  pages: number;
}

/** A query in the words of one library. */
export interface Terms {
  language: string;
  /** Those that say most, the rarest first. */
  terms: Term[];
  /** Queries of PostgreSQL for what must be on a page, and for what must not; null for none. */
  required: string | null;
  excluded: string | null;
  /** How many pages the library had when its words were counted last; 0: never yet. */
  libraryPages: number;
  /** Their mean length, in UTF-16 units. */
  meanCharacters: number;
}

/** More words than these say nothing more about what is looked for. */
const maxTerms = 20;
/** Of a library without a vocabulary yet. */
const usualCharacters = 5000;

interface Row extends Record<string, unknown> {
  language: string;
  library_pages: number | null;
  mean_characters: number | null;
  required: string | null;
  excluded: string | null;
  terms: { lexeme: string; typed: string; isPrefix: boolean; pages: number }[] | null;
}

/** Looks up what was typed in the language and the vocabulary of a project. */
export async function readTerms(
  db: Queryable,
  { projectId, query }: { projectId: string; query: TypedQuery },
): Promise<Terms> {
  const { words, phrases, prefixes, excluded } = query;
  const list = (texts: readonly string[]) => sql`${JSON.stringify(texts)}::jsonb`;
  const { rows } = await db.execute<Row>(sql`
    with config as materialized (
      select (settings ->> 'language')::regconfig as language, vocabulary.pages, vocabulary.mean_characters
      from projects inner join project_settings on project_id = projects.id and version = settings_version
        left join library_vocabularies as vocabulary on vocabulary.project_id = projects.id
      where projects.id = ${projectId}::uuid
    ), typed as (
      select value as typed, false as is_prefix, vector.lexeme
      from config, jsonb_array_elements_text(${list([...words, ...phrases])}), unnest(to_tsvector(language, value)) as vector
      union all
      select value, true, coalesce((tsvector_to_array(to_tsvector(language, value)))[1], lower(value))
      from config, jsonb_array_elements_text(${list(prefixes)})
    ), term as (
      select typed.*, coalesce(case when is_prefix then (
        select sum(pages) from library_words
        where project_id = ${projectId}::uuid and word >= lexeme collate "C" and word < (lexeme || U&'\\+10FFFF') collate "C"
      ) else (
        select pages from library_words where project_id = ${projectId}::uuid and word = lexeme collate "C"
      ) end, 0)::int as pages
      from (select distinct on (lexeme, is_prefix) * from typed where length(lexeme) < 1000) as typed
    )
    select language::text, pages as library_pages, mean_characters,
      (select string_agg('(' || phrase::text || ')', ' & ') from jsonb_array_elements_text(${list(phrases)}),
        phraseto_tsquery(language, value) as phrase where numnode(phrase) > 0) as required,
      (select string_agg('(' || phrase::text || ')', ' | ') from jsonb_array_elements_text(${list(excluded)}),
        phraseto_tsquery(language, value) as phrase where numnode(phrase) > 0) as excluded,
      (select jsonb_agg(jsonb_build_object('lexeme', lexeme, 'typed', typed, 'isPrefix', is_prefix, 'pages', pages)) from term)
        as terms
    from config`);
  const row = rows[0];
  if (!row) throw new Error(`There is no project ${projectId} to search in.`);
  const all = (row.terms ?? []).map(({ lexeme, typed, isPrefix, pages }) => {
    return { lexeme, typed, isPrefix, pages, weight: weightOf(pages, row.library_pages ?? 0) };
  });
  return {
    language: row.language,
    terms: all.toSorted((a, b) => b.weight - a.weight || (a.lexeme < b.lexeme ? -1 : 1)).slice(0, maxTerms),
    required: row.required,
    excluded: row.excluded,
    libraryPages: row.library_pages ?? 0,
    meanCharacters: row.mean_characters ?? usualCharacters,
  };
}

/** The inverse document frequency of BM25 (Robertson and Zaragoza 2009, 3.2, in Lucene's form, which is never negative). */
export function weightOf(pages: number, libraryPages: number): number {
  const all = Math.max(libraryPages, pages, 1);
  return Math.log(1 + (all - pages + 0.5) / (pages + 0.5));
}

/** A term as a query of PostgreSQL. */
export const tsqueryOf = ({ lexeme, isPrefix }: Pick<Term, 'lexeme' | 'isPrefix'>): string =>
  `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'${isPrefix ? ':*' : ''}`;
