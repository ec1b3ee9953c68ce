import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { comparisons, pairs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { recordChange, tell } from './announce.ts';
import { comparisonNotFound, type ComparisonKey, type ComparisonRow } from './state.ts';

export const byKey = (key: ComparisonKey) =>
  and(eq(comparisons.projectId, key.projectId), eq(comparisons.id, key.comparisonId));

export type PairRow = Pick<typeof pairs.$inferSelect, 'id' | 'wanted' | 'held' | 'excludedAt'>;
const pairColumns = {
  id: pairs.id,
  wanted: pairs.wanted,
  held: pairs.held,
  excludedAt: pairs.excludedAt,
};

/**
 * Locks a comparison after its pair: whoever hands out places of a pair holds the pair's lock, and the order keeps two of
 * them from waiting for one another.
 * @throws ApiError `not_found`
 */
export async function lockWithPair(
  tx: Transaction,
  key: ComparisonKey,
): Promise<{ pair: PairRow; comparison: ComparisonRow }> {
  const ofComparison = tx.select({ id: comparisons.pairId }).from(comparisons).where(byKey(key));
  const [pair] = await tx
    .select(pairColumns)
    .from(pairs)
    .where(and(eq(pairs.projectId, key.projectId), inArray(pairs.id, ofComparison)))
    .for('no key update');
  const [comparison] = await tx.select().from(comparisons).where(byKey(key)).for('no key update');
  if (!pair || !comparison) return comparisonNotFound();
  return { pair, comparison };
}

/** Changes a comparison; the caller holds its lock, and that of its pair. */
export async function changeComparison(
  tx: Transaction,
  comparison: ComparisonRow,
  change: Partial<typeof comparisons.$inferInsert>,
): Promise<ComparisonRow> {
  const [row] = await tx
    .update(comparisons)
    .set(change)
    .where(byKey({ projectId: comparison.projectId, comparisonId: comparison.id }))
    .returning();
  if (change.place !== undefined && change.place !== comparison.place)
    await countPlaces(tx, [comparison.pairId]);
  return row ?? comparisonNotFound();
}

/** Counts the places that are held of pairs whose locks the caller holds. */
async function countPlaces(tx: Transaction, pairIds: string[]): Promise<void> {
  const held = sql`(select count(*) from comparisons where comparisons.pair_id = pairs.id and comparisons.place is not null)`;
  await tx.update(pairs).set({ held }).where(inArray(pairs.id, pairIds));
}

/**
 * The lowest free place of a pair whose lock the caller holds; null when as many are taken as are wanted. Places of leases
 * that have ended are freed first.
 */
export async function freePlace(
  tx: Transaction,
  { pair, now }: { pair: PairRow; now: Date },
): Promise<{ place: number | null; ended: ComparisonRow[] }> {
  const ended = await expireOf(tx, { now, pairIds: [pair.id] });
  const { rows } = await tx.execute<{ place: number | null }>(sql`
    select min(places.n) as place from generate_series(1, ${pair.wanted}::int) as places(n)
    where (select held < wanted from pairs where id = ${pair.id})
      and not exists (select from comparisons c where c.pair_id = ${pair.id} and c.place = places.n)`);
  return { place: rows[0]?.place ?? null, ended };
}

const sweptAtOnce = 500;

/**
 * Writes down which leases have ended and frees their places. What reads leases counts them as ended without it; the
 * sweep makes others see it. Several servers may sweep at once.
 * @returns how many it ended.
 */
export async function sweepComparisons(deps: Dependencies): Promise<number> {
  for (let total = 0; ;) {
    const ended = await deps.db.transaction(async (tx) => {
      const now = deps.clock();
      return expireOf(tx, { now, pairIds: await lockPairsRunOut(tx, { now, passesOver: true }) });
    });
    for (const comparison of ended) tell(deps, comparison);
    total += ended.length;
    if (ended.length < sweptAtOnce) return total;
  }
}

/** Frees the places of a project's leases that have ended, so that a claim finds them. */
export async function expireComparisonsOf(deps: Dependencies, projectId: string): Promise<void> {
  const now = deps.clock();
  const [due] = await deps.db
    .select({ id: comparisons.id })
    .from(comparisons)
    .where(and(hasRunOutBy(now), eq(comparisons.projectId, projectId)))
    .limit(1);
  if (!due) return;
  const ended = await deps.db.transaction(async (tx) => {
    // Waits for whoever is at it: what they free must be seen afterwards.
    const pairIds = await lockPairsRunOut(tx, { now, projectId, passesOver: false });
    return expireOf(tx, { now, pairIds });
  });
  for (const comparison of ended) tell(deps, comparison);
}

const hasRunOutBy = (now: Date) => and(eq(comparisons.state, 'active'), lte(comparisons.leaseExpiresAt, now));

/** Locks, in one order for everybody, the pairs of leases that have run out. */
async function lockPairsRunOut(
  tx: Transaction,
  options: { now: Date; projectId?: string; passesOver: boolean },
): Promise<string[]> {
  const { now, projectId, passesOver } = options;
  const due = tx
    .select({ id: comparisons.pairId })
    .from(comparisons)
    .where(and(hasRunOutBy(now), projectId === undefined ? undefined : eq(comparisons.projectId, projectId)))
    .orderBy(asc(comparisons.leaseExpiresAt))
    .limit(sweptAtOnce);
  const rows = await tx
    .select({ id: pairs.id })
    .from(pairs)
    .where(inArray(pairs.id, due))
    .orderBy(asc(pairs.id))
    .for('no key update', passesOver ? { skipLocked: true } : {});
  return rows.map(({ id }) => id);
}

/**
 * Ends the leases of pairs whose locks the caller holds, if they have run out; passes over rows that somebody is writing
 * to right now. Gives them as they are then: tell of them once it is committed.
 */
async function expireOf(
  tx: Transaction,
  { now, pairIds }: { now: Date; pairIds: string[] },
): Promise<ComparisonRow[]> {
  if (pairIds.length === 0) return [];
  const due = tx
    .select({ id: comparisons.id })
    .from(comparisons)
    .where(and(inArray(comparisons.pairId, pairIds), hasRunOutBy(now)))
    .for('no key update', { skipLocked: true });
  const rows = await tx
    .update(comparisons)
    .set({ state: 'expired', place: null, endedAt: now })
    .where(inArray(comparisons.id, due))
    .returning();
  if (rows.length > 0) await countPlaces(tx, [...new Set(rows.map(({ pairId }) => pairId))]);
  for (const comparison of rows) {
    const change = { comparison, before: 'active', what: 'expired', actorId: null, at: now } as const;
    await recordChange(tx, change);
  }
  return rows;
}
