import { ApiError, type ComparisonState } from '@rookery/shared/api';
import type { comparisons } from '../../db/schema/index.ts';

export type ComparisonRow = typeof comparisons.$inferSelect;

export interface ComparisonKey {
  projectId: string;
  comparisonId: string;
}

/** A comparison's state now: a lease that has ended counts as expired from that moment on, written down or not. */
export const effectiveState = (
  { state, leaseExpiresAt }: Pick<ComparisonRow, 'state' | 'leaseExpiresAt'>,
  now: Date,
): ComparisonState =>
  state === 'active' && leaseExpiresAt !== null && leaseExpiresAt <= now ? 'expired' : state;

/** Until when another revision may be submitted, by the project's settings as they are now; null: not any more, or not yet. */
export function revisableUntil(
  { state, submittedAt }: Pick<ComparisonRow, 'state' | 'submittedAt'>,
  { revisionMinutes, now }: { revisionMinutes: number; now: Date },
): Date | null {
  if ((state !== 'submitted' && state !== 'surplus') || submittedAt === null) return null;
  const until = new Date(submittedAt.getTime() + revisionMinutes * 60_000);
  return until > now ? until : null;
}

const lostBecause = {
  expired: 'Your time for this comparison has ended. Take it up again to go on; nothing you did is lost.',
  taken:
    'Your time for this comparison had ended, and all of its places are taken by now. What you did is kept, and you can still submit it.',
  excluded: 'Your time for this comparison had ended, and it was taken out of use. What you did is kept.',
  token: 'This comparison is not leased to you under this key. Load it again; nothing you did is lost.',
} as const;

/** The error for a lease that does not allow what was asked; `details.reason` says why. */
export const leaseLost = (reason: keyof typeof lostBecause): ApiError =>
  new ApiError('lease_lost', lostBecause[reason], { details: { reason } });

const notOpen: Record<Exclude<ComparisonState, 'active' | 'expired'>, string> = {
  submitted: 'This comparison was submitted, and the time to revise it is over. What you submitted counts.',
  surplus: 'This comparison was submitted, and the time to revise it is over. What you submitted is kept.',
  released: 'You skipped this comparison; it cannot be gone on with.',
  flagged: 'You gave this comparison back to the leads; it cannot be gone on with.',
  excluded: 'A lead has taken this comparison out; it cannot be gone on with. What you did is kept.',
};

/** The error for work on a comparison that is over: `wrong_state` with the state in `details`. */
export const overError = (state: Exclude<ComparisonState, 'active' | 'expired'>): ApiError =>
  new ApiError('wrong_state', notOpen[state], { details: { state } });

export const comparisonNotFound = (): never => {
  throw new ApiError(
    'not_found',
    'There is no such comparison. It may belong to somebody else or to another project.',
  );
};
