import type { OwnStatistics } from '@rookery/shared/api';
import { and, count, eq, gte, isNotNull, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { activityIntervals, assignments } from '../../db/schema/index.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * What a member demonstrated in a project, today and in all. The day is the person's own: it begins at midnight by the offset of
 * their clock from UTC that they tell, in minutes, east positive. Tasks that ended without an answer count as done too;
 * one whose answer was revised counts on the day of its last revision. Times are in seconds.
 */
export async function readOwnStatistics(
  db: Queryable,
  options: { projectId: string; memberId: string; utcOffsetMinutes: number; now: Date },
): Promise<OwnStatistics> {
  const { projectId, memberId, now } = options;
  const offsetMs = options.utcOffsetMinutes * 60_000;
  const today = new Date(Math.floor((now.getTime() + offsetMs) / dayMs) * dayMs - offsetMs);
  const { startedAt, endedAt } = activityIntervals;
  const from = sql`${today.toISOString()}::timestamptz`;
  const isDone = sql`(${assignments.state} in ('submitted', 'surplus', 'returned', 'excluded') or ${assignments.fallsBackTo} is not null)`;
  const [done] = await db
    .select({
      total: count(),
      today: sql<number>`(count(*) filter (where ${gte(assignments.endedAt, today)}))::int`,
    })
    .from(assignments)
    .where(and(eq(assignments.projectId, projectId), eq(assignments.memberId, memberId), isDone));
  const [active] = await db
    .select({
      total: sql<number>`coalesce(extract(epoch from sum(${endedAt} - ${startedAt})), 0)::float8`,
      today: sql<number>`coalesce(extract(epoch from sum(${endedAt} - greatest(${startedAt}, ${from}))
        filter (where ${endedAt} > ${from})), 0)::float8`,
    })
    .from(activityIntervals)
    .where(
      and(
        eq(activityIntervals.projectId, projectId),
        eq(activityIntervals.memberId, memberId),
        isNotNull(activityIntervals.episodeId),
      ),
    );
  return {
    doneToday: done!.today,
    doneTotal: done!.total,
    activeSecondsToday: active!.today,
    activeSecondsTotal: active!.total,
    todayBeganAt: today.toISOString(),
  };
}
