import { ApiError, type AssignmentState, type EpisodeStateName } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import type { ProjectCaller } from '../../access/index.ts';
import type { Queryable } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import type { assignments } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

export type AssignmentRow = typeof assignments.$inferSelect;

/** Who acts on a task: somebody who is a member of its project. */
export interface Member {
  projectId: string;
  memberId: string;
  /** The person, for events. */
  actorId: string;
}

/** The caller of a route that only members with a role reach. */
export function memberOf({ projectId, memberId, person }: ProjectCaller): Member {
  if (memberId === null) throw new Error('A route for members was called by somebody who is none.');
  return { projectId, memberId, actorId: person.id };
}

/**
 * An assignment's state now: a lease or a pause that has ended counts as expired from that moment on, and a revision as
 * given up, whether or not somebody has written it down yet.
 */
export function effectiveState(
  assignment: Pick<AssignmentRow, 'state' | 'fallsBackTo' | 'leaseExpiresAt'>,
  now: Date,
): AssignmentState {
  return hasRunOut(assignment, now) ? (assignment.fallsBackTo ?? 'expired') : assignment.state;
}

/** Whether the lease or the pause of an assignment has ended, and nobody has written it down. */
export const hasRunOut = (
  { state, leaseExpiresAt }: Pick<AssignmentRow, 'state' | 'leaseExpiresAt'>,
  now: Date,
): boolean => (state === 'active' || state === 'paused') && leaseExpiresAt <= now;

/** The state of an episode now: one whose answer is being revised is as submitted again once the lease has ended. */
export const effectiveEpisodeState = (
  state: EpisodeStateName,
  assignment: Pick<AssignmentRow, 'state' | 'fallsBackTo' | 'leaseExpiresAt'>,
  now: Date,
): EpisodeStateName => (assignment.fallsBackTo !== null && hasRunOut(assignment, now) ? 'submitted' : state);

/** The lease as its owner is told it; null unless the assignment is active. */
export function presentLease(
  assignment: Pick<AssignmentRow, 'state' | 'fallsBackTo' | 'leaseExpiresAt' | 'leaseToken'>,
  now: Date,
): { token: string; expiresAt: string } | null {
  if (effectiveState(assignment, now) !== 'active') return null;
  return { token: assignment.leaseToken, expiresAt: assignment.leaseExpiresAt.toISOString() };
}

const lostBecause = {
  expired: 'Your time for this task has ended. Take it up again to go on; nothing you did is lost.',
  taken: 'Your time for this task had ended and somebody else has taken it. What you did is kept.',
  excluded: 'Your time for this task had ended and its question was taken out of use. What you did is kept.',
  token:
    'This task has been gone on with in another window. Take it back to go on here; nothing you did is lost.',
} as const;

/** The error for a lease that no longer allows what was asked; `details.reason` says why. */
export function leaseLost(reason: keyof typeof lostBecause): ApiError {
  return new ApiError('lease_lost', lostBecause[reason], { details: { reason } });
}

const notActive: Record<Exclude<AssignmentState, 'active' | 'expired'>, string> = {
  paused: 'This task is paused. Resume it to go on; nothing you did is lost.',
  returned: 'This task was returned to you. Take it up to write another answer.',
  submitted: 'This task is submitted; it cannot be gone on with.',
  surplus: 'This task is submitted; it cannot be gone on with.',
  released: 'You gave this task back; it cannot be gone on with.',
  excluded: 'A lead has taken this task out; it cannot be gone on with.',
};

/** The error for work on an assignment that is not active: `lease_lost`, or `wrong_state` with the state in `details`. */
export function notActiveError(state: Exclude<AssignmentState, 'active'>): ApiError {
  if (state === 'expired') return leaseLost('expired');
  return new ApiError('wrong_state', notActive[state], { details: { state } });
}

/**
 * Makes what one member does at the same time happen one after the other, until the transaction ends: the limit of
 * leases and the intervals of activity are only right that way. Take it first in a transaction, before any row.
 */
export async function lockMember(tx: Queryable, memberId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`member:${memberId}`}, 0))`);
}

/** Writes the event of an assignment's change of state, and tells its owner and the leads once it is committed. */
export async function announce(
  deps: Dependencies,
  options: {
    tx: Queryable;
    assignment: Announced & Pick<AssignmentRow, 'place'>;
    before: AssignmentState | null;
    /** What happened, the second part of the event's kind. */
    what: string;
    /** Null: the server itself. */
    actorId: string | null;
    at: Date;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const { tx, assignment, before, what, actorId, at, details } = options;
  const { id, projectId, state, place } = assignment;
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'assignment',
    objectId: id,
    kind: `assignment.${what}`,
    before: before && { state: before },
    after: { state, place, ...details },
    at,
  });
  await tellOwner(deps, { tx, assignment });
  await deps.live.publish(tx, { projectId }, { type: 'overview', projectId });
}

type Announced = Pick<AssignmentRow, 'id' | 'projectId' | 'memberId' | 'state' | 'leaseExpiresAt' | 'openIn'>;

/** Tells an assignment's owner and the leads, once it is committed, how it stands. */
export async function tellOwner(
  deps: Dependencies,
  { tx, assignment }: { tx: Queryable; assignment: Announced },
): Promise<void> {
  const { id: assignmentId, projectId, memberId, state, openIn } = assignment;
  await deps.live.publish(
    tx,
    { projectId, memberId },
    {
      type: 'assignment',
      projectId,
      assignmentId,
      state,
      leaseExpiresAt: state === 'active' ? assignment.leaseExpiresAt.toISOString() : null,
      openIn,
    },
  );
}
