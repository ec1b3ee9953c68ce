import type { BrowserView } from '@rookery/shared/browser';
import type { TextRange } from '@rookery/shared/text';
import { blocksOf, cellStarts, type LineBlock, type PageLine } from './page-lines.ts';

/** How a stretch of text is drawn: `hit` is another place that find would stop at, `found` the one it stands on. */
export type Look = 'plain' | 'found' | 'hit' | 'mark' | 'indent' | 'image';

/** A stretch of the window that is drawn alike. `start` is its offset in the view's text. */
export interface Piece {
  start: number;
  text: string;
  look: Look;
}

/** A stretch of plain text or of a link, cut where its look changes. */
export interface PieceGroup {
  start: number;
  link: { id: number; text: string; domain: string } | null;
  pieces: Piece[];
}

export interface DrawnLine extends PageLine {
  /** A table's row has a part for each cell, every other line one. */
  cells: PieceGroup[][];
  /** Of a table's row: whether it has the names of the columns. */
  isHeader: boolean;
  /** Of a heading: its level on the screen, below the page's title and never more than one below the heading before. */
  ariaLevel: number;
}

export interface DrawnBlock {
  kind: LineBlock['kind'];
  start: number;
  lines: DrawnLine[];
}

/** What a page's text is drawn from. */
export interface Drawable extends Pick<BrowserView, 'segments' | 'found'> {
  /** Every place in the window where find would stop. */
  hits?: readonly TextRange[];
}

interface Link extends TextRange {
  link: NonNullable<PieceGroup['link']>;
}

interface Styled extends TextRange {
  look: Look;
}

/** The title of the page is an `h2`. */
const titleLevel = 2;

/** The window in the parts it is drawn in; their texts joined are the view's text. */
export function drawnBlocks(view: Drawable): DrawnBlock[] {
  const shown = view.segments.map((segment) => segment.text).join('');
  const links = new Cursor(linksOf(view.segments));
  const styled = new Cursor(stylesOf(shown, view));
  let level = titleLevel;
  return blocksOf(shown).map(({ kind, lines }) => ({
    kind,
    start: lines[0]!.start,
    lines: lines.map((line, place) => {
      if (line.kind === 'heading') level = Math.min(line.level + titleLevel, level + 1, 6);
      const starts = kind === 'table' ? cellStarts(shown, line) : [line.start];
      const cells = starts.map((start, index) => {
        const part = { start, end: starts[index + 1] ?? line.end };
        return groupsOf({
          shown,
          found: view.found,
          part,
          links,
          styles: marksOf(line, { kind, part }).concat(styled.within(part)),
        });
      });
      return { ...line, cells, isHeader: place < separatorAt(lines), ariaLevel: level };
    }),
  }));
}

/** Where the line between a table's headers and its rows is; −1 without one. */
const separatorAt = (lines: PageLine[]): number => lines.findIndex(({ kind }) => kind === 'separator');

function linksOf(segments: BrowserView['segments']): Link[] {
  const links: Link[] = [];
  let start = 0;
  for (const segment of segments) {
    const end = start + segment.text.length;
    if (segment.type === 'link') links.push({ start, end, link: segment });
    start = end;
  }
  return links;
}

/** What is drawn otherwise wherever it stands, in order: images, and other places that find would stop at. */
function stylesOf(shown: string, { found, hits = [] }: Drawable): Styled[] {
  const styled: Styled[] = [...shown.matchAll(/\[Image(?:: [^\]\n]*)?\]/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    look: 'image',
  }));
  for (const hit of hits) if (hit.start !== found?.start) styled.push({ ...hit, look: 'hit' });
  return styled.toSorted((one, other) => one.start - other.start);
}

/** The marks that say what a line is. In tables and code they are text like any other, but for the sign between cells. */
function marksOf(line: PageLine, options: { kind: LineBlock['kind']; part: TextRange }): Styled[] {
  const { kind, part } = options;
  if (kind === 'preformatted') return [];
  if (kind === 'table')
    return part.start > line.start ? [{ start: part.start, end: part.start + 1, look: 'mark' }] : [];
  const styled: Styled[] = [
    { start: line.start, end: line.indentEnd, look: 'indent' },
    { start: line.indentEnd, end: line.markEnd, look: 'mark' },
  ];
  return styled.filter(({ start, end }) => start < end);
}

/** What find stands on is drawn as that, whatever it is; of everything else that lies upon one another, the last. */
function groupsOf(options: {
  shown: string;
  part: TextRange;
  links: Cursor<Link>;
  styles: Styled[];
  found: TextRange | null;
}): PieceGroup[] {
  const { shown, part, styles, found } = options;
  const links = options.links.within(part);
  const cuts = [
    part.start,
    part.end,
    ...links.flatMap(bothEnds),
    ...styles.flatMap(bothEnds),
    ...(found ? bothEnds(found) : []),
  ]
    .filter((at) => at >= part.start && at <= part.end)
    .toSorted((one, other) => one - other);
  const groups: PieceGroup[] = [];
  for (const [index, start] of cuts.entries()) {
    const end = cuts[index + 1] ?? start;
    if (end === start) continue;
    const covers = (range: TextRange): boolean => range.start <= start && range.end >= end;
    const link = links.find(covers)?.link ?? null;
    const look = found && covers(found) ? 'found' : (styles.findLast(covers)?.look ?? 'plain');
    const piece = { start, text: shown.slice(start, end), look };
    const last = groups.at(-1);
    if (last && last.link === link) last.pieces.push(piece);
    else groups.push({ start, link, pieces: [piece] });
  }
  return groups;
}

const bothEnds = ({ start, end }: TextRange): [number, number] => [start, end];

/** Ordered ranges, asked for from the text's start to its end. */
class Cursor<T extends TextRange> {
  readonly #ranges: readonly T[];
  #next = 0;

  constructor(ranges: readonly T[]) {
    this.#ranges = ranges;
  }

  within(part: TextRange): T[] {
    while (this.#next < this.#ranges.length && this.#ranges[this.#next]!.end <= part.start) this.#next += 1;
    const found: T[] = [];
    for (
      let index = this.#next;
      index < this.#ranges.length && this.#ranges[index]!.start < part.end;
      index += 1
    ) {
      if (this.#ranges[index]!.end > part.start) found.push(this.#ranges[index]!);
    }
    return found;
  }
}
