import type { Dependencies } from '../dependencies.ts';
import { openImportedPages } from './imported-pages.ts';
import type { LibrarySource } from './source.ts';

export { addressOfFile, lookupAddress } from './address.ts';
export { saveImportedPages, type ImportedPage, type Saved } from './imported-page-writes.ts';
export { hashOfPage } from './page-hash.ts';
export {
  NotAPage,
  pageConverter,
  type ConvertedPage,
  type PageConverter,
  type Source,
  type SourceType,
} from './page-to-text/index.ts';
export { findPages, renewVocabulary, searchVersion } from './search/index.ts';
export { searchVector } from './search/vector.ts';
export type { LibrarySource, Result, ShowsResults } from './source.ts';
export { loadPage, loadPages, storePage } from './stored-pages.ts';

/** Where the pages of a project come from, under its settings of the moment they are asked for. */
export const openLibrary = (deps: Pick<Dependencies, 'db'>, projectId: string): LibrarySource =>
  openImportedPages(deps.db, projectId);
