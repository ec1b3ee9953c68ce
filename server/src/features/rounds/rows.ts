import { ApiError } from '@rookery/shared/api';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { rounds } from '../../db/schema/index.ts';

export interface RoundKey {
  projectId: string;
  roundId: string;
}

export type RoundRow = typeof rounds.$inferSelect;

/** In the words of the index that lets a project have one of them. */
export const isOpen: SQL = sql`${rounds.state} not in ('closed', 'cancelled')`;

export const roundNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such round in this project.');

/**
 * A round's row, which nobody else changes until the transaction ends. It is locked before its plan and its jobs: who holds one of these
 * never waits for a round's.
 * @throws ApiError `not_found`
 */
export async function lockRound(tx: Transaction, key: RoundKey): Promise<RoundRow> {
  const [round] = await tx
    .select()
    .from(rounds)
    .where(and(eq(rounds.projectId, key.projectId), eq(rounds.id, key.roundId)))
    .for('no key update');
  if (round) return round;
  throw roundNotFound();
}

/** The round of a project that is open; a project has at most one. */
export async function findOpenRound(db: Queryable, projectId: string): Promise<RoundRow | null> {
  const [round] = await db
    .select()
    .from(rounds)
    .where(and(eq(rounds.projectId, projectId), isOpen));
  return round ?? null;
}
