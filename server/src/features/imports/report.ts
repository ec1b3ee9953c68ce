import { and, asc, eq, gt } from 'drizzle-orm';
import type { StoredBlob } from '../../blobs/index.ts';
import { jobProblems } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { maxStoredProblems } from '../jobs/index.ts';

const readAtOnce = 1000;

/**
 * The file that says what of an import could not be read, and why: CSV of file, row and reason, in the order of the import. None where
 * there were no problems; of more than are kept, its last line says how many there were.
 */
export async function problemReport(
  deps: Dependencies,
  job: { id: string; problems: number },
): Promise<{ name: string; blob: StoredBlob } | undefined> {
  if (job.problems === 0) return undefined;
  return { name: 'import-problems.csv', blob: await deps.blobs.write(linesOf(deps, job)) };
}

async function* linesOf(
  deps: Dependencies,
  job: { id: string; problems: number },
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  // Spreadsheets take a file for UTF-8 by its mark.
  yield encoder.encode('\uFEFFfile,row,reason\r\n');
  for (let last = 0; ;) {
    const rows = await deps.db
      .select()
      .from(jobProblems)
      .where(and(eq(jobProblems.jobId, job.id), gt(jobProblems.number, last)))
      .orderBy(asc(jobProblems.number))
      .limit(readAtOnce);
    yield encoder.encode(rows.map(({ file, row, reason }) => csvLine([file, row ?? '', reason])).join(''));
    if (rows.length < readAtOnce) break;
    last = rows.at(-1)!.number;
  }
  const more = job.problems - maxStoredProblems;
  if (more > 0) yield encoder.encode(csvLine(['', '', `and ${more} more, which were counted only`]));
}

function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => csvCell(String(cell))).join(',')}\r\n`;
}

/** A spreadsheet would take what begins with one of these signs for a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
