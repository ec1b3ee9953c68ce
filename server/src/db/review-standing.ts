import { acceptedStandings, type ReviewStanding } from '@rookery/shared/api';
import { sql, type SQL } from 'drizzle-orm';

/**
 * The share of a project's demonstrations that its leads review, from 0 to 1, by its newest settings. It reads no other
 * row of the statement, so that PostgreSQL works it out once.
 */
export const reviewShare = (projectId: string | SQL): SQL<number> => sql<number>`(
  select case project_settings.settings -> 'review' ->> 'mode'
    when 'all' then 1.0::float8
    when 'share' then (project_settings.settings -> 'review' ->> 'percent')::float8 / 100
    else 0.0::float8 end
  from project_settings inner join projects
    on projects.id = project_settings.project_id and projects.settings_version = project_settings.version
  where projects.id = ${projectId})`;

/** Whether an assignment is done. An answer that is being revised counts as it was submitted. */
export const isDone: SQL<boolean> = sql<boolean>`(assignments.state in ('submitted', 'surplus')
  or coalesce(assignments.falls_back_to in ('submitted', 'surplus'), false))`;

/**
 * Where a demonstration stands in the review; null until it is done, and while an answer that is to be reviewed is being
 * revised. What nobody has decided about is to be reviewed if its lot lies below the project's share, or if a lead has decided about it before: then its answer is another one, or
 * the decision was taken back. Everything else that is done is not reviewed, and counts as accepted. The rule reads the
 * settings as they are now, and the lot as it was drawn: a higher share adds to what is to be reviewed and takes nothing
 * out. The statement has to select from `episodes` and
 * `assignments`, under these names.
 */
export const standingOf = (
  projectId: string | SQL,
): SQL<ReviewStanding | null> => sql<ReviewStanding | null>`(case
  when episodes.review_state <> 'unreviewed' then episodes.review_state
  when not ${isDone} then null
  when episodes.decisions = 0 and episodes.review_draw >= ${reviewShare(projectId)} then 'not-drawn'
  when assignments.falls_back_to is null then 'to-review' end)`;

/** Whether a demonstration counts as accepted: a lead has accepted it, or the project does not review it. */
export const countsAsAccepted = (projectId: string | SQL): SQL<boolean> =>
  sql<boolean>`${standingOf(projectId)} in (${sql.join(
    acceptedStandings.map((standing) => sql`${standing}`),
    sql`, `,
  )})`;
