import type { JobFigures } from '@rookery/shared/api';
import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { jobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

const minute = 60_000;
/** Minutes over which the rate is taken. */
const rateMinutes = 10;

/** How the jobs of each kind stand in a project, by the server's clock; kinds without any that count are left out. */
export function readJobFigures(deps: Dependencies, projectId: string): Promise<JobFigures[]> {
  const now = deps.clock().getTime();
  const before = (minutes: number) => new Date(now - minutes * minute).toISOString();
  const isOfLastHour = sql`${jobs.endedAt} > ${before(60)}`;
  const isLatelyDone = sql`${jobs.state} = 'done' and ${isOfLastHour}`;
  return deps.db
    .select({
      kind: jobs.kind,
      queued: sql<number>`count(*) filter (where ${jobs.state} = 'queued')::int`,
      running: sql<number>`count(*) filter (where ${jobs.state} = 'running')::int`,
      held: sql<number>`count(*) filter (where ${jobs.state} = 'held')::int`,
      doneLastHour: sql<number>`count(*) filter (where ${isLatelyDone})::int`,
      failedLastHour: sql<number>`count(*) filter (where ${jobs.state} = 'failed' and ${isOfLastHour})::int`,
      perMinute: sql<number>`count(*) filter (where ${jobs.state} = 'done'
        and ${jobs.endedAt} > ${before(rateMinutes)})::float8 / ${rateMinutes}::float8`,
      medianSeconds: sql<number | null>`percentile_cont(0.5) within group (order by
        extract(epoch from ${jobs.endedAt} - ${jobs.startedAt})::float8) filter (where ${isLatelyDone})`,
    })
    .from(jobs)
    .where(
      and(
        eq(jobs.projectId, projectId),
        or(
          inArray(jobs.state, ['queued', 'running', 'held']),
          and(inArray(jobs.state, ['done', 'failed']), isOfLastHour),
        ),
      ),
    )
    .groupBy(jobs.kind)
    .orderBy(jobs.kind);
}
