import type { Queryable } from '../../db/database.ts';
import { readLexemes } from './lexemes.ts';
import { bestPassage, candidateFinder, hitsAmong, snippetOf, type Hit } from './passages.ts';
import type { RankedPage, Ranking } from './rank.ts';
import type { Term, Terms } from './terms.ts';

/** How many of the best pages are put in order by their passages too. */
export const readPages = 40;
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

/**
 * Puts the best pages into their final order by what their texts say, and cuts snippets for those whose text was read. `words` are
 * words of the texts by their lexemes, the shortest of each.
 */
export async function putInOrder(
  db: Queryable,
  { ranking, terms }: { ranking: Ranking; terms: Terms },
): Promise<{ pages: FoundPage[]; words: Map<string, string> }> {
  const wanted = terms.terms.filter((_term, index) => ranking.found[index]);
  const find = candidateFinder(wanted);
  const withText = ranking.pages.filter((page) => page.text !== null);
  const candidates = withText.map(({ title, text }) => ({ title: find(title), text: find(text ?? '') }));
  const words = new Set(candidates.flatMap(({ title, text }) => [...title, ...text].map(({ word }) => word)));
  const lexemeOf = await readLexemes(db, { language: terms.language, words });
  const all = wanted.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const scored = withText.map((page, index) => {
    const read = (part: 'title' | 'text'): Hit[] =>
      hitsAmong(candidates[index]![part], { terms: wanted, lexemeOf });
    const text = page.text ?? '';
    const passage = bestPassage(read('text'), wanted);
    const titleHits = read('title');
    const together = new Set([...passage.terms, ...titleHits.map(({ term }) => term)]);
    const score =
      (page.rank / all +
        togetherPart * shareOf(together, wanted) +
        titlePart * titleShare(page.title, { hits: titleHits, terms: wanted })) /
      (1 + lengthPart * Math.log(Math.max(1, page.characters / Math.max(1, terms.meanCharacters))));
    return { page: found(page, snippetOf(text, passage)), score };
  });
  const wordsOf = new Map<string, string>();
  for (const word of [...words].toSorted((a, b) => b.length - a.length)) {
    const lexeme = lexemeOf(word);
    if (lexeme !== null) wordsOf.set(lexeme, word);
  }
  const best = scored
    .slice(0, readPages)
    .toSorted((a, b) => b.score - a.score || (a.page.pageHash < b.page.pageHash ? -1 : 1));
  const rest = ranking.pages.slice(scored.length).map((page) => found(page, ''));
  const pages = [...best, ...scored.slice(readPages)].map(({ page }) => page);
  return { pages: [...pages, ...rest], words: wordsOf };
}

const found = ({ id, pageHash, title }: RankedPage, snippet: string): FoundPage => ({
  id,
  pageHash,
  title,
  snippet,
});

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
