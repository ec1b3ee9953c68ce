/**
 * What the lines of shown text are, so that they can be drawn as headings, items, tables and code. Nothing of the text is changed: the
 * marks stay where they are, and are drawn quietly.
 */
export type LineKind = 'text' | 'blank' | 'heading' | 'item' | 'quotation' | 'rule' | 'separator';

export interface PageLine {
  start: number;
  /** Past its line break. */
  end: number;
  kind: LineKind;
  /** Of a heading: 1–6, the number of its marks. Of everything else: how deep it is indented, in spaces. */
  level: number;
  /** Where the indentation ends, and where the mark (`## `, `* `, `> `) does. */
  indentEnd: number;
  markEnd: number;
}

/** Lines that belong together: a table's rows, what is aligned by spaces or is code, or anything else. */
export interface LineBlock {
  kind: 'lines' | 'table' | 'preformatted';
  lines: PageLine[];
}

const heading = /^(#{1,6}) (?=\S)/;
const item = /^( *)((?:[*•-]|\d{1,4}[.)]) +)(?=\S)/;
const quotation = /^( *)(> )/;
const rule = /^\* \* \*$/;
/** Between a table's headers and its rows. */
const separator = /^ *-{2,} \|[-| ]*$/;
const cellBreak = / \| |\| | \|$/;
const codeLine = /\w\(.*\)|^\s*\S+ \+?= |[{};]$|^(import|from) \w+/;
const codeSigns = /[(){}[\]=;<>$]|^\s*#|:$/;

/** The lines of shown text, in order; together they are all of it. */
export function linesOf(shown: string): PageLine[] {
  const lines: PageLine[] = [];
  for (let start = 0; start < shown.length;) {
    const lineBreak = shown.indexOf('\n', start);
    const end = lineBreak < 0 ? shown.length : lineBreak + 1;
    lines.push(lineAt(shown.slice(start, lineBreak < 0 ? end : lineBreak), { start, end }));
    start = end;
  }
  return lines;
}

function lineAt(line: string, place: { start: number; end: number }): PageLine {
  const { start } = place;
  const indent = line.length - line.trimStart().length;
  const plain = { ...place, level: indent, indentEnd: start + indent, markEnd: start + indent };
  if (line.trim() === '') return { ...plain, kind: 'blank' };
  if (separator.test(line)) return { ...plain, kind: 'separator' };
  if (rule.test(line)) return { ...plain, kind: 'rule', markEnd: start + line.length };
  const marks = heading.exec(line);
  if (marks) return { ...plain, kind: 'heading', level: marks[1]!.length, markEnd: start + marks[0].length };
  const marked = item.exec(line) ?? quotation.exec(line);
  if (!marked) return { ...plain, kind: 'text' };
  const kind = marked[2]!.startsWith('>') ? 'quotation' : 'item';
  return { ...plain, kind, markEnd: start + marked[0].length };
}

/** The lines in the blocks they are drawn in. */
export function blocksOf(shown: string): LineBlock[] {
  const blocks: LineBlock[] = [];
  const add = (kind: LineBlock['kind'], lines: PageLine[]): void => {
    const last = blocks.at(-1);
    if (kind === 'lines' && last?.kind === 'lines') last.lines.push(...lines);
    else blocks.push({ kind, lines });
  };
  let paragraph: PageLine[] = [];
  const finish = (): void => {
    if (paragraph.length > 0) for (const part of partsOf(shown, paragraph)) add(part.kind, part.lines);
    paragraph = [];
  };
  for (const line of linesOf(shown)) {
    if (line.kind !== 'blank') {
      paragraph.push(line);
      continue;
    }
    finish();
    add('lines', [line]);
  }
  finish();
  return blocks;
}

/** A paragraph's rows of a table, if two or more follow one another, and what stands before and after them. */
function partsOf(shown: string, paragraph: PageLine[]): LineBlock[] {
  if (isPreformatted(shown, paragraph)) return [{ kind: 'preformatted', lines: paragraph }];
  const parts: LineBlock[] = [];
  for (const line of paragraph) {
    const kind = cellBreak.test(textOf(shown, line)) ? 'table' : 'lines';
    const last = parts.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else parts.push({ kind, lines: [line] });
  }
  return parts.map(({ kind, lines }) => ({
    kind: kind === 'table' && lines.length < 2 ? 'lines' : kind,
    lines,
  }));
}

/** Whether a paragraph needs letters of one width: columns made of spaces, or code. */
function isPreformatted(shown: string, paragraph: PageLine[]): boolean {
  const lines = paragraph.map((line) => textOf(shown, line));
  if (lines.some((line) => / \| /.test(line))) return false;
  if (lines.every((line) => /^(>>>|\.\.\.|\$) /.test(line))) return true;
  if (lines[0]!.startsWith('>>> ')) return true;
  if (paragraph.some(({ kind }) => kind === 'item' || kind === 'quotation')) return false;
  const columns = lines.filter((line) => /\S {3,}\S/.test(line)).length;
  if (lines.length > 1 && columns >= 2 && columns * 2 >= lines.length) return true;
  const isIndented = paragraph.some(({ kind, level }) => kind === 'text' && level >= 2);
  if (lines.length > 1 && lines.every((line) => codeLine.test(line) && !/[.!?]$/.test(line))) return true;
  if (!isIndented) return false;
  return /[:{(]$/.test(lines[0]!) || lines.filter((line) => codeSigns.test(line)).length * 2 > lines.length;
}

const textOf = (shown: string, line: PageLine): string =>
  shown.slice(line.start, line.end).replace(/\n$/, '');

/** Where the cells of a table's row begin, from its start; the sign between two cells belongs to the second. */
export function cellStarts(shown: string, line: PageLine): number[] {
  const row = textOf(shown, line);
  return [
    0,
    ...[...row.matchAll(/(?<=^| )\|(?= |$)/g)].map((match) => match.index).filter((at) => at > 0),
  ].map((at) => line.start + at);
}
