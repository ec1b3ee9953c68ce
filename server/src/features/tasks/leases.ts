import { ApiError, type AssignmentState } from '@rookery/shared/api';
import { and, eq, sql } from 'drizzle-orm';
import { randomBytes } from 'node:crypto';
import type { Queryable, Transaction } from '../../db/database.ts';
import { assignments } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readSettingsVersion } from '../projects/index.ts';
import {
  announce,
  effectiveState,
  leaseLost,
  lockMember,
  notActiveError,
  type AssignmentRow,
  type Member,
} from './assignments.ts';
import { countLeases } from './claim.ts';
import { byKey, changeAssignment, freePlace, lockWithQuestion } from './places.ts';
import type { AssignmentKey } from './queries.ts';

/** A key that nobody has had before: whoever holds an older one of the assignment has lost it. */
export const createLeaseToken = (): string => randomBytes(24).toString('base64url');

/** The settings that an assignment was done under. */
export async function settingsOf(
  tx: Transaction,
  { projectId, settingsVersion }: Pick<AssignmentRow, 'projectId' | 'settingsVersion'>,
) {
  const settings = await readSettingsVersion(tx, { projectId, version: settingsVersion });
  if (!settings) throw new Error('An assignment names settings that do not exist.');
  return settings;
}

/**
 * Pushes the end of a lease on, or takes an expired one up again while its place is free. The token stays the same.
 * @throws ApiError `lease_lost` when somebody else has the place, or the question was taken out of use; `wrong_state`
 *   when the task is paused, finished or was given back, or when the person holds too many others.
 */
export async function extendLease(deps: Dependencies, key: AssignmentKey & Member): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, key.memberId);
    const locked = await lockWithQuestion(tx, key);
    const { assignment } = locked;
    const now = deps.clock();
    const state = effectiveState(assignment, now);
    if (state === 'expired') {
      await takeUpExpired(deps, { ...locked, tx, key, now });
    } else if (state === 'active') {
      const { leaseMinutes } = await settingsOf(tx, assignment);
      const expiresAt = new Date(now.getTime() + leaseMinutes * 60_000);
      await changeAssignment(tx, assignment, { leaseExpiresAt: later(assignment.leaseExpiresAt, expiresAt) });
    } else {
      throw notActiveError(state);
    }
  });
}

/** Gives an expired assignment a lease again, in its old place or a free one; the caller holds the locks. */
export async function takeUpExpired(
  deps: Dependencies,
  options: Awaited<ReturnType<typeof lockWithQuestion>> & {
    tx: Transaction;
    key: AssignmentKey & Member;
    now: Date;
  },
): Promise<void> {
  const { tx, question, assignment, key, now } = options;
  const { leaseMinutes, leasesPerPerson } = await settingsOf(tx, assignment);
  if ((await countLeases(tx, { ...key, now })) >= leasesPerPerson) {
    throw new ApiError(
      'wrong_state',
      'You hold as many tasks as one person may. Finish or give back one of them first.',
    );
  }
  if (question.excludedAt) throw leaseLost('excluded');
  const place = assignment.place ?? (await freePlace(deps, { tx, question, projectId: key.projectId, now }));
  if (place === null) throw leaseLost('taken');
  const resumed = await changeAssignment(tx, assignment, {
    state: 'active',
    place,
    leaseExpiresAt: new Date(now.getTime() + leaseMinutes * 60_000),
    endedAt: null,
  });
  const { actorId } = key;
  await announce(deps, { tx, assignment: resumed, before: 'expired', what: 'resumed', actorId, at: now });
}

/**
 * Gives a task back and frees its place; what was recorded is kept. Giving it back twice is the same as once.
 * @throws ApiError `lease_lost` for another token; `wrong_state` when the task is finished, or its answer was submitted
 *   before.
 */
export async function releaseAssignment(
  deps: Dependencies,
  options: AssignmentKey & Member & { leaseToken: string; reason: string },
): Promise<void> {
  const { actorId, leaseToken, reason } = options;
  await deps.db.transaction(async (tx) => {
    const { assignment } = await lockWithQuestion(tx, options);
    if (assignment.leaseToken !== leaseToken) throw leaseLost('token');
    if (assignment.state === 'released') return;
    const at = deps.clock();
    const before = effectiveState(assignment, at);
    if (assignment.fallsBackTo !== null) {
      throw new ApiError(
        'wrong_state',
        'This answer was submitted before. Keep it as it was submitted instead.',
      );
    }
    if (before !== 'active' && before !== 'paused' && before !== 'expired') throw notActiveError(before);
    const released = await changeAssignment(tx, assignment, {
      state: 'released',
      place: null,
      openIn: null,
      releaseReason: reason,
      endedAt: at,
    });
    const details = { reason };
    await announce(deps, { tx, assignment: released, before, what: 'released', actorId, at, details });
  });
}

export interface Finish {
  state: AssignmentState;
  /** False: it was not being worked on any more, and nothing was changed. */
  isFinished: boolean;
}

/**
 * Ends an assignment whose work is done. Work that comes after the lease is taken if a place is free, else kept as
 * surplus; but a revision whose lease has ended is over, since the answer submitted before counts by then.
 */
export async function finishAssignment(
  deps: Dependencies,
  options: AssignmentKey & { tx: Transaction; actorId: string | null; at: Date },
): Promise<Finish> {
  const { tx, projectId, actorId, at } = options;
  const { question, assignment } = await lockWithQuestion(tx, options);
  const before = effectiveState(assignment, at);
  if (before !== 'active' && before !== 'paused' && before !== 'expired')
    return { state: before, isFinished: false };
  const place = assignment.place ?? (await freePlace(deps, { tx, question, projectId, now: at }));
  const state = place === null ? 'surplus' : 'submitted';
  const change = { state, place, fallsBackTo: null, openIn: null, endedAt: at } as const;
  const finished = await changeAssignment(tx, assignment, change);
  await announce(deps, { tx, assignment: finished, before, what: state, actorId, at });
  return { state, isFinished: true };
}

/** Pushes a lease on that has not been ended; does nothing to one that has. Returns its end, or null if it has ended. */
export async function pushLease(
  tx: Queryable,
  lease: AssignmentKey & { now: Date; leaseMinutes: number },
): Promise<Date | null> {
  const expiresAt = new Date(lease.now.getTime() + lease.leaseMinutes * 60_000);
  const [row] = await tx
    .update(assignments)
    .set({
      leaseExpiresAt: sql`greatest(${assignments.leaseExpiresAt}, ${expiresAt.toISOString()}::timestamptz)`,
    })
    .where(and(byKey(lease), eq(assignments.state, 'active')))
    .returning({ leaseExpiresAt: assignments.leaseExpiresAt });
  return row?.leaseExpiresAt ?? null;
}

const later = (one: Date, other: Date): Date => (one > other ? one : other);
