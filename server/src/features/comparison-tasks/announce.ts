import type { ComparisonState } from '@rookery/shared/api';
import type { Queryable } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { ComparisonRow } from './state.ts';

type Announced = Pick<
  ComparisonRow,
  'id' | 'projectId' | 'memberId' | 'state' | 'leaseExpiresAt' | 'draftVersion'
>;

/** Writes the event of a comparison's change of state. */
export async function recordChange(
  tx: Queryable,
  options: {
    comparison: Announced & Pick<ComparisonRow, 'place'>;
    before: ComparisonState | null;
    /** What happened, the second part of the event's kind. */
    what: string;
    /** Null: the server itself. */
    actorId: string | null;
    at: Date;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  const { comparison, before, what, actorId, at, details } = options;
  const { id, projectId, state, place } = comparison;
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'comparison',
    objectId: id,
    kind: `comparison.${what}`,
    before: before && { state: before },
    after: { state, place, ...details },
    at,
  });
}

/** What a feature does once a comparison of a project has changed; it must not take time. */
type ComparisonFollower = (deps: Dependencies, projectId: string) => void;

let follower: ComparisonFollower | null = null;

/** Makes the feature that comparisons are made for follow them. Comparisons themselves know nothing of it. */
export function followComparisons(followed: ComparisonFollower): void {
  follower = followed;
}

/** Tells a comparison's rater, the leads, and the feature that follows, how it stands; call it once that is committed. */
export function tell(deps: Dependencies, comparison: Announced): void {
  tellRater(deps, comparison);
  const { projectId } = comparison;
  deps.live.publishSoon({ projectId }, { type: 'overview', projectId });
  follower?.(deps, projectId);
}

/** Tells a comparison's rater alone, whose other windows may show it. */
export function tellRater({ live }: Pick<Dependencies, 'live'>, comparison: Announced): void {
  const { id: comparisonId, projectId, memberId, state, leaseExpiresAt, draftVersion } = comparison;
  live.publishSoon(
    { projectId, memberId },
    {
      type: 'comparison',
      projectId,
      comparisonId,
      state,
      leaseExpiresAt: state === 'active' ? (leaseExpiresAt?.toISOString() ?? null) : null,
      draftVersion,
    },
  );
}
