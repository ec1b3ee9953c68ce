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
  const { projectId, memberId } = options;
  const today = beginningOfDay(options);
  const isDone = sql`(${assignments.state} in ('submitted', 'surplus', 'returned', 'excluded') or ${assignments.fallsBackTo} is not null)`;
  const [done] = await db
    .select({
      total: count(),
      today: sql<number>`(count(*) filter (where ${gte(assignments.endedAt, today)}))::int`,
    })
    .from(assignments)
    .where(and(eq(assignments.projectId, projectId), eq(assignments.memberId, memberId), isDone));
  const active = await readActiveSeconds(db, { projectId, memberId, today, of: 'episodes' });
  return {
    doneToday: done!.today,
    doneTotal: done!.total,
    activeSecondsToday: active.today,
    activeSecondsTotal: active.total,
    todayBeganAt: today.toISOString(),
  };
}

/** The person's midnight before `now`, by the offset of their clock from UTC in minutes, east positive. */
export function beginningOfDay({ now, utcOffsetMinutes }: { now: Date; utcOffsetMinutes: number }): Date {
  const offsetMs = utcOffsetMinutes * 60_000;
  return new Date(Math.floor((now.getTime() + offsetMs) / dayMs) * dayMs - offsetMs);
}

/** How long a member was active in a project with one kind of work, since `today` began and in all, in seconds. */
export async function readActiveSeconds(
  db: Queryable,
  options: { projectId: string; memberId: string; today: Date; of: 'episodes' | 'comparisons' },
): Promise<{ today: number; total: number }> {
  const { projectId, memberId, today, of } = options;
  const { startedAt, endedAt, episodeId, comparisonId } = activityIntervals;
  const from = sql`${today.toISOString()}::timestamptz`;
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
        isNotNull(of === 'episodes' ? episodeId : comparisonId),
      ),
    );
  return active!;
}
