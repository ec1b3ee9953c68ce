import type { Page } from '@rookery/shared/browser';
import type { QuestionRow } from '@rookery/shared/datasets';
import { and, eq, sql } from 'drizzle-orm';
import { libraryPages, pages } from '../src/db/schema/index.ts';
import type { Dependencies } from '../src/dependencies.ts';
import { lookupAddress, openLibrary } from '../src/library/index.ts';

/** How many of the first results are looked at. */
const firstResults = 5;
/** Longest query, as the text browser has it. */
const maxQuery = 500;
/** How many words somebody types who does not type the whole question. */
const mainWords = 6;

/** Whether searches find what answers a question. */
export interface SearchShare {
  questions: number;
  /** For how many of them a reference page is among the first five results. */
  found: number;
  /** The rest: the question's id, the query, and the addresses that came first. */
  missed: { id: string; query: string; first: string[] }[];
}

/** The pages of a project's library, by the address they are looked up by. */
export async function readLibrary(deps: Dependencies, projectId: string): Promise<Map<string, Page>> {
  const rows = await deps.db
    .select({ url: libraryPages.url, page: pages.page })
    .from(libraryPages)
    .innerJoin(pages, and(eq(pages.projectId, libraryPages.projectId), eq(pages.hash, libraryPages.pageHash)))
    .where(eq(libraryPages.projectId, projectId));
  return new Map(rows.map(({ url, page }) => [url, page]));
}

/**
 * Searches a library for each question, as it stands and by its main words: is a page that answers it among the first five results? Main
 * words are those that the search does not leave out, the rarest of them in the order of the question's first sentence.
 */
export async function measureSearch(
  deps: Dependencies,
  options: { projectId: string; questions: readonly QuestionRow[] },
): Promise<{ asTyped: SearchShare; mainWords: SearchShare }> {
  const { projectId, questions } = options;
  const library = openLibrary(deps, projectId);
  const measure = async (
    queryOf: (question: QuestionRow) => Promise<string> | string,
  ): Promise<SearchShare> => {
    const share: SearchShare = { questions: questions.length, found: 0, missed: [] };
    for (const question of questions) {
      const query = await queryOf(question);
      const { links } = await library.search(query);
      const first = links.slice(0, firstResults).map(({ url }) => url);
      const wanted = new Set(question.reference_pages.map(lookupAddress));
      if (first.some((url) => wanted.has(lookupAddress(url)))) share.found += 1;
      else share.missed.push({ id: question.id, query, first });
    }
    return share;
  };
  return {
    asTyped: await measure(({ full_text: text }) => text.replace(/\s+/g, ' ').slice(0, maxQuery)),
    mainWords: await measure((question) => mainWordsOf(deps, { projectId, question })),
  };
}

async function mainWordsOf(
  deps: Dependencies,
  { projectId, question }: { projectId: string; question: QuestionRow },
): Promise<string> {
  const [title = ''] = question.full_text.split('\n');
  const typed = title.match(/[\p{L}\p{N}'’-]+/gu) ?? [];
  const { rows } = await deps.db.execute<{ word: string; pages: number }>(sql`
    select typed.word, coalesce(known.pages, 0) as pages
    from jsonb_array_elements_text(${JSON.stringify(typed)}::jsonb) as typed (word)
      cross join lateral (select (tsvector_to_array(to_tsvector('english', typed.word)))[1] as lexeme) as stem
      left join library_words as known on known.project_id = ${projectId}::uuid and known.word = lexeme collate "C"
    where lexeme is not null and length(typed.word) > 1`);
  const rarest = new Set(
    rows
      .toSorted((a, b) => a.pages - b.pages)
      .slice(0, mainWords)
      .map(({ word }) => word),
  );
  return typed.filter((word) => rarest.has(word)).join(' ');
}

/** A share as it is told. */
export const tellShare = ({ questions, found }: SearchShare): string =>
  `${found} of ${questions} (${((100 * found) / questions).toFixed(1)} %)`;
