import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { episodes } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { endActivity, noteActivity } from './activity.ts';
import {
  announce,
  effectiveState,
  leaseLost,
  lockMember,
  notActiveError,
  type Member,
} from './assignments.ts';
import { createLeaseToken, settingsOf, takeUpExpired } from './leases.ts';
import { changeAssignment, lockWithQuestion } from './places.ts';
import type { AssignmentKey } from './queries.ts';

/**
 * Sets a task aside: its place is held, for the hours that the project sets, and no time counts as active. Pausing it
 * twice is the same as once.
 * @throws ApiError `lease_lost` when the lease has ended, or for another token; `wrong_state` when it is over
 */
export async function pauseTask(
  deps: Dependencies,
  options: AssignmentKey & Member & { leaseToken: string },
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, options.memberId);
    const { assignment } = await lockWithQuestion(tx, options);
    if (assignment.leaseToken !== options.leaseToken) throw leaseLost('token');
    const at = deps.clock();
    const state = effectiveState(assignment, at);
    if (state === 'paused') return;
    if (state !== 'active') throw notActiveError(state);
    const { pauseHours } = await settingsOf(tx, assignment);
    const leaseExpiresAt = new Date(at.getTime() + pauseHours * 3_600_000);
    const paused = await changeAssignment(tx, assignment, { state: 'paused', leaseExpiresAt, openIn: null });
    const activity = await activityOf(tx, options);
    if (activity) {
      await noteActivity(tx, { ...activity, now: at });
      await endActivity(tx, activity);
    }
    const { actorId } = options;
    const details = { heldUntil: leaseExpiresAt.toISOString() };
    await announce(deps, { tx, assignment: paused, before: state, what: 'paused', actorId, at, details });
  });
}

/**
 * Goes on with a paused task, under a lease with a token of its own, or with one whose pause has run out while its place
 * is free. Resuming what is active changes nothing.
 * @throws ApiError like `extendLease`
 */
export async function resumeTask(deps: Dependencies, key: AssignmentKey & Member): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, key.memberId);
    const locked = await lockWithQuestion(tx, key);
    const { assignment } = locked;
    const at = deps.clock();
    const state = effectiveState(assignment, at);
    if (state === 'active') return;
    if (state === 'expired') return takeUpExpired(deps, { ...locked, tx, key, now: at });
    if (state !== 'paused') throw notActiveError(state);
    const { leaseMinutes } = await settingsOf(tx, assignment);
    const resumed = await changeAssignment(tx, assignment, {
      state: 'active',
      leaseToken: createLeaseToken(),
      leaseExpiresAt: new Date(at.getTime() + leaseMinutes * 60_000),
    });
    const activity = await activityOf(tx, key);
    if (activity) {
      // A command that was under way when the pause began may have left an interval open.
      await endActivity(tx, activity);
      await noteActivity(tx, { ...activity, now: at });
    }
    await announce(deps, {
      tx,
      assignment: resumed,
      before: state,
      what: 'resumed',
      actorId: key.actorId,
      at,
    });
  });
}

/** Whose activity on which episode it is; null before the episode is started. */
async function activityOf(tx: Transaction, { projectId, assignmentId, memberId }: AssignmentKey & Member) {
  const [episode] = await tx
    .select({ id: episodes.id })
    .from(episodes)
    .where(and(eq(episodes.projectId, projectId), eq(episodes.assignmentId, assignmentId)));
  return episode ? { projectId, episodeId: episode.id, memberId } : null;
}
