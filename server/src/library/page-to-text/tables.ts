import { cleanLine, domainOf, linkMarker } from '@rookery/shared/browser';
import type { Block, TextWriter } from './text-writer.ts';

export interface TableCell {
  /** What is in it, on one line. */
  blocks: readonly Block[];
  isHeader: boolean;
  /** How many columns and rows it takes up. */
  columns: number;
  rows: number;
}

/** A place of the grid: a cell where it begins, or where it goes on. */
interface Place {
  cell: TableCell;
  isStart: boolean;
  /** Among the headers, where nothing is repeated. */
  isHead: boolean;
}

type Row = (Place | undefined)[];

/** Narrowest column: the dashes below its header are to be seen as a line. */
const narrowest = 2;
/** Widest table that is shown with aligned columns, in characters. */
const widest = 100;
/** Longest text that is repeated in each row that its cell goes on into. */
const longestRepeated = 60;
/** Longest header that is said again with each cell. */
const longestName = 80;
/** A table with more rows or columns than anybody looks at as a whole is shown line by line. */
const mostRows = 1000;
const mostColumns = 40;

/**
 * Writes a table: with aligned columns where its lines are at most `widest` long; else, if it has headers, row by row with each cell on
 * a line after its header; else a line for each row. `heads`: how many rows at the top are headers.
 */
export function writeTable(
  writer: TextWriter,
  table: { rows: readonly (readonly TableCell[])[]; heads: number; pageDomain: string },
): void {
  const grid = table.rows.length <= mostRows ? gridOf(table.rows, table.heads) : null;
  if (!grid) {
    for (const cells of table.rows) writeLine(writer, { cells: cells.map(({ blocks }) => blocks) });
    return;
  }
  const columns = columnsWithText(grid);
  const all = grid.map((row) => columns.map((column) => row[column]));
  // What stands above all columns is a title and no header.
  const titles = Math.max(
    0,
    Math.min(
      table.heads,
      all.findIndex((row) => !isWhole(row)),
    ),
  );
  for (const row of all.slice(0, titles)) writeLine(writer, { cells: row.map(contentOf).slice(0, 1) });
  if (titles > 0) writer.block('paragraph');
  const rows = all.slice(titles);
  const heads = table.heads - titles;
  const measured = measure(rows, { pageDomain: table.pageDomain, firstLink: writer.links });
  if (measured.total <= widest) writeAligned(writer, { rows, heads, ...measured });
  else if (heads > 0 && heads < rows.length) writeByRow(writer, { rows, heads });
  else if (columns.length === 2 && rows.every((row) => isWhole(row) || row[0]?.cell.isHeader))
    writeAsList(writer, rows);
  else
    for (const row of rows)
      writeLine(writer, { cells: isWhole(row) ? row.map(contentOf).slice(0, 1) : row.map(contentOf) });
}

/** Every place that a cell takes up; null where there are too many columns. */
function gridOf(rows: readonly (readonly TableCell[])[], heads: number): Row[] | null {
  const grid: Row[] = rows.map(() => []);
  for (const [index, cells] of rows.entries()) {
    const row = grid[index]!;
    let column = 0;
    for (const cell of cells) {
      while (row[column]) column += 1;
      if (column + cell.columns > mostColumns) return null;
      const end = Math.min(grid.length, index + cell.rows);
      for (let down = index; down < end; down += 1)
        for (let right = 0; right < cell.columns; right += 1)
          grid[down]![column + right] ??= {
            cell,
            isStart: down === index && right === 0,
            isHead: down < heads,
          };
      column += cell.columns;
    }
  }
  return grid;
}

function columnsWithText(grid: readonly Row[]): number[] {
  const count = Math.max(0, ...grid.map((row) => row.length));
  return Array.from({ length: count }, (_, column) => column).filter((column) =>
    grid.some((row) => row[column]?.isStart && row[column].cell.blocks.length > 0),
  );
}

/** A cell that goes on from the row above is there again, as text; the columns that it goes on into are empty. */
function contentOf(place: Place | undefined, column: number, row: Row): readonly Block[] {
  if (!place) return [];
  if (place.isStart) return place.cell.blocks;
  if (place.isHead) return [];
  const isFirst = row[column - 1]?.cell !== place.cell;
  if (!isFirst || row.some((each) => each?.cell === place.cell && each.isStart)) return [];
  const text = plainText(place.cell);
  return text === '' || text.length > longestRepeated ? [] : [text];
}

function plainText(cell: TableCell): string {
  return cell.blocks.map((block) => (typeof block === 'string' ? block : block.link.text)).join('');
}

/** Whether one cell takes up the whole row: it is a heading among the rows, on a line of its own. */
function isWhole(row: Row): boolean {
  return (
    row.length > 1 && row.every((place) => place && place.cell === row[0]?.cell) && row[0]?.isStart === true
  );
}

function measure(
  rows: readonly Row[],
  page: { pageDomain: string; firstLink: number },
): { lengths: number[][]; widths: number[]; total: number } {
  let link = page.firstLink;
  const lengths = rows.map((row) =>
    row.map((place, column) => {
      let length = 0;
      for (const block of contentOf(place, column, row)) {
        if (typeof block === 'string') length += lengthOf(cleanText(block));
        else {
          const { text, url } = block.link;
          length += lengthOf(
            linkMarker({
              id: link,
              text: cleanLine(text),
              domain: domainOf(url),
              pageDomain: page.pageDomain,
            }),
          );
          link += 1;
        }
      }
      return length;
    }),
  );
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(narrowest, ...rows.map((row, index) => (isWhole(row) ? 0 : (lengths[index]?.[column] ?? 0)))),
  );
  return { lengths, widths, total: widths.reduce((sum, width) => sum + width + 3, -3) };
}

const cleanText = (text: string): string => text.replace(/[\u00ad\u200b]/g, '');

/** Characters as they are counted by eye: without marks that are set over others. */
const lengthOf = (text: string): number => text.match(/\P{Mn}/gu)?.length ?? 0;

function writeAligned(
  writer: TextWriter,
  table: { rows: readonly Row[]; heads: number; lengths: number[][]; widths: number[] },
): void {
  const { rows, heads, lengths, widths } = table;
  for (const [index, row] of rows.entries()) {
    const pads = isWhole(row) ? [] : widths.map((width, column) => width - lengths[index]![column]!);
    const cells = row.map(contentOf);
    writeLine(writer, { cells: isWhole(row) ? cells.slice(0, 1) : cells, pads });
    if (index + 1 === heads && heads < rows.length)
      writeLine(writer, { cells: widths.map((width) => ['-'.repeat(width)]) });
  }
}

/** Cells with a line between them; after each come as many spaces as `pads` says. */
function writeLine(
  writer: TextWriter,
  line: { cells: readonly (readonly Block[])[]; pads?: number[] },
): void {
  writer.block('line');
  writer.oneLine(() => {
    for (const [index, blocks] of line.cells.entries()) {
      const isBare = !line.pads && (line.cells[index - 1]?.length ?? 0) === 0;
      if (index > 0) writer.blocksAsTheyAre([isBare ? '| ' : ' | ']);
      writer.blocksAsTheyAre(blocks);
      const pad = line.pads?.[index] ?? 0;
      if (pad > 0 && index < line.cells.length - 1) writer.blocksAsTheyAre([' '.repeat(pad)]);
    }
  });
}

function writeByRow(writer: TextWriter, table: { rows: readonly Row[]; heads: number }): void {
  const { rows, heads } = table;
  const names = (rows[0] ?? []).map((_, column) => {
    const parts = rows.slice(0, heads).map((row) => (row[column] ? plainText(row[column].cell).trim() : ''));
    const name = parts.filter((part, index) => part !== '' && parts.indexOf(part) === index).join(' / ');
    return name.length > longestName ? '' : name.replace(/:$/, '');
  });
  for (const row of rows.slice(heads)) {
    writer.block('paragraph');
    for (const [column, place] of row.entries()) {
      const blocks = contentOf(place, column, row);
      if (blocks.length === 0) continue;
      writer.block('line');
      const name = isWhole(row) ? '' : (names[column] ?? '');
      writer.oneLine(() => writer.blocksAsTheyAre(name === '' ? blocks : [`${name}: `, ...blocks]));
    }
  }
}

function writeAsList(writer: TextWriter, rows: readonly Row[]): void {
  for (const row of rows) {
    writer.block('line');
    const [name, value] = row.map(contentOf);
    writer.oneLine(() => {
      writer.blocksAsTheyAre(
        (name ?? []).map((block) => (typeof block === 'string' ? block.replace(/:$/, '') : block)),
      );
      if (value && value.length > 0) writer.blocksAsTheyAre([': ', ...value]);
    });
  }
}
