import { projectRoles, type ProjectRole } from '../api/route.ts';

/** Somebody to be added; without roles of their own they get those of the others. */
export interface ListedPerson {
  name: string;
  roles?: ProjectRole[];
}

/**
 * Reads a list of people that was typed, pasted or chosen as a file: one a line. A first line that names a column "name" makes it
 * CSV, with the columns name and roles (several roles are set apart by spaces, semicolons or bars); otherwise the whole line is the name.
 */
export function readPeople(text: string): {
  people: ListedPerson[];
  problems: { row: number; reason: string }[];
} {
  const records = readRecords(text);
  const header = records[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const isCsv = header.includes('name');
  const people: ListedPerson[] = [];
  const problems: { row: number; reason: string }[] = [];
  const lines = isCsv ? records.slice(1) : wholeLines(text);
  for (const { row, cells } of lines) {
    const cell = (column: string): string => (isCsv ? (cells[header.indexOf(column)] ?? '') : '').trim();
    const name = isCsv ? cell('name') : (cells[0] ?? '').trim();
    if (name === '') {
      if (cells.some((one) => one.trim() !== '')) problems.push({ row, reason: 'there is no name' });
      continue;
    }
    const named = cell('roles')
      .toLowerCase()
      .split(/[\s;|,]+/)
      .filter((role) => role !== '');
    const unknown = named.find((role) => !projectRoles.some((known) => known === role));
    if (unknown !== undefined) {
      problems.push({ row, reason: `"${unknown}" is no role; they are ${projectRoles.join(', ')}` });
      continue;
    }
    people.push(
      named.length === 0 ? { name } : { name, roles: projectRoles.filter((role) => named.includes(role)) },
    );
  }
  return { people, problems };
}

/** CSV of people and the personal links that are shown only once. */
export function writePersonalLinks(
  rows: readonly {
    member: { name: string; pseudonym: string; roles: readonly ProjectRole[] };
    link: string;
  }[],
): string {
  const lines = rows.map(({ member, link }) => [member.name, member.pseudonym, member.roles.join(' '), link]);
  return [['name', 'pseudonym', 'roles', 'link'], ...lines]
    .map((cells) => `${cells.map(writeCell).join(',')}\r\n`)
    .join('');
}

/** Spreadsheets take a cell that begins like a formula for one, whatever the quotation marks say. */
function writeCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const wholeLines = (text: string): { row: number; cells: string[] }[] =>
  text.split(/\r\n|\r|\n/).map((line, index) => ({ row: index + 1, cells: [line] }));

/** Cuts CSV into records; cells are set apart by what the first line uses. */
function readRecords(text: string): { row: number; cells: string[] }[] {
  const first = text.split(/\r\n|\r|\n/, 1)[0] ?? '';
  const delimiter =
    [',', ';', '\t'].toSorted((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  const records: { row: number; cells: string[] }[] = [];
  let cells: string[] = [''];
  let isQuoted = false;
  let row = 1;
  let begin = 1;
  const write = (character: string): void => {
    cells[cells.length - 1] += character;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\n') row += 1;
    if (isQuoted) {
      if (character !== '"') write(character);
      else if (text[index + 1] === '"') {
        write('"');
        index += 1;
      } else isQuoted = false;
    } else if (character === '"' && cells.at(-1)?.trim() === '') {
      cells[cells.length - 1] = '';
      isQuoted = true;
    } else if (character === delimiter) cells.push('');
    else if (character === '\n') {
      records.push({ row: begin, cells });
      cells = [''];
      begin = row;
    } else if (character !== '\r') write(character);
  }
  if (cells.some((cell) => cell !== '')) records.push({ row: begin, cells });
  return records;
}
