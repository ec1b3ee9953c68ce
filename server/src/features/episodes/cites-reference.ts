import { citedNumbers, getBrowser } from '@rookery/shared/browser';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { commands, pages, questions } from '../../db/schema/index.ts';
import { lookupAddress } from '../../library/index.ts';

/**
 * Whether an answer cites, `[n]`, a quote that was taken from a page among the references. `quotedFrom` are the addresses of the pages
 * that the quotes were taken from, in their order; addresses that lead to the same page are one (`lookupAddress`). Null where
 * there are no references.
 */
export function citesReferenceAmong(answer: {
  text: string;
  quotedFrom: readonly string[];
  references: readonly string[];
}): boolean | null {
  const { text, quotedFrom, references } = answer;
  if (references.length === 0) return null;
  const wanted = new Set(references.map((url) => lookupAddress(url)).filter((url) => url !== null));
  return citedNumbers(text).some((number) => {
    const url = quotedFrom[number - 1];
    return url !== undefined && wanted.has(lookupAddress(url) ?? '');
  });
}

/**
 * Whether an answer of an episode cites a page among the references that its question has now; null where it has none. Every valid
 * Quote adds the next quote, from the page that is shown before and after it.
 */
export async function citesReference(
  db: Queryable,
  answer: {
    episode: { projectId: string; id: string; questionId: string; browserVersion: string };
    text: string;
  },
): Promise<boolean | null> {
  const { projectId, id, questionId, browserVersion } = answer.episode;
  const [question] = await db
    .select({ references: questions.referencePages })
    .from(questions)
    .where(and(eq(questions.projectId, projectId), eq(questions.id, questionId)));
  const references = question?.references ?? [];
  if (references.length === 0) return null;
  const carriedOut = await db
    .select({ command: commands.command, url: sql<string>`${pages.page} ->> 'url'` })
    .from(commands)
    .innerJoin(pages, and(eq(pages.projectId, commands.projectId), eq(pages.hash, commands.pageHash)))
    .where(and(eq(commands.projectId, projectId), eq(commands.episodeId, id), eq(commands.isValid, true)))
    .orderBy(asc(commands.sequence));
  const { parseCommand } = getBrowser(browserVersion);
  const quotedFrom = carriedOut
    .filter(({ command }) => parseCommand(command).kind === 'quote')
    .map(({ url }) => url);
  return citesReferenceAmong({ text: answer.text, quotedFrom, references });
}
