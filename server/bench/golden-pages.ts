import { stripLinks } from '@rookery/shared/browser';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { convert } from '../src/library/page-to-text/convert.ts';
import { childrenOf, isElement, type PageNode } from '../src/library/page-to-text/dom.ts';
import { parseHtml } from '../src/library/page-to-text/parse-html.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench -- golden-pages FOLDER`: how the text of pages compares with that of their golden content. Each folder in FOLDER has a
 * page, `source.html`, and what is its content, `expected.html`. Words are compared as a multiset, without regard to case and order.
 */

const aims = { covered: 0.95, extra: 0.1 };

interface Row {
  name: string;
  /** Words of the golden content. */
  words: number;
  /** Share of them that are in the page's text. */
  covered: number;
  /** Words of the page's text that are not in the golden content, as a share of the golden content's words. */
  extra: number;
}

async function main(): Promise<void> {
  const [given] = process.argv.slice(2);
  if (given === undefined) {
    process.stderr.write('Name the folder: npm run bench -- golden-pages FOLDER\n');
    process.exit(2);
  }
  // npm changes to the folder of package.json; paths are meant from where the person is.
  const folder = path.resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const rows: Row[] = [];
  for (const { name } of names) rows.push(await compare(folder, name));
  report(rows);
}

async function compare(folder: string, name: string): Promise<Row> {
  const content = await readFile(path.join(folder, name, 'source.html'));
  const { page } = convert({ url: `https://example.org/${name}/`, type: 'html', content });
  // The signs that page-to-text adds are no words of the page, and pictures have none in the golden content.
  const shown = countWords(stripLinks(page.text).replaceAll(/\[Image(: [^\]]*)?\]/g, ' '));
  const golden = countWords(
    textOf(parseHtml(await readFile(path.join(folder, name, 'expected.html'), 'utf8'))),
  );
  let words = 0;
  let covered = 0;
  for (const [word, count] of golden) {
    words += count;
    covered += Math.min(count, shown.get(word) ?? 0);
  }
  const total = [...shown.values()].reduce((sum, count) => sum + count, 0);
  return { name, words, covered: covered / words, extra: (total - covered) / words };
}

/** Elements that do not part the words they stand between. */
const inline = new Set(
  'a abbr b bdi bdo big cite code em font i kbd mark q s small span strong tt u var'.split(' '),
);
const unseen = new Set('script style noscript template iframe object svg'.split(' '));

function textOf(node: PageNode): string {
  if (!isElement(node)) return node.textContent;
  if (unseen.has(node.localName)) return '';
  const text = [...childrenOf(node)].map(textOf).join('');
  return inline.has(node.localName) ? text : ` ${text} `;
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text
    .toLowerCase()
    .replaceAll('\u00ad', '')
    .matchAll(/[\p{L}\p{N}]+/gu))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function report(rows: readonly Row[]): void {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(9);
  const width = Math.max(...rows.map(({ name }) => name.length), 6);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`${'page'.padEnd(width)}   words   covered     extra`);
  for (const { name, words, covered, extra } of rows)
    print(`${name.padEnd(width)} ${String(words).padStart(7)} ${percent(covered)} ${percent(extra)}`);
  const covered = median(rows.map((row) => row.covered));
  const extra = median(rows.map((row) => row.extra));
  print(`${'median'.padEnd(width)} ${''.padStart(7)} ${percent(covered)} ${percent(extra)}`);
  const isReached = covered >= aims.covered && extra <= aims.extra;
  print(`Aims (at least 95 % covered, at most 10 % extra): ${isReached ? 'reached' : 'missed'}.`);
  if (!isReached) process.exitCode = 1;
}

await main();
