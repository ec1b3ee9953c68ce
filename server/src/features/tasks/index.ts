export {
  activityGainMs,
  activityParts,
  activityValues,
  isRecorded,
  noteActivity,
  type Activity,
} from './activity.ts';
export {
  effectiveEpisodeState,
  effectiveState,
  leaseLost,
  lockMember,
  memberOf,
  notActiveError,
  presentLease,
  type Member,
} from './assignments.ts';
export { createLeaseToken, finishAssignment, pushLease, type Finish } from './leases.ts';
export { sweepLeases } from './places.ts';
export { parseCursor, readAssignment } from './queries.ts';
export {
  acceptDemonstration,
  excludeDemonstration,
  restoreDemonstration,
  returnToDemonstrator,
  type Review,
  type Reviewed,
} from './reviews.ts';
export { taskHandlers } from './routes.ts';
export { beginningOfDay, readActiveSeconds } from './statistics.ts';
export { simulatedRefused } from './simulated.ts';
export { maxLostRaces, takeInTurn, tooMany, tryTake, type Attempt } from './take-in-turn.ts';
