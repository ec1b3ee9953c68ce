import type { Client } from '@rookery/shared/api';
import { allOf } from '../pages.ts';
import { contentWords, stemsOf } from '../text/words.ts';

/** What a simulated person knows of a question beforehand. */
export interface Knowledge {
  /** Stems of the words that a good answer has. */
  sought: ReadonlySet<string>;
  /** Words to search and to find by, the most telling first. */
  words: readonly string[];
  /** The pages that answer it, as they show in a list of results; empty for who knows none. */
  pages: readonly { title: string; domain: string }[];
}

/** What the question itself tells. */
export const knowledgeOfText = (question: string): Knowledge => ({
  sought: stemsOf(question),
  words: contentWords(question),
  pages: [],
});

const pageSize = 500;

/** Reads, as a lead, the references of every question: by question id. */
export async function readReferences(
  client: Client,
  { projectId, signal }: { projectId: string; signal: AbortSignal },
): Promise<Map<string, Knowledge>> {
  const params = { projectId };
  const library = await allOf((from) =>
    client.listLibraryPages({ params, query: { limit: pageSize, ...from }, signal }),
  );
  const pages = new Map(library.map(({ url, title, domain }) => [comparable(url), { title, domain }]));
  const questions = await allOf((from) =>
    client.listQuestions({ params, query: { limit: pageSize, ...from }, signal }),
  );
  return new Map(
    questions.map(({ id, fullText, referenceAnswers, referencePages }) => {
      const own = knowledgeOfText(fullText);
      const answer = referenceAnswers.join('\n');
      const knowledge = {
        sought: new Set([...own.sought, ...stemsOf(answer)]),
        words: [...own.words, ...contentWords(answer)],
        pages: referencePages.flatMap((url) => pages.get(comparable(url)) ?? []),
      };
      return [id, knowledge];
    }),
  );
}

/** An address as the library keeps it, as far as references need it: without what the server normalises away. */
function comparable(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname, search } = new URL(url);
  return host + pathname.replace(/\/(index|default)\.[a-z]+$/, '').replace(/\/$/, '') + search;
}
