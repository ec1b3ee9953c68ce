import type { Page } from '@rookery/shared/browser';
import { createHash } from 'node:crypto';
import type { Dependencies } from '../../dependencies.ts';
import { loadPage, openLibrary, type LibrarySource } from '../../library/index.ts';
import type { QuestionCensoring } from './censoring.ts';
import type { Answered } from './commands.ts';
import type { LoadedEpisode } from './load.ts';
import { createPageCache, type PageCache } from './page-cache.ts';

/** Where a project's pages come from. */
export type OpenLibrary = (projectId: string) => LibrarySource | Promise<LibrarySource>;

/** What the episodes of one server share. */
export interface EpisodeContext {
  deps: Dependencies;
  openLibrary: OpenLibrary;
  pages: PageCache;
  /** The commands this server is working on, by episode and number. */
  inFlight: Map<string, { command: string; leaseToken: string | null; answer: Promise<Answered> }>;
  /** Episodes that were announced lately, with what they are since, if more steps came. */
  announced: Map<string, LoadedEpisode | null>;
  /** What must not be shown for a question, by its id: worked out once. */
  censoring: Map<string, QuestionCensoring>;
  /** How long a page may take to come before an error page is shown instead, in milliseconds. */
  fetchTimeoutMs: number;
}

/** In UTF-16 units: some 100 MB of memory at most. */
const cachedCharacters = 40_000_000;

/** Makes the context; tests hand in a source of pages of their own. */
export function createEpisodeContext(
  deps: Dependencies,
  options: { openLibrary?: OpenLibrary; fetchTimeoutMs?: number } = {},
): EpisodeContext {
  return {
    deps,
    openLibrary: options.openLibrary ?? ((projectId) => openLibrary(deps, projectId)),
    pages: createPageCache(cachedCharacters),
    inFlight: new Map(),
    announced: new Map(),
    censoring: new Map(),
    fetchTimeoutMs: options.fetchTimeoutMs ?? 20_000,
  };
}

/** A stored page, from memory if it is there. Throws where it is not stored. */
export function storedPage(context: EpisodeContext, key: { projectId: string; hash: string }): Promise<Page> {
  return context.pages.get(key, () => loadPage(context.deps.db, key.projectId, key.hash));
}

/** Lower-case hexadecimal SHA-256 of a text's UTF-8. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
