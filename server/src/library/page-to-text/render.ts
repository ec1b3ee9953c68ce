import { isSamePage, resolveLink } from '../address.ts';
import {
  childrenOf,
  descendantsOf,
  elementsOf,
  hasText,
  holds,
  isElement,
  isText,
  type PageElement,
  type PageNode,
} from './dom.ts';
import { TextWriter, type Block } from './text-writer.ts';

const skipped = new Set(
  'audio base button canvas datalist embed frame head iframe input link map meta noscript object param script select style svg template textarea title track video'.split(
    ' ',
  ),
);
const paragraphs = new Set(
  'address article aside body center details dialog div dl fieldset figcaption figure footer form header hgroup legend main nav p search section summary'.split(
    ' ',
  ),
);
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const blocksInLinks = new Set(['p', 'div', ...headings, 'li', 'table', 'section', 'article']);
const blocksInLayout = new Set([...headings, 'table', 'pre', 'hr']);
const itemsOfCrowd = new Set(['p', 'li', 'dt']);
const images = new Set(['img']);
/** Signs that link a heading to itself. */
const permalinkSigns = /^[¶#§🔗\s]*$/u;

interface Context {
  writer: TextWriter;
  pageUrl: string;
  /** What relative addresses are relative to. */
  base: string;
  isPreformatted: boolean;
  isInLink: boolean;
  listDepth: number;
}

/**
 * The text and links of a page's content, by the rules of the text browser's description (docs/page-to-text.md): links as links, `^` and
 * `_` before superscripts and subscripts, `[Image: alt]` or `[Image]`, headings after `#`, items after `*` or their number, quotations
 * after `>`, table rows as lines with `|` between cells, code as it is. Bold and italics leave no mark, since text is read and quoted.
 */
export function renderContent(
  content: PageElement,
  addresses: { pageUrl: string; base: string },
): readonly Block[] {
  const writer = new TextWriter();
  renderChildren(content, { ...addresses, writer, isPreformatted: false, isInLink: false, listDepth: 0 });
  return writer.blocks;
}

function renderChildren(node: PageElement, context: Context): void {
  for (const child of childrenOf(node)) renderNode(child, context);
}

function renderNode(node: PageNode, context: Context): void {
  if (isText(node)) {
    if (context.isPreformatted) context.writer.preformatted(node.textContent);
    else context.writer.text(node.textContent);
    return;
  }
  if (!isElement(node)) return;
  const name = node.localName;
  if (skipped.has(name) || isHidden(node)) return;
  const render = renderers[name];
  if (render) render(node, context);
  else if (paragraphs.has(name)) renderBlock(node, context);
  else renderChildren(node, context);
}

type Render = (element: PageElement, context: Context) => void;

const renderers: Record<string, Render> = {
  a: renderLink,
  img: renderImage,
  br: (_element, { writer, isPreformatted }) =>
    isPreformatted ? writer.preformatted('\n') : writer.lineBreak(),
  wbr: () => {},
  hr: (_element, { writer }) => {
    writer.block('paragraph');
    writer.text('* * *');
    writer.block('paragraph');
  },
  sup: (element, context) => renderScript('^', element, context),
  sub: (element, context) => renderScript('_', element, context),
  q: (element, context) => {
    context.writer.sign('“');
    renderChildren(element, context);
    context.writer.text('”');
  },
  math: (element, { writer }) => writer.text(element.getAttribute('alttext') ?? element.textContent),
  pre: renderPreformatted,
  listing: renderPreformatted,
  xmp: renderPreformatted,
  blockquote: (element, context) => {
    context.writer.block('paragraph');
    context.writer.item({ first: '> ', rest: '> ' }, () => renderChildren(element, context));
    context.writer.block('paragraph');
  },
  ul: renderList,
  ol: renderList,
  menu: renderList,
  dir: renderList,
  li: (element, context) =>
    context.writer.item({ first: '* ', rest: '  ' }, () => renderChildren(element, context)),
  dt: (element, context) => {
    context.writer.block('line');
    renderChildren(element, context);
    context.writer.block('line');
  },
  dd: (element, context) =>
    context.writer.item({ first: '  ', rest: '  ' }, () => renderChildren(element, context)),
  table: renderTable,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, renderHeading(level)])),
};

function renderBlock(element: PageElement, context: Context): void {
  context.writer.block('paragraph');
  renderChildren(element, context);
  context.writer.block('paragraph');
}

function renderHeading(level: number): Render {
  return (element, context) => {
    const { writer } = context;
    writer.block('paragraph');
    if (hasContent(element)) {
      if (!context.isInLink) writer.sign(`${'#'.repeat(level)} `);
      writer.oneLine(() => renderChildren(element, context));
    }
    writer.block('paragraph');
  };
}

function renderLink(element: PageElement, context: Context): void {
  const { writer } = context;
  const href = element.getAttribute('href');
  const url = href === null ? null : resolveLink(href, context.base);
  const leadsHere = url !== null && isSamePage(url, context.pageUrl);
  if (leadsHere && permalinkSigns.test(element.textContent) && !holds(element, images)) return;
  if (url === null || leadsHere || context.isInLink) {
    renderChildren(element, context);
    return;
  }
  const isBlock = !context.isPreformatted && holds(element, blocksInLinks);
  if (isBlock) writer.block('paragraph');
  const text = linkText(element, context);
  if (text.trim() === '') writer.space();
  else writer.link({ text, url });
  if (isBlock) writer.block('paragraph');
}

/** A link's text on one line; that of a link without any is its label. White space at its ends stays, it separates words. */
function linkText(element: PageElement, context: Context): string {
  const writer = new TextWriter();
  const inner = { ...context, writer, isPreformatted: false, isInLink: true };
  writer.oneLine(() => renderChildren(element, inner));
  const text = writer.blocks.join('');
  if (text === '') return element.getAttribute('aria-label') ?? element.getAttribute('title') ?? '';
  const all = element.textContent;
  return (/^\s/.test(all) ? ' ' : '') + text + (/\s$/.test(all) ? ' ' : '');
}

/** Images of a pixel or less are no images but counters. */
function renderImage(element: PageElement, { writer }: Context): void {
  if (['width', 'height'].some((side) => /^[01](px)?$/.test(element.getAttribute(side)?.trim() ?? '')))
    return;
  const alt = (element.getAttribute('alt') ?? '').replace(/\s+/g, ' ').trim();
  writer.text(alt === '' ? '[Image]' : `[Image: ${alt}]`);
}

function renderScript(sign: string, element: PageElement, context: Context): void {
  if (!hasContent(element)) return;
  context.writer.sign(sign);
  renderChildren(element, context);
}

function renderPreformatted(element: PageElement, context: Context): void {
  const { writer } = context;
  if (context.isInLink || !hasContent(element)) {
    renderChildren(element, context);
    return;
  }
  writer.block('paragraph');
  renderChildren(element, { ...context, isPreformatted: true });
  writer.block('paragraph');
}

function renderList(element: PageElement, context: Context): void {
  const { writer } = context;
  const gap = context.listDepth > 0 ? 'line' : 'paragraph';
  const inner = { ...context, listDepth: context.listDepth + 1 };
  const isOrdered = element.localName === 'ol';
  let number = Number.parseInt(element.getAttribute('start') ?? '1', 10);
  if (Number.isNaN(number)) number = 1;
  writer.block(gap);
  for (const child of childrenOf(element)) {
    if (!isElement(child) || child.localName !== 'li') {
      renderNode(child, inner);
      continue;
    }
    const marker = isOrdered ? `${number}. ` : '* ';
    number += 1;
    if (isHidden(child)) continue;
    writer.item({ first: marker, rest: ' '.repeat(marker.length) }, () => renderChildren(child, inner));
  }
  writer.block(gap);
}

function renderTable(element: PageElement, context: Context): void {
  const { writer } = context;
  const rows = rowsOf(element).filter((row) => hasContent(row));
  const isLayout = element.getAttribute('role') === 'presentation' || isLayoutTable(element, rows);
  writer.block('paragraph');
  for (const caption of elementsOf(element)) {
    if (caption.localName === 'caption') renderBlock(caption, context);
  }
  for (const row of rows) {
    if (isLayout) {
      for (const cell of cellsOf(row)) renderBlock(cell, context);
    } else {
      writer.block('line');
      renderRow(cellsOf(row), context);
    }
  }
  writer.block('paragraph');
}

/** Whether a table only puts blocks side by side; its cells are then shown one after the other. */
function isLayoutTable(table: PageElement, rows: PageElement[]): boolean {
  if (holds(table, blocksInLayout)) return true;
  if (rows.every((row) => cellsOf(row).length <= 1)) return true;
  const crowded = rows.filter((row) => cellsOf(row).some(isCrowded));
  return crowded.length >= rows.length / 2;
}

function isCrowded(cell: PageElement): boolean {
  const items = [...descendantsOf(cell)].filter((element) => itemsOfCrowd.has(element.localName));
  return items.length > 2;
}

function renderRow(cells: PageElement[], context: Context): void {
  const { writer } = context;
  writer.oneLine(() => {
    cells.forEach((cell, index) => {
      if (index > 0) {
        writer.space();
        writer.text('| ');
      }
      renderChildren(cell, context);
    });
  });
}

function rowsOf(table: PageElement): PageElement[] {
  return elementsOf(table).flatMap((child) => {
    const name = child.localName;
    if (name === 'tr') return [child];
    return ['thead', 'tbody', 'tfoot'].includes(name)
      ? elementsOf(child).filter((row) => row.localName === 'tr')
      : [];
  });
}

function cellsOf(row: PageElement): PageElement[] {
  return elementsOf(row).filter((cell) => ['td', 'th'].includes(cell.localName));
}

function hasContent(element: PageElement): boolean {
  return hasText(element) || holds(element, images);
}

function isHidden(element: PageElement): boolean {
  return (
    element.hasAttribute('hidden') ||
    element.getAttribute('aria-hidden') === 'true' ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(element.getAttribute('style') ?? '')
  );
}
