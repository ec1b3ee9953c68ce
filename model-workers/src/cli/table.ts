/** A column: its head, and whether its cells are numbers, which stand to the right. */
export interface Column {
  head: string;
  isNumber?: boolean;
}

/** Rows of cells as lines of aligned columns under their heads, each line with its newline. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map(({ head }) => head);
  const widths = columns.map(({ head }, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)));
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (columns[at]!.isNumber ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [heads, ...rows].map((cells) => `${lineOf(cells)}\n`).join('');
}

/** A dash where something is not known. */
export function orDash<T>(value: T | null, write: (value: T) => string): string {
  return value === null ? '–' : write(value);
}

/** A share of 0 to 1, in percent with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A length of time in the unit that suits it: `42 s`, `3 min`, `1.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** A text on one line, cut to so many characters. */
export function oneLine(text: string, characters: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= characters ? line : `${line.slice(0, characters - 1)}…`;
}
