import type { SamplingFigures, SamplingPlan } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';

/** Samples that ended so lately are what a plan's pace is told by, in milliseconds. */
export const paceMs = 5 * 60_000;

/** How the samples of one version in a plan stand, and how many of them ended in the last minutes. */
export interface VersionFigures {
  figures: SamplingFigures;
  endedLately: number;
}

type FiguresRow = Omit<SamplingFigures, 'policy'> &
  SamplingFigures['policy'] & { planId: string; endedLately: number };

const uuids = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`;

/** The figures of some plans, by plan: one statement that reads each sample, with the episode of its present draw, once. */
export async function readPlanFigures(
  db: Queryable,
  { planIds, now }: { planIds: readonly string[]; now: Date },
): Promise<Map<string, VersionFigures[]>> {
  const since = new Date(now.getTime() - paceMs).toISOString();
  const { rows } = await db.execute<FiguresRow>(sql`
    with stood as (
      select samples.plan_id, samples.policy_version_id, samples.state, samples.draw, samples.ended_at,
        samples.state in ('answered', 'no-answer', 'duplicate') as is_done, episodes.cites_reference,
        jsonb_array_length(questions.reference_pages) > 0 as is_citable,
        case when episodes.answer_revision is not null
          then extract(epoch from episodes.ended_at - episodes.created_at) end as seconds,
        case when episodes.ended_at is not null then episodes.next_sequence - 1 end as commands
      from samples
      inner join questions on questions.id = samples.question_id
      left join episodes on episodes.sample_id = samples.id and episodes.draw = samples.draw
      where samples.plan_id = any(${uuids(planIds)})
    ), counted as (
      select plan_id, policy_version_id, count(*)::int as samples,
        (count(*) filter (where state = 'waiting'))::int as waiting,
        (count(*) filter (where state = 'running'))::int as running,
        (count(*) filter (where state = 'answered'))::int as answered,
        (count(*) filter (where state = 'no-answer'))::int as "noAnswer",
        (count(*) filter (where state = 'duplicate'))::int as duplicate,
        (count(*) filter (where state = 'cancelled'))::int as cancelled,
        sum(greatest(draw - 1, 0))::int as redraws,
        (count(*) filter (where is_done and is_citable))::int as citable,
        (count(*) filter (where is_done and is_citable and cites_reference))::int as citing,
        (count(*) filter (where is_done and ended_at > ${since}::timestamptz))::int as "endedLately",
        percentile_cont(0.5) within group (order by seconds) as "medianSeconds",
        percentile_cont(0.5) within group (order by commands) as "medianCommands"
      from stood group by plan_id, policy_version_id
    )
    select counted.plan_id as "planId", policy_versions.id, policy_versions.name, policy_versions.version,
      policy_versions.kind, counted.*
    from counted inner join policy_versions on policy_versions.id = counted.policy_version_id`);
  const byPlan = new Map<string, VersionFigures[]>();
  for (const row of rows) {
    const list = byPlan.get(row.planId) ?? [];
    byPlan.set(row.planId, list);
    const { id, name, version, kind } = row;
    const figures = {
      policy: { id, name, version, kind },
      samples: row.samples,
      waiting: row.waiting,
      running: row.running,
      answered: row.answered,
      noAnswer: row.noAnswer,
      duplicate: row.duplicate,
      cancelled: row.cancelled,
      redraws: row.redraws,
      citable: row.citable,
      citing: row.citing,
      medianSeconds: row.medianSeconds,
      medianCommands: row.medianCommands,
    };
    list.push({ figures, endedLately: row.endedLately });
  }
  return byPlan;
}

/** The jobs of some plans, by plan. Each job has a first sample. */
export async function readPlanJobs(
  db: Queryable,
  planIds: readonly string[],
): Promise<Map<string, SamplingPlan['jobs']>> {
  const { rows } = await db.execute<SamplingPlan['jobs'] & { planId: string }>(sql`
    select samples.plan_id as "planId",
      (count(*) filter (where jobs.state not in ('done', 'failed', 'cancelled')))::int as open,
      (count(*) filter (where jobs.state = 'done'))::int as done,
      (count(*) filter (where jobs.state = 'failed'))::int as failed,
      (count(*) filter (where jobs.state = 'cancelled'))::int as cancelled,
      (array_agg(jobs.error order by coalesce(jobs.ended_at, jobs.started_at) desc nulls last, jobs.id)
        filter (where jobs.error is not null and jobs.state <> 'cancelled'))[1] as "lastError"
    from samples inner join jobs on jobs.id = samples.job_id
    where samples.plan_id = any(${uuids(planIds)}) and samples.number = 1
    group by samples.plan_id`);
  return new Map(rows.map(({ planId, ...jobs }) => [planId, jobs]));
}
