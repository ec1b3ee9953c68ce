import { ApiError } from '@rookery/shared/api';
import { and, count, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { comparisons, pairs, questions } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { findProject } from '../projects/index.ts';
import { lockMember, noteActivity, type Member } from '../tasks/index.ts';
import { recordChange, tell, tellRater } from './announce.ts';
import { checkWorkable } from './drafts.ts';
import { activeMsOf, loadTask, presentLease } from './load.ts';
import { byKey, changeComparison, freePlace, lockWithPair, type PairRow } from './places.ts';
import {
  effectiveState,
  leaseLost,
  overError,
  revisableUntil,
  type ComparisonKey,
  type ComparisonRow,
} from './state.ts';

/**
 * Pushes the end of a lease on, or takes an expired comparison up again while a place is free; one of a calibration pair
 * needs none. The token stays the same. What may be revised stays as it is.
 * @throws ApiError `lease_lost` when all places are taken, or the pair was taken out of use; `wrong_state` when it is over,
 *   or when the person holds too many others
 */
export async function extendLease(deps: Dependencies, key: ComparisonKey & Member): Promise<void> {
  const changed = await deps.db.transaction(async (tx) => {
    await lockMember(tx, key.memberId);
    const locked = await lockWithPair(tx, key);
    const { comparison } = locked;
    const now = deps.clock();
    const settings = await settingsOf(tx, key.projectId);
    const expiresAt = new Date(now.getTime() + settings.leaseMinutes * 60_000);
    const state = effectiveState(comparison, now);
    if (state === 'active') {
      await pushLease(tx, { ...key, expiresAt });
      return [];
    }
    if (state === 'expired')
      return takeUp(tx, { ...locked, key, now, expiresAt, atMost: settings.leasesPerPerson });
    const { revisionMinutes } = settings;
    if (revisableUntil(comparison, { revisionMinutes, now })) return [];
    throw overError(state);
  });
  for (const comparison of changed) tell(deps, comparison);
}

async function settingsOf(tx: Transaction, projectId: string) {
  const project = await findProject(tx, projectId);
  if (!project) throw new ApiError('not_found', 'There is no such project.');
  return project.settings.comparisons;
}

async function pushLease(
  tx: Transaction | Dependencies['db'],
  { expiresAt, ...key }: ComparisonKey & { expiresAt: Date },
): Promise<ComparisonRow | undefined> {
  const later = sql`greatest(${comparisons.leaseExpiresAt}, ${expiresAt.toISOString()}::timestamptz)`;
  const [row] = await tx
    .update(comparisons)
    .set({ leaseExpiresAt: later })
    .where(and(byKey(key), eq(comparisons.state, 'active')))
    .returning();
  return row;
}

/** Gives an expired comparison a lease again, in a free place; the caller holds the locks. */
async function takeUp(
  tx: Transaction,
  options: {
    pair: PairRow;
    comparison: ComparisonRow;
    key: ComparisonKey & Member;
    now: Date;
    expiresAt: Date;
    atMost: number;
  },
): Promise<ComparisonRow[]> {
  const { pair, comparison, key, now, expiresAt, atMost } = options;
  const [held] = await tx
    .select({ leases: count() })
    .from(comparisons)
    .where(
      and(
        eq(comparisons.projectId, key.projectId),
        eq(comparisons.memberId, key.memberId),
        eq(comparisons.state, 'active'),
        gt(comparisons.leaseExpiresAt, now),
      ),
    );
  if (held!.leases >= atMost) {
    throw new ApiError(
      'wrong_state',
      'You hold as many comparisons as one person may. Finish or give back one of them first.',
    );
  }
  const [inUse] = await tx
    .select({ id: pairs.id })
    .from(pairs)
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .where(and(eq(pairs.id, pair.id), isNull(pairs.excludedAt), isNull(questions.excludedAt)));
  if (!inUse) throw leaseLost('excluded');
  const isHeld = comparison.isCalibration || comparison.place !== null;
  const { place, ended } = isHeld
    ? { place: comparison.place, ended: [] }
    : await freePlace(tx, { pair, now });
  if (place === null && !comparison.isCalibration) throw leaseLost('taken');
  const change = { state: 'active', place, leaseExpiresAt: expiresAt, endedAt: null } as const;
  const resumed = await changeComparison(tx, comparison, change);
  const { actorId } = key;
  await recordChange(tx, { comparison: resumed, before: 'expired', what: 'resumed', actorId, at: now });
  return [...ended, resumed];
}

/**
 * Gives a comparison back, skipped or flagged for the leads, and frees its place; the draft is kept. Giving it back twice
 * is the same as once.
 * @throws ApiError `lease_lost` for another token; `wrong_state` when it is over
 */
export async function releaseComparison(
  deps: Dependencies,
  options: ComparisonKey & Member & { leaseToken: string; kind: 'skip' | 'flag'; reason: string },
): Promise<void> {
  const { leaseToken, kind, reason, actorId } = options;
  const now = deps.clock();
  const released = await deps.db.transaction(async (tx) => {
    const { comparison } = await lockWithPair(tx, options);
    if (comparison.leaseToken !== leaseToken) throw leaseLost('token');
    const state = kind === 'skip' ? 'released' : 'flagged';
    if (comparison.state === state) return null;
    const before = effectiveState(comparison, now);
    if (before === 'submitted' || before === 'surplus') {
      throw new ApiError('wrong_state', 'This comparison is submitted; it cannot be given back.', {
        details: { state: before },
      });
    }
    if (before !== 'active' && before !== 'expired') throw overError(before);
    const change = { state, place: null, releaseReason: reason, endedAt: now } as const;
    const changed = await changeComparison(tx, comparison, change);
    const details = { reason };
    await recordChange(tx, { comparison: changed, before, what: state, actorId, at: now, details });
    return changed;
  });
  if (released) tell(deps, released);
}

/**
 * Records that the rater reads, and pushes the lease on; one that is being revised stays open as long as it was.
 * @throws ApiError `lease_lost`; `wrong_state` when it is over
 */
export async function reportActivity(
  deps: Dependencies,
  options: ComparisonKey & Member & { leaseToken: string },
): Promise<{ lease: { token: string; expiresAt: string }; activeSeconds: number }> {
  const { projectId, comparisonId, memberId } = options;
  const now = deps.clock();
  const task = await loadTask(deps.db, options);
  if (!checkWorkable(task, { ...options, now })) throw leaseLost('expired');
  let { comparison } = task;
  if (comparison.state === 'active') {
    const expiresAt = new Date(now.getTime() + task.settings.leaseMinutes * 60_000);
    const pushed = await pushLease(deps.db, { projectId, comparisonId, expiresAt });
    if (!pushed) throw leaseLost('expired');
    comparison = { ...comparison, leaseExpiresAt: pushed.leaseExpiresAt! };
    tellRater(deps, comparison);
  }
  await noteActivity(deps.db, { projectId, comparisonId, memberId, now });
  const { rows } = await deps.db.execute<{ ms: number }>(sql`select ${activeMsOf(comparisonId)} as ms`);
  return { lease: presentLease({ ...task, comparison }, now)!, activeSeconds: rows[0]!.ms / 1000 };
}
