import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Page } from '@rookery/shared/browser';
import { convert, type SourceType } from './convert.ts';

/**
 * Golden cases of page-to-text: a folder each, with `source.html` (or `source.md`, `.xml`, `.txt`) and what it is shown as. A new one is made by
 * `node server/src/library/page-to-text/add-case.ts <name> <file>`; look at what it wrote before you keep it.
 */
export const casesFolder = join(import.meta.dirname, 'cases');

/** The endings that a case's source may have. */
export const sourceTypes: Readonly<Record<string, SourceType>> = {
  '.html': 'html',
  '.xml': 'xml',
  '.md': 'markdown',
  '.txt': 'text',
};

/** The files of a case's expectation. */
export interface Expected {
  'expected.txt': string;
  'expected-links.json': string;
}

export async function caseNames(): Promise<string[]> {
  const entries = await readdir(casesFolder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Converts a case's source, which lies at an address that names the case. */
export async function convertCase(name: string): Promise<Page> {
  const files = await readdir(join(casesFolder, name));
  const source = files.find((file) => file.startsWith('source.'));
  const type = source === undefined ? undefined : sourceTypes[extname(source)];
  if (source === undefined || type === undefined)
    throw new Error(
      `The case ${name} has no file "source" that ends in ${Object.keys(sourceTypes).join(', ')}.`,
    );
  const content = await readFile(join(casesFolder, name, source));
  return convert({ url: `https://example.org/${name}/${source}`, type, content }).page;
}

/** A page as the files of a case have it: its text, and its title and links. */
export function expectedOf(page: Page): Expected {
  const links = page.links.map(({ id, text, domain, url }) => ({ id, text, domain, url }));
  return {
    'expected.txt': `${page.text}\n`,
    'expected-links.json': `${JSON.stringify({ title: page.title, links }, null, 2)}\n`,
  };
}
