import type { MemberWork, peopleRoutes, WorkMedians } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { countsAsAccepted } from '../../db/review-standing.ts';
import type { Dependencies } from '../../dependencies.ts';
import { findMember, presentMember } from './queries.ts';
import { noSuchMember } from './service.ts';

const dayMs = 24 * 60 * 60 * 1000;
const daysShown = 28;

type MediansRow = WorkMedians & { memberId: string | null };
type CountsRow = Omit<MemberWork, 'medians' | 'activeSeconds'> & {
  today: number;
  week: number;
  total: number;
};

/** What every member has done, and the medians of all people together, simulated ones left out. */
export async function listMemberWork(
  deps: Dependencies,
  projectId: string,
): Promise<z.input<(typeof peopleRoutes)['listMemberWork']['answer']>> {
  const now = deps.clock();
  const today = midnight(now);
  const week = new Date(today.getTime() - 6 * dayMs);
  const [medians, counts] = await Promise.all([
    readMedians(deps, projectId),
    readCounts(deps, { projectId, now, today, week }),
  ]);
  const none: WorkMedians = { activeSeconds: null, steps: null, quotes: null, answerCharacters: null };
  const ofMember = new Map(medians.map(({ memberId, ...row }) => [memberId, row]));
  return {
    medians: ofMember.get(null) ?? none,
    members: counts.map(({ today, week, total, ...row }) =>
      Object.assign(row, {
        activeSeconds: { today, week, total },
        medians: ofMember.get(row.memberId) ?? none,
      }),
    ),
  };
}

/** By member; the row without one is that of all people. */
async function readMedians(deps: Dependencies, projectId: string): Promise<MediansRow[]> {
  const medians = sql`
    percentile_cont(0.5) within group (order by active_ms / 1000.0) as "activeSeconds",
    percentile_cont(0.5) within group (order by next_sequence - 1) as steps,
    percentile_cont(0.5) within group (order by quotes) as quotes,
    percentile_cont(0.5) within group (order by answer_characters) as "answerCharacters"`;
  const { rows } = await deps.db.execute<MediansRow & Record<string, unknown>>(sql`
    with done as (
      select episodes.*, members.is_simulated from episodes join members on members.id = episodes.member_id
      where episodes.project_id = ${projectId} and kind = 'demonstration' and state = 'submitted'
        and review_state <> 'excluded')
    select member_id as "memberId", ${medians} from done group by member_id
    union all
    select null, ${medians} from done where not is_simulated`);
  return rows;
}

async function readCounts(
  deps: Dependencies,
  options: { projectId: string; now: Date; today: Date; week: Date },
): Promise<CountsRow[]> {
  const { projectId } = options;
  const [now, today, week] = [options.now, options.today, options.week].map(
    (time) => sql`${time.toISOString()}::timestamptz`,
  );
  const { rows } = await deps.db.execute<CountsRow & Record<string, unknown>>(sql`
    with counted as (
      select assignments.member_id,
        count(*) filter (where assignments.state = 'submitted') as submitted,
        count(*) filter (where assignments.state = 'surplus') as surplus,
        count(*) filter (where assignments.state in ('active', 'paused') and assignments.lease_expires_at > ${now}) as in_progress,
        count(*) filter (where assignments.state = 'expired'
          or (assignments.state in ('active', 'paused') and assignments.falls_back_to is null and assignments.lease_expires_at <= ${now})) as expired,
        count(*) filter (where assignments.state = 'released') as released,
        count(*) filter (where assignments.state = 'excluded') as excluded,
        count(*) filter (where ${countsAsAccepted(projectId)}) as accepted,
        count(*) filter (where exists (
          select from reviews r where r.episode_id = episodes.id and r.decision = 'returned')) as returned
      from assignments left join episodes on episodes.assignment_id = assignments.id
      where assignments.project_id = ${projectId}
      group by assignments.member_id
    ), times as (
      select member_id, sum(ended_at - started_at) as total,
        sum(greatest(interval '0', ended_at - greatest(started_at, ${week}))) as week,
        sum(greatest(interval '0', ended_at - greatest(started_at, ${today}))) as today
      from activity_intervals where project_id = ${projectId} group by member_id
    )
    select m.id as "memberId",
      coalesce(submitted, 0)::int as submitted, coalesce(surplus, 0)::int as surplus,
      coalesce(in_progress, 0)::int as "inProgress", coalesce(expired, 0)::int as expired,
      coalesce(released, 0)::int as released, coalesce(accepted, 0)::int as accepted,
      coalesce(returned, 0)::int as returned, coalesce(excluded, 0)::int as excluded,
      coalesce(extract(epoch from today), 0)::float8 as today,
      coalesce(extract(epoch from week), 0)::float8 as week,
      coalesce(extract(epoch from total), 0)::float8 as total
    from members m
    left join counted on counted.member_id = m.id
    left join times on times.member_id = m.id
    where m.project_id = ${projectId}
    order by m.created_at, m.id`);
  return rows;
}

/**
 * One member, with what they did on each of the last days.
 * @throws ApiError `not_found`
 */
export async function readMember(
  deps: Dependencies,
  key: { projectId: string; memberId: string },
): Promise<z.input<(typeof peopleRoutes)['getMember']['answer']>> {
  const row = await findMember(deps.db, key);
  if (!row) throw noSuchMember();
  const today = midnight(deps.clock());
  const first = new Date(today.getTime() - (daysShown - 1) * dayMs);
  const { rows: days } = await deps.db.execute<{ day: string; activeSeconds: number; submitted: number }>(sql`
    with days as (
      select start, start + interval '24 hours' as stop
      from generate_series(${first.toISOString()}::timestamptz, ${today.toISOString()}::timestamptz,
        interval '24 hours') as start)
    select to_char(start at time zone 'UTC', 'YYYY-MM-DD') as day,
      coalesce((
        select extract(epoch from sum(least(i.ended_at, stop) - greatest(i.started_at, start)))
        from activity_intervals i
        where i.project_id = ${key.projectId} and i.member_id = ${key.memberId}
          and i.ended_at > start and i.started_at < stop), 0)::float8 as "activeSeconds",
      (select count(*)::int from assignments a
        where a.project_id = ${key.projectId} and a.member_id = ${key.memberId}
          and a.state in ('submitted', 'surplus') and a.ended_at >= start and a.ended_at < stop)
      + (select count(*)::int from comparisons c
        where c.project_id = ${key.projectId} and c.member_id = ${key.memberId}
          and c.state in ('submitted', 'surplus') and c.submitted_at >= start and c.submitted_at < stop) as submitted
    from days order by start`);
  return { ...presentMember(row), days };
}

function midnight(now: Date): Date {
  const day = new Date(now);
  day.setUTCHours(0, 0, 0, 0);
  return day;
}
