import { makeErrorPage, type CensoredItem, type Page } from '@rookery/shared/browser';
import { openCensor } from './censoring.ts';
import type { EpisodeContext } from './context.ts';
import type { LoadedEpisode } from './load.ts';

export type PagePlan = { fetch: 'search'; query: string } | { fetch: 'open'; url: string };

/** A page as it is shown, and what leads are told about it. */
export interface FetchedPage {
  page: Page;
  /** What was kept from it, and why. */
  censored: CensoredItem[];
  /** Of a search that was carried out: how. */
  searchVersion: string | null;
}

/**
 * The page for a search or a link, without what must not be shown for the episode's question. Whatever goes wrong is a
 * page too, with a message that says so: a page that cannot be had is part of browsing, and costs an action like any
 * other.
 */
export async function fetchPage(
  context: EpisodeContext,
  options: { plan: PagePlan; episode: LoadedEpisode['episode'] },
): Promise<FetchedPage> {
  const { plan, episode } = options;
  const { projectId } = episode;
  const url = plan.fetch === 'open' ? plan.url : `search:${encodeURIComponent(plan.query.toWellFormed())}`;
  const what =
    plan.fetch === 'open' ? 'This page could not be opened' : 'The search could not be carried out';
  const failed = (reason: string): FetchedPage => {
    const message = `${what}: ${reason}. Try again, or go on elsewhere.`;
    return { page: makeErrorPage({ url, message }), censored: [], searchVersion: null };
  };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<FetchedPage>((resolve) => {
    timer = setTimeout(() => resolve(failed('it took too long')), context.fetchTimeoutMs);
  });
  const get = async (): Promise<FetchedPage> => {
    try {
      return await fetchCensored(context, { plan, episode, url });
    } catch (error) {
      context.deps.log.error({ err: error, projectId }, 'a page could not be fetched');
      return failed('something went wrong');
    }
  };
  try {
    return await Promise.race([get(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function fetchCensored(
  context: EpisodeContext,
  { plan, episode, url }: { plan: PagePlan; episode: LoadedEpisode['episode']; url: string },
): Promise<FetchedPage> {
  const isSearch = plan.fetch === 'search';
  const library = await context.openLibrary(episode.projectId);
  const opening = openCensor(context, episode);
  // The rules are read while the page is on its way.
  const [censor, page] = await Promise.all([
    opening,
    isSearch
      ? library.search(plan.query, async (results) => (await opening).shows(results))
      : library.open(plan.url),
  ]);
  return {
    page: censor.page(page, url),
    censored: censor.log,
    searchVersion: isSearch ? library.version : null,
  };
}
