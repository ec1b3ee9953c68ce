import { ApiError } from '@rookery/shared/api';
import type { Queryable, Transaction } from '../../db/database.ts';
import {
  effectiveState,
  leaseLost,
  lockMember,
  noteActivity,
  notActiveError,
  presentLease,
  pushLease,
  type Member,
} from '../tasks/index.ts';
import type { EpisodeContext } from './context.ts';
import { loadEpisode, tokenLost, type EpisodeKey, type LoadedEpisode } from './load.ts';

type LeaseAnswer = { token: string; expiresAt: string };

/**
 * Records that the person reads or types, and pushes the lease on.
 * @throws ApiError `lease_lost`; `wrong_state` when the episode is over
 */
export async function reportActivity(
  context: EpisodeContext,
  options: EpisodeKey & Member & { leaseToken: string },
): Promise<{ lease: LeaseAnswer }> {
  const { deps } = context;
  return deps.db.transaction(async (tx) => {
    await lockMember(tx, options.memberId);
    const loaded = await loadOpen(tx, options);
    const state = effectiveState(loaded.assignment, deps.clock());
    if (state !== 'active') throw notActiveError(state);
    const lease = await keepAlive(tx, { loaded, now: deps.clock() });
    if (!lease) throw leaseLost('expired');
    return { lease };
  });
}

/**
 * An episode that is still being worked on, by the holder of its lease's token.
 * @throws ApiError `not_found`, `lease_lost`, `wrong_state`
 */
export async function loadOpen(
  db: Queryable,
  key: EpisodeKey & { leaseToken: string },
): Promise<LoadedEpisode> {
  const loaded = await loadEpisode(db, key);
  if (loaded.assignment.leaseToken !== key.leaseToken) throw tokenLost(loaded);
  if (loaded.assignment.state === 'released') throw notActiveError('released');
  const { state } = loaded.episode;
  if (state !== 'browsing' && state !== 'answering') {
    throw new ApiError('wrong_state', 'This episode has ended.', { details: { state } });
  }
  return loaded;
}

/**
 * Counts as activity and pushes the lease on, unless it has ended: then neither, and null.
 */
export async function keepAlive(
  tx: Transaction,
  { loaded, now }: { loaded: LoadedEpisode; now: Date },
): Promise<LeaseAnswer | null> {
  const { assignment, episode, leaseMinutes } = loaded;
  if (effectiveState(assignment, now) !== 'active') return null;
  const { projectId } = episode;
  // A policy's time is nobody's.
  if (assignment.memberId === null) return null;
  // The time of practice does not count, and its lease is as long as it is kept.
  if (assignment.id === null) return presentLease(assignment, now);
  const { id: assignmentId, memberId } = assignment;
  const leaseExpiresAt = await pushLease(tx, { projectId, assignmentId, now, leaseMinutes });
  if (leaseExpiresAt === null) return null;
  await noteActivity(tx, { projectId, episodeId: episode.id, memberId, now });
  return presentLease({ ...assignment, leaseExpiresAt }, now);
}
