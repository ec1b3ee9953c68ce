export { createPageConverter, pageConverter, type PageConverter } from './converter.ts';
export { NotAPage, type ConvertedPage, type Source, type SourceType } from './convert.ts';
