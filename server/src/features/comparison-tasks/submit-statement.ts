import { sql, type SQL } from 'drizzle-orm';
import type { ValuesOrPlaceholders } from '../../db/named.ts';
import { activityGainMs, activityParts, isRecorded, type activityValues } from '../tasks/index.ts';
import { activeMsOf } from './load.ts';

/** What the statement of a submission is about: JSON as text, times in ISO 8601. */
export type SubmitValues = ReturnType<typeof activityValues> & {
  /** For the event: the state before, as JSON. */
  before: string;
  from: string;
  to: string;
  /** Whether it has to be under a lease that has not ended. */
  needsLease: boolean;
  revision: number;
  judgement: string;
  questionFlag: string | null;
  spans: number;
  isNoted: boolean;
  contradicts: boolean;
  /** Less active time, in milliseconds, is too little to have read both answers. */
  fastBelowMs: number;
  /** Values by criterion, as JSON. */
  ratings: string;
  actorId: string;
  eventId: string;
  kind: string;
};

/** What became of it, as the statement says. */
export interface Submitted {
  is_submitted: boolean;
  draft_version: number;
  active_ms: number;
  is_recorded: boolean;
}

/**
 * The statement of a submission: the comparison moves on by compare-and-set on its state and newest revision, and with it
 * the revision is kept, the ratings take the place of the earlier ones, the person's activity is recorded and the change
 * is an event. All of it happens or, if the comparison is not as it was loaded, none.
 */
export function submitStatement(v: ValuesOrPlaceholders<SubmitValues>): SQL {
  const id = sql`${v.comparisonId}::uuid`;
  const projectId = sql`${v.projectId}::uuid`;
  const now = sql`${v.now}::timestamptz`;
  return sql`
    with moved as (
      update comparisons set state = ${v.to}, revision = ${v.revision}::int, question_flag = ${v.questionFlag},
        submitted_at = coalesce(submitted_at, ${now}), ended_at = ${now}, draft = null, draft_saved_at = null,
        draft_version = draft_version + 1, active_ms = active.ms, spans = ${v.spans}::int, is_noted = ${v.isNoted}::boolean,
        soft_prompts = array_remove(array[case when ${v.contradicts}::boolean then 'contradicts' end,
          case when active.ms < ${v.fastBelowMs}::int then 'fast' end], null)
      from (select ${activeMsOf(id)} + ${activityGainMs(v)} as ms) as active
      where project_id = ${projectId} and id = ${id} and state = ${v.from} and revision = ${v.revision}::int - 1
        and (not ${v.needsLease}::boolean or lease_expires_at > ${now})
      returning id, place, draft_version, active_ms
    ), kept as (
      insert into comparison_revisions (project_id, comparison_id, revision, judgement, active_ms, submitted_at)
      select ${projectId}, id, ${v.revision}::int, ${v.judgement}::jsonb, active_ms, ${now} from moved
    ), taken_back as (
      delete from ratings using moved
      where ratings.comparison_id = moved.id and not ${v.ratings}::jsonb ? ratings.criterion
    ), rated as (
      insert into ratings (project_id, comparison_id, criterion, value)
      select ${projectId}, moved.id, given.key, given.value::float8
      from moved, jsonb_each_text(${v.ratings}::jsonb) as given
      on conflict (comparison_id, criterion) do update set value = excluded.value
    ), told as (
      insert into events (id, project_id, actor_id, object_type, object_id, kind, before, after, at)
      select ${v.eventId}::uuid, ${projectId}, ${v.actorId}::uuid, 'comparison', id, ${v.kind}, ${v.before}::jsonb,
        jsonb_build_object('state', ${v.to}::text, 'place', place, 'revision', ${v.revision}::int), ${now}
      from moved
    ), ${activityParts(v, sql`exists (select from moved)`)}
    select exists (select from moved) as is_submitted, (select draft_version from moved) as draft_version,
      (select active_ms from moved) as active_ms, ${isRecorded} as is_recorded`;
}
