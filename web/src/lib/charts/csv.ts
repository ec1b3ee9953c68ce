import { saveText } from '../save-text.ts';

type Cell = string | number | null;

/** CSV of a table (RFC 4180): its head and its rows, in which null is an empty cell. */
export function writeCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => row.map(cellOf).join(',')).join('\r\n') + '\r\n';
}

/** Text that a spreadsheet would take for a formula is kept from being one. */
function cellOf(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The numbers of a chart, as a file to download. */
export interface Csv {
  name: string;
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
}

export const saveCsv = ({ name, head, rows }: Csv): void =>
  saveText(writeCsv(head, rows), { name, type: 'text/csv' });
