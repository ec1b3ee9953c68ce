import type { Page } from '@rookery/shared/browser';

/** A result of a search before it is shown. */
export interface Result {
  title: string;
  url: string;
  /** Of the page it leads to, if that is stored. */
  pageHash: string | null;
}

/** Says of each result whether it may be shown. */
export type ShowsResults = (results: readonly Result[]) => Promise<boolean[]>;

/**
 * Where the pages of a project come from. Both give a page to be shown in any case: what cannot be found or opened is an error page, a
 * search without results a results page that says so. The same call may give another page later; what was shown is stored (`storePage`).
 */
export interface LibrarySource {
  /** How this source finds and orders its results; another way of doing it has another version. */
  readonly version: string;
  /** @param shows which results may be shown; left out: all. */
  search(query: string, shows?: ShowsResults): Promise<Page>;
  open(url: string): Promise<Page>;
}
