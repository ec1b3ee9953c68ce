import { stripLinks, type Page } from '@rookery/shared/browser';

/**
 * Bytes of a page's text that are searched. PostgreSQL's limit of 1 MB is on the words with their places, which take at most twice the
 * room of the text in any language that is written with spaces.
 */
export const maxSearchBytes = 500_000;

/** Marks of headings, items and quotations at the start of a line, and rules: no words, and noise in a snippet. */
const marks = /^ *(?:(?:>|\*|#{1,6}|\d{1,3}\.)(?: +|$))+/gm;

/** What is searched and cut into snippets: the words of the page's text, without link markers, as far as it can be searched. */
export function searchTextOf(page: Page, maxBytes: number = maxSearchBytes): string {
  const text = stripLinks(page.text).replace(marks, '');
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
