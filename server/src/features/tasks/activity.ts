import { and, eq, sql, type SQL } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../../db/database.ts';
import type { ValuesOrPlaceholders } from '../../db/named.ts';
import { activityIntervals } from '../../db/schema/index.ts';

/** A person who does nothing for longer than this is taken to be away. In seconds. */
const longestPauseSeconds = 60;

/** Each lost race means that another of the person's tabs recorded something; so many in a row are no race any more. */
const maxTries = 20;

/** What a member acts on. */
type ActedOn =
  | { episodeId: string; comparisonId?: undefined }
  | { comparisonId: string; episodeId?: undefined };

export type Activity = { projectId: string; memberId: string; now: Date } & ActedOn;

/**
 * Records that the server saw a member act on an episode or a comparison at `now`. After a pause of up to a minute the
 * interval goes on; if the member was acting on something else, a new one begins where that one ended, so that no second
 * counts twice. After a longer pause a new one begins at `now`.
 */
export async function noteActivity(db: Queryable, activity: Activity): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { rows } = await db.execute<{ is_recorded: boolean }>(
      sql`with ${activityParts(activityValues(activity), sql`true`)} select ${isRecorded} as is_recorded`,
    );
    if (rows[0]?.is_recorded) return;
  }
  throw new Error('A time of activity could not be recorded.');
}

/** Ends the interval that is open on an episode: activity that follows begins a new one, however soon it comes. */
export async function endActivity(
  db: Queryable,
  { memberId, episodeId }: { memberId: string; episodeId: string },
): Promise<void> {
  await db
    .update(activityIntervals)
    .set({ isLast: false })
    .where(
      and(
        eq(activityIntervals.memberId, memberId),
        eq(activityIntervals.episodeId, episodeId),
        eq(activityIntervals.isLast, true),
      ),
    );
}

/** What `activityParts` is about, the time in ISO 8601; with the id of the interval that may begin. */
export const activityValues = ({
  projectId,
  episodeId,
  comparisonId,
  memberId,
  now,
}: Omit<Activity, 'memberId'> & { memberId: string | null }) => ({
  projectId,
  episodeId: episodeId ?? null,
  comparisonId: comparisonId ?? null,
  memberId,
  now: now.toISOString(),
  intervalId: uuidv7(),
});

/**
 * The parts of a `with` that record activity, if `gate` holds, which also says what has to happen before. They change
 * the person's last interval only if it is as this statement saw it, or nothing: `isRecorded` is false then, and
 * `noteActivity` has to do it. So intervals never overlap, without a lock that others would have to wait for.
 */
export function activityParts(
  values: ValuesOrPlaceholders<ReturnType<typeof activityValues>>,
  gate: SQL,
): SQL {
  const { projectId, episodeId, comparisonId, memberId, intervalId } = values;
  const now = sql`${values.now}::timestamptz`;
  return sql`
    last as (
      select id, ended_at,
        ${now} - ended_at <= make_interval(secs => ${longestPauseSeconds}) as is_recent,
        coalesce(episode_id, comparison_id) = coalesce(${episodeId}::uuid, ${comparisonId}::uuid) as is_same
      from activity_intervals where member_id = ${memberId}::uuid and is_last
    ), extended as (
      update activity_intervals i set ended_at = greatest(i.ended_at, ${now})
      from last where i.id = last.id and i.is_last and last.is_recent and last.is_same and ${gate}
      returning 1
    ), closed as (
      update activity_intervals i set is_last = false
      from last
      where i.id = last.id and i.is_last and i.ended_at = last.ended_at and not (last.is_recent and last.is_same)
        and ${gate}
      returning last.is_recent, last.ended_at
    ), begun as (
      insert into activity_intervals (id, project_id, episode_id, comparison_id, member_id, started_at, ended_at, is_last)
      select ${intervalId}::uuid, ${projectId}::uuid, ${episodeId}::uuid, ${comparisonId}::uuid, ${memberId}::uuid, start,
        greatest(start, ${now}), true
      from (
        select case when is_recent then ended_at else ${now} end as start from closed
        union all
        select ${now} where not exists (select from last) and ${gate}
      ) as starts
      on conflict (member_id) where is_last do nothing
      returning 1
    )`;
}

/** By how much `activityParts` makes active time longer, in milliseconds. */
export const activityGainMs = ({ memberId, now }: { memberId: unknown; now: unknown }): SQL => sql`coalesce((
  select case when ${now}::timestamptz - ended_at <= make_interval(secs => ${longestPauseSeconds})
    then round(extract(epoch from greatest(interval '0', ${now}::timestamptz - ended_at)) * 1000)::int else 0 end
  from activity_intervals where member_id = ${memberId}::uuid and is_last), 0)`;

/** Whether `activityParts` recorded the activity. */
export const isRecorded = sql`((select count(*) from extended) + (select count(*) from begun) > 0)`;
