import { makePage, type Page } from '@rookery/shared/browser';

/** The page that plain text is shown as: the text as it is, under the name of its file. */
export function textToPage(input: { text: string; url: string; title?: string }): Page {
  const { text, url } = input;
  return makePage({ url, title: input.title ?? fileName(url), blocks: text });
}

/** The last part of an address's path. */
export function fileName(url: string): string {
  const name = new URL(url).pathname.split('/').findLast((segment) => segment !== '') ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
