import type { Page } from '@rookery/shared/browser';
import { hashOfPage } from '../page-hash.ts';
import { binaryKind, isBinary } from './binary.ts';
import { decodePage } from './decode.ts';
import { htmlToPage } from './html-page.ts';
import { markdownToPage } from './markdown-page.ts';
import { textToPage } from './text-page.ts';

/** What a document is written in. `xml` is a page if it is XHTML; `text` is shown as it is. */
export type SourceType = 'html' | 'xml' | 'markdown' | 'text';

/** A document to make a page of. */
export interface Source {
  /** Where it lies: the address of the page, and of its relative links. */
  url: string;
  type: SourceType;
  /** Bytes are decoded as `decodePage` says. */
  content: Uint8Array | string;
  /** Its Content-Type header, if it had one. */
  contentType?: string;
  /** Instead of the document's own. */
  title?: string;
}

export interface ConvertedPage {
  page: Page;
  /** See `canonicalPage`. */
  hash: string;
}

/** A document that is no page: the message says why. */
export class NotAPage extends Error {}

/** Longest text of a page, in UTF-16 units; longer than any book. */
const longestText = 20_000_000;

/**
 * The page that a document is shown as. Uses the processor for as long as the document is long and deep: call it in a worker thread.
 *
 * @throws NotAPage when the document is binary data, has no text or too much of it, or is XML and not XHTML.
 */
export function convert(source: Source): ConvertedPage {
  const { url, type } = source;
  const text = textOf(source);
  const title = source.title === undefined ? {} : { title: source.title };
  const page = pageOf({ text, url, ...title }, type);
  if (page.text === '') throw new NotAPage('there is no text on it');
  if (page.text.length > longestText) throw new NotAPage('there are more than 20 million characters on it');
  return { page, hash: hashOfPage(page) };
}

function textOf({ content, contentType }: Source): string {
  if (typeof content === 'string') {
    if (isBinary(content, false)) throw new NotAPage('it holds binary data, not text');
    return content;
  }
  const kind = binaryKind(content);
  if (kind !== null) throw new NotAPage(`${kind}, not text`);
  const { text, isGuessed } = decodePage(content, contentType);
  if (isBinary(text, isGuessed)) {
    throw new NotAPage(
      `it holds binary data, not text${isGuessed ? ', or text in an encoding that it does not name' : ''}`,
    );
  }
  return text;
}

function pageOf(document: { text: string; url: string; title?: string }, type: SourceType): Page {
  const { text, ...rest } = document;
  if (type === 'markdown') return markdownToPage(document);
  if (type === 'text') return textToPage(document);
  if (type === 'xml' && !isXhtml(text)) throw new NotAPage('it is XML, but not XHTML');
  return htmlToPage({ html: text, ...rest });
}

/** Whether the root element of an XML document is that of a page. */
function isXhtml(text: string): boolean {
  const [, name] =
    /<((?:[\w.-]+:)?[a-z][\w.-]*)[\s/>]/i.exec(text.slice(0, 20_000).replace(/<!--.*?-->/gs, '')) ?? [];
  return /^(?:[\w.-]+:)?html$/i.test(name ?? '');
}
