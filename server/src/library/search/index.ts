import type { ProjectSettings } from '@rookery/shared/api';
import type { Queryable } from '../../db/database.ts';
import { readLexemes } from './lexemes.ts';
import { bestPassage, candidateFinder, hitsAmong, snippetOf, type Hit } from './passages.ts';
import { readQuery, type TypedQuery } from './query.ts';
import { rankPages, type RankedPage, type Ranking } from './rank.ts';
import { nearestWord } from './spelling.ts';
import { readTerms, weightOf, type Term, type Terms } from './terms.ts';

export { renewVocabulary } from './vocabulary.ts';

/** Of the ways of reading a query, finding, ordering and cutting passages in this folder; another way has another version. */
export const searchVersion = 'imported-pages-2';

export type Language = ProjectSettings['language'];

/** How many of the best pages are put in order by their passages too. */
const readPages = 40;
/** What the best passage, with the title, and the title alone count beside the rank; all three are 0 … 1. */
const togetherPart = 0.6;
const titlePart = 0.35;
/** How fast a page's rank falls with its length beyond the mean one: lists of everything mention every word. */
const lengthPart = 0.12;

export interface FoundPage {
  id: string;
  pageHash: string;
  title: string;
  /** The best passage, as plain text; empty beyond the pages that were read. */
  snippet: string;
}

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
  const read = await readTexts(db, { ranking, terms: asked });
  const pages = [
    ...read.pages,
    ...ranking.pages.slice(read.pages.length).map((page) => ({ ...page, snippet: '' })),
  ];
  return {
    pages: pages
      .slice(offset, offset + limit)
      .map(({ id, pageHash, title, snippet }) => ({ id, pageHash, title, snippet })),
    total: ranking.total,
    note: ranking.total === 0 ? null : noteOf({ corrections, isUnquoted, words: read.words }),
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
  const terms = await Promise.all(
    asked.terms.map(async (term, index): Promise<Term> => {
      if (found[index] || term.isPrefix) return term;
      const lexeme = await nearestWord(db, { projectId, lexeme: term.lexeme, isAlone });
      if (lexeme === null || asked.terms.some((other) => other.lexeme === lexeme)) return term;
      corrections.push({ typed: term.typed, lexeme });
      return { ...term, lexeme, isPrefix: lexeme.startsWith(term.lexeme), weight: 0, pages: 1 };
    }),
  );
  if (corrections.length > 0) {
    const heaviest = Math.max(...asked.terms.map(({ weight }) => weight), weightOf(1, 1));
    asked = {
      ...asked,
      terms: terms.map((term) => (term.weight === 0 ? { ...term, weight: heaviest / 2 } : term)),
    };
    ranking = await rank(asked);
  }
  return { ranking, asked, corrections, isUnquoted };
}

/** Puts the best pages into their final order by what their texts say, and cuts their snippets; gives the words met on the way. */
async function readTexts(
  db: Queryable,
  { ranking, terms }: { ranking: Ranking; terms: Terms },
): Promise<{ pages: (RankedPage & { snippet: string })[]; words: Map<string, string> }> {
  const found = terms.terms.filter((_term, index) => ranking.found[index]);
  const find = candidateFinder(found);
  const withText = ranking.pages.filter((page) => page.text !== null);
  const candidates = withText.map(({ title, text }) => ({ title: find(title), text: find(text ?? '') }));
  const words = new Set(candidates.flatMap(({ title, text }) => [...title, ...text].map(({ word }) => word)));
  const lexemeOf = await readLexemes(db, { language: terms.language, words });
  const all = found.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const scored = withText.map((page, index) => {
    const read = (part: 'title' | 'text'): Hit[] =>
      hitsAmong(candidates[index]![part], { terms: found, lexemeOf });
    const text = page.text ?? '';
    const passage = bestPassage(read('text'), found);
    const titleHits = read('title');
    const together = new Set([...passage.terms, ...titleHits.map(({ term }) => term)]);
    const score =
      (page.rank / all +
        togetherPart * shareOf(together, found) +
        titlePart * titleShare(page.title, { hits: titleHits, terms: found })) /
      (1 + lengthPart * Math.log(Math.max(1, page.characters / Math.max(1, terms.meanCharacters))));
    return { ...page, score, snippet: snippetOf(text, passage) };
  });
  const wordsOf = new Map<string, string>();
  for (const word of [...words].toSorted((a, b) => b.length - a.length)) {
    const lexeme = lexemeOf(word);
    if (lexeme !== null) wordsOf.set(lexeme, word);
  }
  const best = scored
    .slice(0, readPages)
    .toSorted((a, b) => b.score - a.score || (a.pageHash < b.pageHash ? -1 : 1));
  return { pages: [...best, ...scored.slice(readPages)], words: wordsOf };
}

/** Which share of the terms' weight some of them have (0 … 1). */
function shareOf(some: ReadonlySet<number>, terms: readonly Pick<Term, 'weight'>[]): number {
  const all = terms.reduce((sum, { weight }) => sum + weight, 0);
  return all === 0 ? 0 : [...some].reduce((sum, term) => sum + terms[term]!.weight, 0) / all;
}

/** How well a title is about the terms (0 … 1): the share of their weight that it has, and the share of its words that they are. */
function titleShare(
  title: string,
  { hits, terms }: { hits: readonly Hit[]; terms: readonly Term[] },
): number {
  if (hits.length === 0) return 0;
  const words = title.match(/[\p{L}\p{N}]{3,}/gu)?.length ?? 1;
  return 0.7 * shareOf(new Set(hits.map(({ term }) => term)), terms) + 0.3 * Math.min(1, hits.length / words);
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
