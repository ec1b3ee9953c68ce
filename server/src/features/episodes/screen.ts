import type { QuotePreview, ScreenMarks } from '@rookery/shared/api';
import { getBrowser, type Browser, type EpisodeState, type Page } from '@rookery/shared/browser';
import { and, eq, isNotNull } from 'drizzle-orm';
import { commands } from '../../db/schema/index.ts';
import { lookupAddress } from '../../library/index.ts';
import { sha256, storedPage, type EpisodeContext } from './context.ts';
import { loadEpisode, type EpisodeKey } from './load.ts';
import { countTokens } from '../../tokens.ts';

/** What a screen may ask about an episode besides where it stands. Nothing here changes anything, or counts as activity. */

/** More hits than this are not counted: the number is for a person to read. */
const mostHits = 999;

interface Standing {
  browser: Browser;
  state: EpisodeState;
  page: Page;
  /** Of the last command that was carried out; 0 before the first. */
  sequence: number;
}

/** Where an episode stands by the commands that are stored; one that is under way is not waited for. */
async function standingOf(context: EpisodeContext, key: EpisodeKey): Promise<Standing> {
  const { episode } = await loadEpisode(context.deps.db, key);
  return {
    browser: getBrowser(episode.browserVersion),
    state: episode.browserState,
    page: await storedPage(context, { projectId: key.projectId, hash: episode.pageHash }),
    sequence: episode.nextSequence - 1,
  };
}

/**
 * What quoting `text` would cost here and now, and whether browsing would end with it.
 * @throws ApiError `not_found`
 */
export async function previewQuote(
  context: EpisodeContext,
  { text, ...key }: EpisodeKey & { text: string },
): Promise<QuotePreview> {
  const { browser, state, page, sequence } = await standingOf(context, key);
  const preview = browser.previewQuote({ state, page, text, countTokens });
  if ('reason' in preview) {
    return {
      sequence,
      reason: preview.reason,
      tokens: 0,
      tokensLeft: state.quoteTokensLeft,
      endsBrowsing: false,
    };
  }
  const { tokens, endsBrowsing } = preview;
  const tokensLeft = Math.max(0, state.quoteTokensLeft - tokens);
  return { sequence, reason: null, tokens, tokensLeft, endsBrowsing };
}

/**
 * The exact text that a policy would be given where the episode stands, by the function that replay and exports use.
 * @throws ApiError `not_found`
 */
export async function getObservation(
  context: EpisodeContext,
  key: EpisodeKey,
): Promise<{ sequence: number; observation: string; observationSha256: string }> {
  const { browser, state, page, sequence } = await standingOf(context, key);
  const observation = browser.observe({ state, page });
  return { sequence, observation, observationSha256: sha256(observation) };
}

/**
 * Which links in the window lead to pages that the episode has opened, and how often the page has a text.
 * @throws ApiError `not_found`
 */
export async function getScreenMarks(
  context: EpisodeContext,
  { find, ...key }: EpisodeKey & { find?: string | undefined },
): Promise<ScreenMarks> {
  const { browser, state, page, sequence } = await standingOf(context, key);
  const shown = browser.availableCommands({ state, page }).click;
  const links = page.links.filter(({ id }) => shown.includes(id));
  const opened = links.length > 0 ? await openedAddresses(context, key) : new Set<string>();
  const isOpened = (url: string): boolean => opened.has(lookupAddress(url) ?? url);
  return {
    sequence,
    openedLinks: links.filter(({ url }) => isOpened(url)).map(({ id }) => id),
    hits: find === undefined ? null : countHits({ browser, state, page, find }),
  };
}

async function openedAddresses(context: EpisodeContext, key: EpisodeKey): Promise<Set<string>> {
  const rows = await context.deps.db
    .selectDistinct({ hash: commands.pageHash })
    .from(commands)
    .where(and(eq(commands.episodeId, key.episodeId), isNotNull(commands.pageHash)));
  const { projectId } = key;
  const pages = await Promise.all(
    rows.map(({ hash }) => storedPage(context, { projectId, hash: hash ?? '' })),
  );
  return new Set(pages.map(({ url }) => lookupAddress(url) ?? url));
}

/** Counted as find goes from hit to hit: from the page's top, none within another. */
function countHits(options: {
  browser: Browser;
  state: EpisodeState;
  page: Page;
  find: string;
}): ScreenMarks['hits'] {
  const { browser, state, page } = options;
  const command = browser.parseCommand(`Find in page: ${options.find}`);
  if (command.kind !== 'find') return { total: 0, current: null, isCapped: false };
  const { text } = command;
  const starts: number[] = [];
  for (let offset = 0; starts.length < mostHits;) {
    const hit = browser.findNext({ page, text, offset });
    // From the end it goes on at the top.
    if (!hit || hit.start < offset) break;
    starts.push(hit.start);
    offset = hit.end;
  }
  const place = state.found ? starts.indexOf(state.found.start) : -1;
  return {
    total: starts.length,
    current: place < 0 ? null : place + 1,
    isCapped: starts.length === mostHits,
  };
}
