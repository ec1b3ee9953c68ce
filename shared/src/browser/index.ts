/** The text browser: what policies and people see and do. What is exported here is the current version; `getBrowser` gives any. */
export { canonicalPage, pageKinds, pageLinkSchema, pageSchema } from './page.ts';
export type { Page, PageKind, PageLink } from './page.ts';
export { BROWSER_VERSION, browserVersions, getBrowser, replay } from './versions.ts';
export type { Browser, BrowserVersion } from './versions.ts';
export * from './v1/index.ts';
export * from './censoring/index.ts';
export { citedNumbers } from '../text/citations.ts';
