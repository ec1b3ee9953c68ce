import type { Transaction } from '../../db/database.ts';
import { pairs } from '../../db/schema/index.ts';
import { pairKey } from './draws.ts';

type NewPair = typeof pairs.$inferInsert;

/** Rows of one statement, whose values must stay fewer than PostgreSQL's 65,535. */
const insertedAtOnce = 1000;

/**
 * Inserts pairs; those that are there already stay as they are. Whoever makes pairs does so in one order: of two transactions that make the
 * same ones, one waits for the other, and not each for the other.
 * @returns the ids of those that were made: somebody else may have made some in the meantime
 */
export async function insertPairs(tx: Transaction, rows: readonly NewPair[]): Promise<Set<string>> {
  const sorted = rows
    .map((row) => ({ row, key: `${row.questionId} ${pairKey(row.firstAnswerId, row.secondAnswerId)}` }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ row }) => row);
  const made = new Set<string>();
  for (let from = 0; from < sorted.length; from += insertedAtOnce) {
    const some = sorted.slice(from, from + insertedAtOnce);
    const inserted = await tx.insert(pairs).values(some).onConflictDoNothing().returning({ id: pairs.id });
    for (const { id } of inserted) made.add(id);
  }
  return made;
}
