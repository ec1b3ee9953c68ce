import { isSamePage, resolveLink } from '../address.ts';
import { childrenOf, hasText, holds, isElement, isText, type PageElement, type PageNode } from './dom.ts';
import { isFormula, mathText, tidyTex } from './math.ts';
import { renderTable } from './render-table.ts';
import { TextWriter, type Block } from './text-writer.ts';

const skipped = new Set(
  'audio base button canvas datalist embed head iframe link meta noscript object param rp script select style template textarea title track video'.split(
    ' ',
  ),
);
const paragraphs = new Set(
  'address article aside body caption center details dialog div dl fieldset figcaption figure footer form frameset header hgroup legend main nav p search section summary'.split(
    ' ',
  ),
);
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const blocksInLinks = new Set(['p', 'div', ...headings, 'li', 'table', 'section', 'article']);
const images = new Set(['img']);
const lineNumbers = /(^|[\s_-])(line-?nos?|line-?numbers?|gutter|blob-num)($|[\s_-])/i;
/** Signs that link a heading to itself. */
const permalinkSigns = /^[¶#§🔗\s]*$/u;

export interface Context {
  writer: TextWriter;
  pageUrl: string;
  /** What relative addresses are relative to. */
  base: string;
  isPreformatted: boolean;
  isInLink: boolean;
  listDepth: number;
  /** Abbreviations that were explained. */
  explained: Set<string>;
}

/**
 * The text and links of a page's content, by the rules of the text browser's description (docs/page-to-text.md): links as links, `^` and
 * `_` before superscripts and subscripts, `[Image: alt]` or `[Image]`, headings after `#`, items after `*` or their number, quotations
 * after `>`, tables in columns or row by row, formulas as TeX or as typed, code as it is. Bold and italics leave no mark, since text is
 * read and quoted.
 */
export function renderContent(
  content: PageElement,
  addresses: { pageUrl: string; base: string },
): readonly Block[] {
  const writer = new TextWriter();
  renderChildren(content, {
    ...addresses,
    writer,
    isPreformatted: false,
    isInLink: false,
    listDepth: 0,
    explained: new Set(),
  });
  return writer.blocks;
}

function renderChildren(node: PageElement, context: Context): void {
  for (let child = node.firstChild; child; child = child.nextSibling) renderNode(child, context);
}

function renderNode(node: PageNode, context: Context): void {
  if (isText(node)) {
    if (context.isPreformatted) context.writer.preformatted(node.textContent);
    else context.writer.text(node.textContent);
    return;
  }
  if (!isElement(node)) return;
  const name = node.localName;
  if (skipped.has(name) || isHidden(node) || (context.isPreformatted && isLineNumber(node))) return;
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
  math: renderMath,
  svg: (element, { writer }) => {
    const label =
      element.getAttribute('role') === 'img' ? (element.getAttribute('aria-label')?.trim() ?? '') : '';
    if (label !== '') writer.text(`[Image: ${label}]`);
  },
  area: (element, context) => renderPlainLink(element, { context, href: 'href', text: 'alt' }),
  frame: (element, context) => renderPlainLink(element, { context, href: 'src', text: 'name' }),
  input: (element, { writer }) => {
    if (element.getAttribute('type') === 'checkbox' && element.parentNode?.localName === 'li')
      writer.text(element.hasAttribute('checked') ? '[x] ' : '[ ] ');
  },
  rt: (element, context) => {
    if (!hasText(element)) return;
    context.writer.text('(');
    renderChildren(element, context);
    context.writer.text(')');
  },
  abbr: renderAbbreviation,
  acronym: renderAbbreviation,
  del: renderStruck,
  s: renderStruck,
  strike: renderStruck,
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
  table: (element, context) => renderTable(element, { context, renderNode, renderChildren, hasContent }),
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

/** A link on a line of its own: a place on a picture, or a frame. */
function renderPlainLink(
  element: PageElement,
  options: { context: Context; href: string; text: string },
): void {
  const { writer, base, pageUrl, isInLink } = options.context;
  const href = element.getAttribute(options.href);
  const url = href === null ? null : resolveLink(href, base);
  const text = (element.getAttribute('title') ?? element.getAttribute(options.text) ?? '').trim();
  if (text === '') return;
  writer.block('line');
  if (url === null || isInLink || isSamePage(url, pageUrl)) writer.text(text);
  else writer.link({ text, url });
  writer.block('line');
}

/** Images of a pixel or less are no images but counters. */
function renderImage(element: PageElement, { writer }: Context): void {
  if (['width', 'height'].some((side) => /^[01](px)?$/.test(element.getAttribute(side)?.trim() ?? '')))
    return;
  const alt = (element.getAttribute('alt') ?? '').replace(/\s+/g, ' ').trim();
  if (alt !== '' && isFormula(element)) writer.text(tidyTex(alt));
  else writer.text(alt === '' ? '[Image]' : `[Image: ${alt}]`);
}

/** A formula on lines of its own, or within a line. */
function renderMath(element: PageElement, { writer }: Context): void {
  const isBlock =
    element.getAttribute('display') === 'block' ||
    /mode\s*=\s*display/.test(element.getAttribute('type') ?? '');
  if (isBlock) writer.block('paragraph');
  writer.text(
    element.firstElementChild
      ? mathText(element)
      : tidyTex(element.getAttribute('alttext') ?? element.textContent),
  );
  if (isBlock) writer.block('paragraph');
}

/** The first time an abbreviation is used, what it stands for comes after it. */
function renderAbbreviation(element: PageElement, context: Context): void {
  renderChildren(element, context);
  const meaning = (element.getAttribute('title') ?? '').replace(/\s+/g, ' ').trim();
  const key = `${element.textContent.trim()}\n${meaning}`;
  if (meaning === '' || meaning === element.textContent.trim() || context.explained.has(key)) return;
  context.explained.add(key);
  if (!context.isPreformatted) context.writer.text(` (${meaning})`);
}

/** What is struck through stands between tildes. */
function renderStruck(element: PageElement, context: Context): void {
  const { writer } = context;
  if (!hasText(element) || context.isPreformatted) {
    renderChildren(element, context);
  } else if (holds(element, blocksInLinks)) {
    writer.block('paragraph');
    writer.item({ first: '~~', rest: '' }, () => renderChildren(element, context));
    writer.close('~~');
    writer.block('paragraph');
  } else {
    writer.sign('~~');
    renderChildren(element, context);
    writer.close('~~');
  }
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
  const next = markersOf(element);
  let isFirst = true;
  writer.block(gap);
  for (const child of childrenOf(element)) {
    if (!isElement(child) || child.localName !== 'li') {
      renderNode(child, inner);
      continue;
    }
    const marker = next(child);
    if (isHidden(child)) continue;
    if (!isFirst) writer.separator();
    isFirst = false;
    writer.item({ first: marker, rest: ' '.repeat(marker.length) }, () => renderChildren(child, inner));
  }
  writer.block(gap);
}

/** Gives each item of a list what stands before it. */
function markersOf(list: PageElement): (item: PageElement) => string {
  if (list.localName !== 'ol') return () => '* ';
  const type = list.getAttribute('type') ?? '1';
  const isReversed = list.hasAttribute('reversed');
  const items = isReversed
    ? [...childrenOf(list)].filter((child) => isElement(child) && child.localName === 'li')
    : [];
  let number = numberOf(list.getAttribute('start')) ?? (isReversed ? items.length : 1);
  return (item) => {
    const own = numberOf(item.getAttribute('value')) ?? number;
    number = own + (isReversed ? -1 : 1);
    return `${written(own, type)}. `;
  };
}

function numberOf(text: string | null): number | null {
  const number = Number.parseInt(text ?? '', 10);
  return Number.isNaN(number) ? null : number;
}

/** A number as letters, where the list has letters. */
function written(number: number, type: string): string {
  if (!/^a$/i.test(type) || number < 1 || number > 26) return String(number);
  const letter = String.fromCodePoint(96 + number);
  return type === 'A' ? letter.toUpperCase() : letter;
}

function hasContent(element: PageElement): boolean {
  return hasText(element) || holds(element, images);
}

/** What browsers do not show. Formulas as images are hidden from screen readers alone, which have them in another form. */
function isHidden(element: PageElement): boolean {
  if (element.hasAttribute('hidden')) return true;
  if (element.localName === 'dialog' && !element.hasAttribute('open')) return true;
  if (element.getAttribute('aria-hidden') === 'true' && !(element.localName === 'img' && isFormula(element)))
    return true;
  return /display\s*:\s*none|visibility\s*:\s*hidden/i.test(element.getAttribute('style') ?? '');
}

/** Numbers of lines beside code, which belong to no line. */
function isLineNumber(element: PageElement): boolean {
  return lineNumbers.test(element.className);
}
