import { cleanText, type PairChange, type pairRoutes } from '@rookery/shared/api';
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { recordEvents, type EventRecord } from '../../db/events.ts';
import { pairs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { matchingPairs } from './queries.ts';

type Which = z.output<(typeof pairRoutes)['changePairs']['body']>['which'];
type Outcome = 'changed' | 'unchanged' | 'refused';

interface Values {
  wanted: number;
  priority: number;
  isCalibration: boolean;
  excludedAt: Date | null;
  excludedReason: string | null;
}

/** Pairs that are written by one statement. */
const writtenAtOnce = 1000;

/**
 * Changes many pairs in one transaction. Those that would want fewer comparisons than hold a place are left as they are, and counted.
 * The same change twice is the same as once.
 */
export async function changePairs(
  deps: Dependencies,
  options: { projectId: string; which: Which; change: PairChange; actorId: string },
): Promise<Record<Outcome, number>> {
  const { projectId, which, change, actorId } = options;
  const at = deps.clock();
  return deps.db.transaction(async (tx) => {
    const isMeant =
      'ids' in which
        ? inArray(pairs.id, which.ids)
        : inArray(pairs.id, matchingPairs(tx, { ...which.matching, projectId, now: at }));
    const found = await tx
      .select({
        id: pairs.id,
        held: pairs.held,
        wanted: pairs.wanted,
        priority: pairs.priority,
        isCalibration: pairs.isCalibration,
        excludedAt: pairs.excludedAt,
        excludedReason: pairs.excludedReason,
      })
      .from(pairs)
      .where(and(eq(pairs.projectId, projectId), isMeant))
      .orderBy(asc(pairs.id))
      .for('no key update');
    const counts: Record<Outcome, number> = { changed: 0, unchanged: 0, refused: 0 };
    const events: EventRecord[] = [];
    const groups = new Map<string, { values: Values; ids: string[] }>();
    for (const { id, held, ...before } of found) {
      const after = changedValues(before, { change, at });
      const names = (Object.keys(after) as (keyof Values)[]).filter(
        (name) => comparable(before[name]) !== comparable(after[name]),
      );
      const outcome = after.wanted < held ? 'refused' : names.length === 0 ? 'unchanged' : 'changed';
      counts[outcome] += 1;
      if (outcome !== 'changed') continue;
      const key = JSON.stringify(after);
      const group = groups.get(key) ?? { values: after, ids: [] };
      groups.set(key, group);
      group.ids.push(id);
      const pick = (values: Values) => Object.fromEntries(names.map((name) => [name, values[name]]));
      events.push({
        projectId,
        actorId,
        objectType: 'pair',
        objectId: id,
        kind: kindOf(before, after),
        before: pick(before),
        after: pick(after),
        at,
      });
    }
    for (const { values, ids } of groups.values()) {
      for (let from = 0; from < ids.length; from += writtenAtOnce) {
        const some = inArray(pairs.id, ids.slice(from, from + writtenAtOnce));
        await tx
          .update(pairs)
          .set(values)
          .where(and(eq(pairs.projectId, projectId), some));
      }
    }
    await recordEvents(tx, events);
    if (counts.changed > 0) await deps.live.publish(tx, { projectId }, { type: 'overview', projectId });
    return counts;
  });
}

function changedValues(before: Values, { change, at }: { change: PairChange; at: Date }): Values {
  const reason = cleanText(change.reason ?? '').trim();
  const isExcluded = change.excluded ?? before.excludedAt !== null;
  const keptReason = isExcluded ? before.excludedReason : null;
  return {
    wanted: change.wanted ?? before.wanted,
    priority: change.priority ?? before.priority,
    isCalibration: change.calibration ?? before.isCalibration,
    excludedAt: isExcluded ? (before.excludedAt ?? at) : null,
    excludedReason: change.excluded === true ? reason || null : keptReason,
  };
}

const comparable = (value: Values[keyof Values]) => (value instanceof Date ? value.getTime() : value);

function kindOf(before: Values, after: Values): string {
  if ((before.excludedAt === null) === (after.excludedAt === null)) {
    return before.excludedReason === after.excludedReason ? 'pair.changed' : 'pair.excluded';
  }
  return after.excludedAt ? 'pair.excluded' : 'pair.included';
}
