import type { SourceType } from '../src/library/index.ts';

/** A document that is hard on a converter of pages: large, deep, endless or no page at all. */
export interface DifficultDocument {
  name: string;
  type: SourceType;
  /** What must become of it; `either`: a page or a problem. */
  becomes: 'page' | 'problem' | 'either';
  content: () => Buffer;
}

const megabyte = 1_000_000;
const paragraph =
  '<p>The rook breeds in noisy colonies in the tops of <b>tall</b> trees, and <a href="/x">comes back</a> each year.</p>\n';
const words = 'The rook breeds in noisy colonies in the tops of tall trees. ';
const some = paragraph.repeat(20);

const each = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('');
/** As many times as it takes to fill so many bytes. */
const filled = (bytes: number, part: string): string => part.repeat(Math.ceil(bytes / part.length));

/** Bytes without an order, the same ones each time. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state >>> 16;
    }),
  );
}

type Made = [name: string, becomes: DifficultDocument['becomes'], make: () => string | Buffer];

const html: Made[] = [
  ['5 MB of paragraphs', 'page', () => filled(5 * megabyte, paragraph)],
  [
    '5 MB of sections',
    'page',
    () =>
      filled(
        5 * megabyte,
        `<div class="section"><h2>Part</h2>${some}<ul><li>${paragraph}<li>${paragraph}</ul></div>`,
      ),
  ],
  [
    '5 MB in a table',
    'page',
    () => `<table>${filled(5 * megabyte, '<tr><td>one cell<td>two cells<td>3<td>4.5</tr>')}</table>`,
  ],
  ['5 MB of code', 'page', () => `<pre>${filled(5 * megabyte, 'int x = 1;\n')}</pre>`],
  [
    '20,000 links in a list',
    'page',
    () => `<ul>${each(20_000, (index) => `<li><a href="/page/${index}">Link number ${index}</a></li>`)}</ul>`,
  ],
  [
    '20,000 links between line breaks',
    'page',
    () => each(20_000, (index) => `<a href="/page/${index}">Link number ${index}</a><br>`),
  ],
  [
    '20,000 links in a paragraph',
    'page',
    () => `${paragraph}<p>${each(20_000, (index) => `<a href="/page/${index}">Link ${index}</a> `)}`,
  ],
  [
    '40,000 paragraphs side by side',
    'page',
    () => each(40_000, (index) => `<p>Paragraph ${index}, with some words in it.</p>`),
  ],
  ['nested 5,000 deep', 'page', () => `${'<div>'.repeat(5000)}the core${'</div>'.repeat(5000)}`],
  [
    'nested 5,000 deep, of many kinds',
    'page',
    () => `${'<div><p><b><ul><li><table><tr><td><blockquote>'.repeat(5000)}the core`,
  ],
  ['lists nested 5,000 deep', 'page', () => '<ul><li>x'.repeat(5000)],
  ['a million open elements', 'page', () => `${'<div>'.repeat(megabyte)}the core`],
  ['superscripts in superscripts', 'page', () => 'x<sup>'.repeat(megabyte)],
  ['tables in tables', 'page', () => '<table><tr><td>x'.repeat(100_000)],
  ['links in links', 'page', () => '<a href=x>a'.repeat(100_000)],
  ['definitions in definitions', 'page', () => '<dl><dd>x'.repeat(300_000)],
  ['marks that overlap', 'page', () => '<b><i><u>x</b></i>'.repeat(250_000)],
  [
    'a cell over a billion columns',
    'page',
    () => '<table><tr><td colspan=1000000000 rowspan=65534>x<td>y<tr><td>z</table>'.repeat(1000),
  ],
  ['half a million attributes', 'page', () => `<p ${each(500_000, (index) => `a${index}=1 `)}>x`],
  [
    'a picture of 5 MB within the page',
    'page',
    () => `${some}<img src="data:image/png;base64,${'A'.repeat(5 * megabyte)}">${some}`,
  ],
  ['a word of 5 MB', 'page', () => `${some}<p>${'x'.repeat(5 * megabyte)}`],
  ['an attribute of 5 MB', 'page', () => `${some}<p title="${'x'.repeat(5 * megabyte)}">x`],
  ['an open comment of 5 MB', 'page', () => `${some}<!--${filled(5 * megabyte, 'x <p>')}`],
  ['an open script of 5 MB', 'page', () => `${some}<script>${filled(5 * megabyte, 'if (a < b) c("<p>");')}`],
  ['nothing but an open comment', 'problem', () => `<!--${filled(5 * megabyte, 'x <p>')}`],
  ['half a million open quotation marks', 'page', () => some + '<a href="'.repeat(500_000)],
  ['5 MB of brackets', 'page', () => '<'.repeat(5 * megabyte)],
  ['5 MB of ampersands', 'page', () => '&lt'.repeat(megabyte)],
  ['5 MB of line breaks', 'page', () => paragraph + filled(5 * megabyte, '<br>')],
  ['5 MB of spaces', 'page', () => `${paragraph}${' '.repeat(5 * megabyte)}x`],
  ['noise that poses as HTML', 'problem', () => noise(5 * megabyte)],
  [
    'noise without control characters',
    'problem',
    () => Buffer.from(noise(5 * megabyte).map((byte) => byte | 0x80)),
  ],
  [
    'a page that goes over into noise',
    'problem',
    () => Buffer.concat([Buffer.from(some), noise(5 * megabyte)]),
  ],
  [
    'a PDF file by another name',
    'problem',
    () => Buffer.concat([Buffer.from('%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\n'), noise(megabyte)]),
  ],
  [
    'a picture by another name',
    'problem',
    () => Buffer.concat([Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), noise(megabyte)]),
  ],
];

const xml: Made[] = [
  [
    'entities that multiply',
    'page',
    () =>
      `<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "${'x'.repeat(400)}"><!ENTITY b "&a;&a;&a;&a;">]><html xmlns="http://www.w3.org/1999/xhtml"><p>${'&a;&b;'.repeat(500_000)}</p></html>`,
  ],
  [
    '5 MB of open sections',
    'page',
    () =>
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><p>x${filled(5 * megabyte, '<![CDATA[')}`,
  ],
  ['a feed', 'problem', () => '<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>'],
];

const markdown: Made[] = [
  [
    '5 MB of Markdown',
    'page',
    () =>
      filled(
        5 * megabyte,
        `## Part\n\n${words.repeat(5)}[link](a.md)\n\n* one\n* two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`,
      ),
  ],
  ['quotations nested 5,000 deep', 'either', () => `${'> '.repeat(5000)}x`],
  ['lists nested 1,000 deep', 'either', () => each(1000, (index) => `${'  '.repeat(index)}* x\n`)],
  ['100,000 open brackets', 'either', () => '['.repeat(100_000)],
  ['100,000 stars', 'either', () => '*a '.repeat(100_000)],
  ['100,000 backticks', 'either', () => each(1000, (index) => `${'`'.repeat(index)} `)],
  ['a line of 5 MB', 'either', () => words.repeat(80_000)],
  ['a word of 5 MB in Markdown', 'either', () => 'x'.repeat(5 * megabyte)],
];

const text: Made[] = [['5 MB of text', 'page', () => filled(5 * megabyte, `${words}\n`)]];

const documents = (type: SourceType, made: readonly Made[]): DifficultDocument[] =>
  made.map(([name, becomes, make]) => ({
    name,
    type,
    becomes,
    content: () => {
      const content = make();
      return typeof content === 'string' ? Buffer.from(content) : content;
    },
  }));

export const difficultDocuments: readonly DifficultDocument[] = [
  ...documents('html', html),
  ...documents('xml', xml),
  ...documents('markdown', markdown),
  ...documents('text', text),
];
