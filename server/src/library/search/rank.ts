import { sql, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { tsqueryOf, type Term, type Terms } from './terms.ts';

/** A page that has something of what was asked for. */
export interface RankedPage {
  id: string;
  pageHash: string;
  title: string;
  /** Of the whole page's text, in UTF-16 units. */
  characters: number;
  /** Sum over the terms of weight times how much the page has of each (0 … 1). */
  rank: number;
  /** The beginning of the page's text, for those that come first; null for the rest. */
  text: string | null;
}

export interface Ranking {
  pages: RankedPage[];
  /** How many pages were found in all. */
  total: number;
  /** Which of the terms stand on any page at all; the rest were typed wrong, or the library does not have them. */
  found: boolean[];
}

/**
 * How many pages the terms may find together before those that say least only take part in ranking: a word on half of
 * the pages tells none of them apart.
 */
const maxHits = 4000;
/** How many pages are ranked by all that stands on them, divided among the terms: each costs the same again. */
const rankedPages = 1000;
/** How much of the text of the best pages is looked through for passages, in characters. `left` counts them one by one: only where needed. */
const textCharacters = 60_000;
/** Weights of words by where they stand, D to A, for `ts_rank`: text is D, titles are A. */
const weights = sql`'{0.35, 0.35, 0.35, 1.0}'::float4[]`;
/** What a term in the title adds to the choice of the pages that are ranked, in terms of its weight. */
const titleBonus = 1;

/**
 * Finds and ranks pages. Pages that have more of the terms' weight come first; among the best of these, what decides is how often each
 * term stands on the page and whether in its title. The order is total: page hashes settle what is equal.
 */
export async function rankPages(
  db: Queryable,
  options: { projectId: string; terms: Terms; limit: number; withText: number },
): Promise<Ranking> {
  const { projectId, limit, withText } = options;
  const { terms, required, excluded } = options.terms;
  if (terms.length === 0) return { pages: [], total: 0, found: [] };
  const finding = findingTerms(terms);
  const isTheirs = sql`project_id = ${projectId}::uuid`;
  const parts: SQL[] = [];
  const conditions = [isTheirs];
  // Beside the term's own condition, so that only the pages that have the rarest terms are read for a phrase.
  if (required !== null) conditions.push(sql`search_vector @@ ${required}::tsquery`);
  if (excluded !== null) {
    conditions.push(sql`id not in (select id from excluded)`);
    parts.push(sql`excluded as materialized (
      select id from library_pages where ${isTheirs} and search_vector @@ ${excluded}::tsquery)`);
  }
  const isAllowed = sql.join(conditions, sql` and `);
  const near = Math.ceil(rankedPages / terms.length);
  // Few look beyond the pages that are ranked in full; what is there is in the order of its terms' weight.
  const isBeyond = limit > near;
  parts.push(sql`term as materialized (
    select query::tsquery, weight, finds, number::int
    from unnest(${sql.param(terms.map(tsqueryOf))}::text[], ${sql.param(terms.map(({ weight }) => weight))}::float8[],
      ${sql.param(finding)}::boolean[]) with ordinality as t (query, weight, finds, number)
  ), hit as materialized (
    select page.id, number, weight from term cross join lateral (
      select id from library_pages where ${isAllowed} and search_vector @@ term.query) as page
    where finds
    union all
    select page.id, null, weight * ${titleBonus}::float8 from term cross join lateral (
      select id from library_pages where ${isAllowed} and title_vector @@ term.query) as page
    where finds
  ), found as materialized (
    select id, sum(weight) as coverage from hit group by id
  ), near as materialized (
    select * from found order by coverage desc, id limit ${near}::int
  ), ranked as materialized (
    select near.id, page_hash, sum(term.weight * ts_rank(${weights}, search_vector, query)) as rank, 0 as coverage
    from near inner join library_pages using (id) cross join term group by near.id, page_hash
    ${
      isBeyond
        ? sql`union all select id, page_hash, 0, coverage from found inner join library_pages using (id)
      where not exists (select from near where near.id = found.id)`
        : sql``
    }
  ), best as materialized (
    select id, page_hash, rank, row_number() over (order by rank desc, coverage desc, page_hash) as place
    from ranked order by place limit ${limit}::int
  )`);
  const { rows } = await db.execute<Row>(sql`
    with ${sql.join(parts, sql`, `)}
    select best.id, best.page_hash, best.rank, page.title, page.characters,
      case when place > ${withText}::int then null when page.characters <= ${textCharacters}::int then page.search_text
        else left(page.search_text, ${textCharacters}::int) end as text,
      (select count(*) from found)::int as total,
      (select array_agg(number) from (select number from hit group by number) as each) as found
    from best inner join library_pages as page using (id) order by place`);
  const numbers = new Set(rows[0]?.found);
  return {
    pages: rows.map(({ id, page_hash: pageHash, title, characters, rank, text }) => ({
      id,
      pageHash,
      title,
      characters,
      rank,
      text,
    })),
    total: rows[0]?.total ?? 0,
    found: terms.map((_term, index) => !finding[index] || numbers.has(index + 1)),
  };
}

interface Row extends Record<string, unknown> {
  id: string;
  page_hash: string;
  title: string;
  characters: number;
  rank: number;
  text: string | null;
  total: number;
  found: number[] | null;
}

/** Which terms find pages: the rarest ones, as far as the number of pages allows. */
function findingTerms(terms: readonly Term[]): boolean[] {
  let hits = 0;
  return terms.map(({ pages }, index) => {
    hits += pages;
    return index === 0 || hits <= maxHits;
  });
}
