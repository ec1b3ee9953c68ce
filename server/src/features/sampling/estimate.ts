import type { SamplingEstimate, SamplingOptions } from '@rookery/shared/api';
import { inArray, sql, type SQL } from 'drizzle-orm';
import { policyVersions } from '../../db/schema/index.ts';
import type { Queryable } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import { countSlots } from '../workers/index.ts';
import { questionsInScope, readVersions, type VersionRow } from './scope.ts';

/**
 * What a plan would come to. Its time is that of samples of these versions, or else of policies of their kinds, shared out among the
 * samples that are made at once: those of one question and version follow one another.
 * @throws ApiError `not_found` for a version that the project has not
 */
export async function estimateSampling(
  deps: Dependencies,
  { projectId, options }: { projectId: string; options: SamplingOptions },
): Promise<SamplingEstimate> {
  const { db } = deps;
  const versions = await readVersions(db, { projectId, versionIds: options.versionIds });
  const [{ questionIds, learnt }, slots, pace] = await Promise.all([
    questionsInScope(db, { projectId, options, versions, seed: options.seed }),
    countSlots(deps, { projectId, kind: 'sample' }),
    readPace(db, { projectId, versions }),
  ]);
  const jobs = questionIds.length * versions.length;
  const samples = jobs * options.perQuestion;
  const atOnce = Math.min(slots, jobs);
  const isKnown = pace.secondsPerSample !== null && (samples === 0 || atOnce > 0);
  const seconds = isKnown ? (samples === 0 ? 0 : (samples * pace.secondsPerSample!) / atOnce) : null;
  return { questions: questionIds.length, learnt, samples, slots, ...pace, seconds };
}

/** Samples that a median is taken of: the last ones. */
const recentSamples = 200;

async function readPace(
  db: Queryable,
  { projectId, versions }: { projectId: string; versions: readonly VersionRow[] },
): Promise<Pick<SamplingEstimate, 'secondsPerSample' | 'basis'>> {
  const versionIds = versions.map(({ id }) => id);
  const ofVersions = await medianSeconds(db, {
    projectId,
    of: inArray(policyVersions.id, versionIds),
  });
  if (ofVersions !== null) return { secondsPerSample: ofVersions, basis: 'version' };
  const kinds = [...new Set(versions.map(({ kind }) => kind))];
  const ofKind = await medianSeconds(db, { projectId, of: inArray(policyVersions.kind, kinds) });
  return { secondsPerSample: ofKind, basis: ofKind === null ? null : 'kind' };
}

/** Median of how long the last samples took, all their draws together; null without any. */
async function medianSeconds(
  db: Queryable,
  { projectId, of }: { projectId: string; of: SQL },
): Promise<number | null> {
  const { rows } = await db.execute<{ seconds: number | null }>(sql`
    with recent as (
      select samples.id from samples
      where samples.project_id = ${projectId} and samples.state in ('answered', 'no-answer', 'duplicate')
        and samples.policy_version_id in (select id from policy_versions where project_id = ${projectId} and ${of})
      order by samples.ended_at desc limit ${recentSamples}
    ), taken as (
      select sum(extract(epoch from episodes.ended_at - episodes.created_at)) as seconds
      from recent inner join episodes on episodes.sample_id = recent.id
      where episodes.ended_at is not null
      group by recent.id
    )
    select percentile_cont(0.5) within group (order by seconds) as seconds from taken`);
  return rows[0]?.seconds ?? null;
}
