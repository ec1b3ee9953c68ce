import { ApiError } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import { recordChange, tell } from './announce.ts';
import { changeComparison, freePlace, lockWithPair } from './places.ts';
import type { ComparisonKey } from './state.ts';

interface Exclusion extends ComparisonKey {
  /** The lead. */
  actorId: string;
  reason: string;
}

/**
 * Takes a comparison out that was submitted or imported, so that its place is offered to others; nothing is deleted. Taking
 * it out twice is the same as once.
 * @throws ApiError `not_found`; `wrong_state` for one that was not submitted
 */
export async function excludeComparison(deps: Dependencies, options: Exclusion): Promise<void> {
  const now = deps.clock();
  const changed = await deps.db.transaction(async (tx) => {
    const { comparison } = await lockWithPair(tx, options);
    const { state: before } = comparison;
    if (before === 'excluded') return [];
    if (before !== 'submitted' && before !== 'surplus') {
      throw new ApiError(
        'wrong_state',
        'Only what was submitted can be taken out. A task that somebody works on ends by itself.',
        { details: { state: before } },
      );
    }
    const { actorId, reason } = options;
    const excluded = await changeComparison(tx, comparison, {
      state: 'excluded',
      place: null,
      excludedAt: now,
      excludedBy: actorId,
      excludedReason: reason,
    });
    const details = { reason };
    await recordChange(tx, { comparison: excluded, before, what: 'excluded', actorId, at: now, details });
    return [excluded];
  });
  for (const comparison of changed) tell(deps, comparison);
}

/**
 * Takes a comparison back in: in a free place, else as surplus; one of a calibration pair and an imported one need none.
 * Taking back what is not taken out changes nothing.
 * @throws ApiError `not_found`
 */
export async function restoreComparison(deps: Dependencies, options: Exclusion): Promise<void> {
  const now = deps.clock();
  const changed = await deps.db.transaction(async (tx) => {
    const { pair, comparison } = await lockWithPair(tx, options);
    if (comparison.state !== 'excluded') return [];
    const needsPlace = comparison.origin === 'rater' && !comparison.isCalibration;
    const { place, ended } = needsPlace ? await freePlace(tx, { pair, now }) : { place: null, ended: [] };
    const { actorId, reason } = options;
    const restored = await changeComparison(tx, comparison, {
      state: needsPlace && place === null ? 'surplus' : 'submitted',
      place,
      excludedAt: null,
      excludedBy: null,
      excludedReason: null,
    });
    const details = { reason };
    const before = 'excluded';
    await recordChange(tx, { comparison: restored, before, what: 'restored', actorId, at: now, details });
    return [...ended, restored];
  });
  for (const comparison of changed) tell(deps, comparison);
}
