import { z } from 'zod';
import type { Page, PageLink } from '../page.ts';
import { linkMarker, segmentsOf } from '../v1/links.ts';
import { makeErrorPage } from '../v1/make-page.ts';
import { blockedDomainOf } from './domains.ts';
import { findGramOnPage, type GramSet } from './ten-grams.ts';

export { blockedDomainOf, defaultBlockedDomains, maxDomainLength, normaliseDomain } from './domains.ts';
export { findGram, findGramOnPage, gramLength, makeGramSet, wordsOf } from './ten-grams.ts';
export type { GramSet, ProtectedText } from './ten-grams.ts';

/** Why something is not shown: it is of a blocked domain, or has ten words in a row of the question or a reference answer. */
export const censoringRules = ['blocked-domain', 'ten-gram'] as const;
/** What was not shown: a result of a search, a link of a page, or the page that was to be opened. */
export const censoredKinds = ['result', 'link', 'page'] as const;

export const censoredItemSchema = z.object({
  rule: z.enum(censoringRules),
  what: z.enum(censoredKinds),
  url: z.string(),
  /** The page's title, or the link's text. */
  title: z.string(),
  /** The blocked domain; or whose words they are, and the ten words. For leads alone: a reference answer may be quoted. */
  detail: z.string(),
});
export type CensoredItem = z.infer<typeof censoredItemSchema>;

/** What is kept from whoever works on one question. */
export interface CensoringRules {
  blockedDomains: readonly string[];
  grams: GramSet;
}

/** What is shown in place of a page that must not be: it says nothing of the reason. */
export const censoredMessage = 'This page cannot be shown for this question. Go back, or look elsewhere.';

/** Why a page, known by its address and title, must not be shown; null if it may be, as far as its domain goes. */
export function censorAddress(
  page: { url: string; title: string },
  options: { rules: CensoringRules; what: CensoredItem['what'] },
): CensoredItem | null {
  const domain = blockedDomainOf(page.url, options.rules.blockedDomains);
  if (domain === null) return null;
  const { url, title } = page;
  return { rule: 'blocked-domain', what: options.what, url, title, detail: domain };
}

/** Why a page's words must not be shown; null if they may be. */
export function censorWords(
  page: Pick<Page, 'url' | 'title' | 'text'>,
  options: { rules: CensoringRules; what: CensoredItem['what'] },
): CensoredItem | null {
  const found = findGramOnPage(page, options.rules.grams);
  if (!found) return null;
  const { url, title } = page;
  return { rule: 'ten-gram', what: options.what, url, title, detail: `${found.name}: ${found.gram}` };
}

/**
 * A page as it may be shown: as it is, the same object; with its links to blocked domains as plain text; or an error page in its place.
 * `url` is the address that was asked for: a page that is elsewhere in truth is judged by both. The words of pages that the browser
 * makes itself (errors; results, whose title has the query) are not judged: those of results are judged by the pages they lead to.
 */
export function censorPage(
  page: Page,
  options: { url: string; rules: CensoringRules },
): { page: Page; censored: CensoredItem[] } {
  const { url, rules } = options;
  const asked = { url, title: page.title };
  const reason =
    censorAddress(asked, { rules, what: 'page' }) ??
    (page.kind === 'page'
      ? (censorAddress(page, { rules, what: 'page' }) ?? censorWords(page, { rules, what: 'page' }))
      : null);
  if (reason) return { page: makeErrorPage({ url, message: censoredMessage }), censored: [reason] };
  return censorLinks(page, rules);
}

/** A page with its links to blocked domains as plain text, the rest numbered anew. Each address is named once. */
function censorLinks(page: Page, rules: CensoringRules): { page: Page; censored: CensoredItem[] } {
  const blocked = new Map<number, CensoredItem>();
  for (const link of page.links) {
    const reason = censorAddress({ url: link.url, title: link.text }, { rules, what: 'link' });
    if (reason) blocked.set(link.id, reason);
  }
  if (blocked.size === 0) return { page, censored: [] };
  const byId = new Map(page.links.map((link) => [link.id, link]));
  const links: PageLink[] = [];
  const text = segmentsOf(page.text)
    .map((segment) => {
      if (segment.type === 'text' || blocked.has(segment.id)) return segment.text;
      const link = { ...byId.get(segment.id)!, id: links.length };
      links.push(link);
      return linkMarker({ ...link, pageDomain: page.domain });
    })
    .join('');
  const byAddress = new Map([...blocked.values()].map((item) => [item.url, item]));
  return { page: { ...page, text, links }, censored: [...byAddress.values()] };
}
