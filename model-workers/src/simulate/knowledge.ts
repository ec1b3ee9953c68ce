import type { Client } from '@rookery/shared/api';
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
  const pages = new Map<string, { title: string; domain: string }>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: pageSize, ...(cursor !== undefined && { cursor }) };
    const part = await client.listLibraryPages({ params: { projectId }, query, signal });
    for (const { url, title, domain } of part.items) pages.set(comparable(url), { title, domain });
    cursor = part.nextCursor;
  }
  const known = new Map<string, Knowledge>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: pageSize, ...(cursor !== undefined && { cursor }) };
    const part = await client.listQuestions({ params: { projectId }, query, signal });
    for (const question of part.items) {
      const own = knowledgeOfText(question.fullText);
      const answer = question.referenceAnswers.join('\n');
      known.set(question.id, {
        sought: new Set([...own.sought, ...stemsOf(answer)]),
        words: [...own.words, ...contentWords(answer)],
        pages: question.referencePages.flatMap((url) => pages.get(comparable(url)) ?? []),
      });
    }
    cursor = part.nextCursor;
  }
  return known;
}

/** An address as the library keeps it, as far as references need it: without what the server normalises away. */
function comparable(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname, search } = new URL(url);
  return host + pathname.replace(/\/(index|default)\.[a-z]+$/, '').replace(/\/$/, '') + search;
}
