import type { Dependencies } from '../../dependencies.ts';

/** Tells the leads that a round has moved, or its counts have changed, once that is committed. */
export function announceRound(deps: Dependencies, round: { projectId: string; id: string }): void {
  const { projectId, id: roundId } = round;
  deps.live.publishSoon({ projectId }, { type: 'round', projectId, roundId });
}
