import type { ProjectSettings } from '@rookery/shared/api';
import type { Queryable } from '../../db/database.ts';
import { putInOrder, readPages, type FoundPage } from './order.ts';
import { readQuery, type TypedQuery } from './query.ts';
import { rankPages, type Ranking } from './rank.ts';
import { nearestWord } from './spelling.ts';
import { readTerms, weightOf, type Term, type Terms } from './terms.ts';

export { renewVocabulary } from './vocabulary.ts';

/** Of the ways of reading a query, finding, ordering and cutting passages in this folder; another way has another version. */
export const searchVersion = 'imported-pages-2';

export type Language = ProjectSettings['language'];

export interface Found {
  pages: FoundPage[];
  /** How many pages were found in all. */
  total: number;
  /** What was looked for instead of what was typed, for whoever typed it; null if nothing had to be changed. */
  note: string | null;
}

interface SearchOptions {
  projectId: string;
  query: string;
  limit: number;
  offset: number;
  /** Of how many pages, from the first on, snippets are wanted. */
  snippets: number;
}

/**
 * The pages that have what a query asks for, best first, from `offset` on. Every word counts by how rare it is in the project's library;
 * a page is better the more of the words it has, in its title, near each other, and often. `"Phrases"` have to be there, `begin*` finds
 * words by their beginning, `-word` leaves pages out. What no page has is taken for a slip: the nearest word of the library is looked for
 * instead, and a phrase without its quotation marks, and the note says so. The order is total (page hashes settle what is equal), and the
 * same as long as the library is.
 */
export async function findPages(db: Queryable, options: SearchOptions): Promise<Found> {
  const { projectId, limit, offset } = options;
  const query = readQuery(options.query);
  const terms = await readTerms(db, { projectId, query });
  const rank = (wanted: Terms): Promise<Ranking> =>
    rankPages(db, {
      projectId,
      terms: wanted,
      limit: Math.max(offset + limit, readPages),
      withText: Math.max(readPages, options.snippets),
    });
  const first = await rank(terms);
  const { ranking, asked, corrections, isUnquoted } = await correct(db, {
    projectId,
    query,
    terms,
    ranking: first,
    rank,
  });
  const { pages, words } = await putInOrder(db, { ranking, terms: asked });
  return {
    pages: pages.slice(offset, offset + limit),
    total: ranking.total,
    note: ranking.total === 0 ? null : noteOf({ corrections, isUnquoted, words }),
  };
}

interface Correction {
  typed: string;
  lexeme: string;
}

interface Corrected {
  ranking: Ranking;
  asked: Terms;
  corrections: Correction[];
  isUnquoted: boolean;
}

/** Looks again where something was not found: for phrases without their marks, and for the nearest words. */
async function correct(
  db: Queryable,
  first: {
    projectId: string;
    query: TypedQuery;
    terms: Terms;
    ranking: Ranking;
    rank: (terms: Terms) => Promise<Ranking>;
  },
): Promise<Corrected> {
  const { projectId, query, rank } = first;
  let { ranking, terms: asked } = first;
  let isUnquoted = false;
  if (ranking.total === 0 && query.phrases.length > 0) {
    isUnquoted = true;
    asked = { ...asked, required: null };
    ranking = await rank(asked);
  }
  const corrections: Correction[] = [];
  const isAlone = ranking.total === 0;
  const { found } = ranking;
  const typed = asked.terms;
  const terms = await Promise.all(
    typed.map(async (term, index): Promise<Term> => {
      if (found[index] || term.isPrefix) return term;
      const nearest = await nearestWord(db, { projectId, lexeme: term.lexeme, isAlone });
      if (nearest === null || typed.some((other) => other.lexeme === nearest.word)) return term;
      const { word: lexeme, pages } = nearest;
      corrections.push({ typed: term.typed, lexeme });
      const isPrefix = lexeme.startsWith(term.lexeme);
      return { lexeme, isPrefix, typed: term.typed, pages, weight: weightOf(pages, asked.libraryPages) };
    }),
  );
  if (corrections.length > 0) {
    asked = { ...asked, terms };
    ranking = await rank(asked);
  }
  return { ranking, asked, corrections, isUnquoted };
}

function noteOf(change: {
  corrections: readonly Correction[];
  isUnquoted: boolean;
  words: ReadonlyMap<string, string>;
}): string | null {
  const { corrections, isUnquoted, words } = change;
  const quoted = (list: readonly string[]): string => list.map((each) => `“${each}”`).join(', ');
  const sentences: string[] = [];
  if (isUnquoted)
    sentences.push(
      'No page has the words in quotation marks side by side. Showing results without the marks.',
    );
  if (corrections.length > 0) {
    const typed = quoted(corrections.map((each) => each.typed));
    const shown = quoted(corrections.map(({ lexeme }) => words.get(lexeme) ?? lexeme));
    sentences.push(`No results for ${typed}. Showing results for ${shown}.`);
  }
  return sentences.length === 0 ? null : sentences.join(' ');
}
