import {
  childrenOf,
  descendantsOf,
  elementsOf,
  hasText,
  holds,
  isElement,
  type PageElement,
  type PageNode,
} from './dom.ts';
import { TextWriter } from './text-writer.ts';
import { writeTable, type TableCell } from './tables.ts';
import type { Context } from './render.ts';
import { domainOf } from '@rookery/shared/browser';

const blocksInLayout = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'pre', 'hr']);
const itemsOfCrowd = new Set(['p', 'li', 'dt']);
const inTables = new Set(['td', 'th', 'caption', 'colgroup', 'col']);
const groups = new Set(['thead', 'tbody', 'tfoot']);
/** A table without any header, whose cells have more text than that on average, puts columns of text side by side. */
const longCell = 300;
const gutter = /(^|[\s_-])(gutter|line-?nos?|line-?numbers?)($|[\s_-])/i;

interface Options {
  context: Context;
  renderNode: (node: PageNode, context: Context) => void;
  renderChildren: (element: PageElement, context: Context) => void;
  hasContent: (element: PageElement) => boolean;
}

export function renderTable(element: PageElement, options: Options): void {
  const { context, hasContent } = options;
  const { writer } = context;
  const rows = rowsOf(element).filter((row) => hasContent(row));
  writer.block('paragraph');
  renderStrays(element, options);
  for (const caption of elementsOf(element)) {
    if (caption.localName !== 'caption' || !hasContent(caption)) continue;
    options.renderChildren(caption, context);
    writer.block('paragraph');
  }
  if (isLayoutTable(element, rows)) renderLayout(rows, options);
  else if (writer.isOnOneLine) renderOnOneLine(rows, options);
  else {
    writeTable(writer, {
      rows: rows.map((row) => cellsOf(row).map((cell) => tableCell(cell, options))),
      heads: headsOf(rows),
      pageDomain: domainOf(context.pageUrl),
    });
  }
  writer.block('paragraph');
}

/** What stands in a table and in none of its cells comes before it, as in browsers. */
function renderStrays(part: PageElement, options: Options): void {
  const { context } = options;
  for (const child of childrenOf(part)) {
    if (isElement(child) && (groups.has(child.localName) || child.localName === 'tr'))
      renderStrays(child, options);
    else if (!isElement(child) || !inTables.has(child.localName)) {
      options.renderNode(child, context);
    }
  }
}

function renderLayout(rows: readonly PageElement[], { context, renderChildren }: Options): void {
  for (const row of rows) {
    for (const cell of cellsOf(row)) {
      if (gutter.test(cell.className)) continue;
      context.writer.block('paragraph');
      renderChildren(cell, context);
      context.writer.block('paragraph');
    }
  }
}

function renderOnOneLine(rows: readonly PageElement[], { context, renderChildren }: Options): void {
  for (const cell of rows.flatMap(cellsOf)) {
    renderChildren(cell, context);
    context.writer.space();
  }
}

function tableCell(cell: PageElement, { context, renderChildren }: Options): TableCell {
  const writer = new TextWriter();
  writer.oneLine(() => renderChildren(cell, { ...context, writer, isPreformatted: false }));
  return {
    blocks: writer.blocks,
    isHeader: cell.localName === 'th',
    columns: spanOf(cell, 'colspan'),
    rows: spanOf(cell, 'rowspan'),
  };
}

/** A span of rows of 0 goes to the end of the table; one of columns is of no more columns than tables have. */
function spanOf(cell: PageElement, name: 'colspan' | 'rowspan'): number {
  const span = Number.parseInt(cell.getAttribute(name) ?? '1', 10);
  if (span === 0 && name === 'rowspan') return Infinity;
  return Number.isNaN(span) ? 1 : Math.max(1, Math.min(span, 1000));
}

/** How many rows at the top are headers: those of `<thead>`, else those of nothing but header cells. */
function headsOf(rows: readonly PageElement[]): number {
  const inHead = rows.findIndex((row) => row.parentNode?.localName !== 'thead');
  if (inHead !== 0) return inHead < 0 ? 0 : inHead;
  const ofHeaders = rows.findIndex((row) =>
    cellsOf(row).some((cell) => cell.localName !== 'th' && hasText(cell)),
  );
  return ofHeaders < 0 ? 0 : ofHeaders;
}

/** Whether a table only puts blocks side by side; its cells are then shown one after the other. */
function isLayoutTable(table: PageElement, rows: readonly PageElement[]): boolean {
  const role = table.getAttribute('role');
  if (role === 'presentation' || role === 'none' || holds(table, blocksInLayout)) return true;
  const cells = rows.map((row) => cellsOf(row));
  if (cells.every((row) => row.length <= 1)) return true;
  if (cells.filter((row) => row.some(isCrowded)).length >= rows.length / 2) return true;
  const all = cells.flat();
  if (all.some((cell) => cell.localName === 'th')) return false;
  return table.textContent.length > longCell * all.filter((cell) => hasText(cell)).length;
}

function isCrowded(cell: PageElement): boolean {
  let items = 0;
  for (const element of descendantsOf(cell)) if (itemsOfCrowd.has(element.localName)) items += 1;
  return items > 2;
}

/** Rows of the head come first and those of the foot last, wherever they stand. */
function rowsOf(table: PageElement): PageElement[] {
  const rows: PageElement[] = [];
  const feet: PageElement[] = [];
  for (const child of elementsOf(table)) {
    if (child.localName === 'tr') rows.push(child);
    else if (groups.has(child.localName))
      (child.localName === 'tfoot' ? feet : rows).push(
        ...elementsOf(child).filter((row) => row.localName === 'tr'),
      );
  }
  return [...rows, ...feet];
}

function cellsOf(row: PageElement): PageElement[] {
  return elementsOf(row).filter((cell) => cell.localName === 'td' || cell.localName === 'th');
}
