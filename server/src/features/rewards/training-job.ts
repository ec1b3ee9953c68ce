import { rewardSettingsSchema, type rewardJobRoutes } from '@rookery/shared/api';
import { and, asc, desc, eq, gt, lt, sql, type Column, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { pairs, rewardModels, rewardTrainingComparisons, rewardZeroAnswers } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import type { FileAnswer } from '../../http/handlers.ts';
import type { JobRow } from '../jobs/index.ts';
import { findJobOfKinds } from '../models/index.ts';
import { countUnscored, listOpen, modelOfScoring, ofScoring } from './scoring.ts';
import { selectAnswers, type AnswerPage } from './answers-to-read.ts';
import { findModel, rewardModelFile, type ModelRow } from './versions.ts';

interface WorkerKey {
  jobId: string;
  tokenId: string;
}

const kinds = ['train-reward', 'score-answers', 'score'] as const;
const inputSchema = z.object({ settings: rewardSettingsSchema });

/** What a job of the reward model is to do. @throws ApiError `not_found`; `wrong_state` for a job of another kind */
export async function getRewardJob(
  deps: Dependencies,
  key: WorkerKey,
): Promise<z.input<(typeof rewardJobRoutes)['getRewardJob']['answer']>> {
  const job = await findJobOfKinds(deps.db, key, kinds);
  const model = await modelOf(deps.db, job);
  const named = model && { modelId: model.id, version: model.version, manifest: model.manifest };
  if (job.kind !== 'train-reward') {
    const answers = job.kind === 'score-answers' ? await countUnscored(deps.db, ofScoring(job)) : 0;
    return { settings: null, model: named, answers, pairs: 0 };
  }
  const { rows } = await deps.db.execute<{ answers: number; pairs: number }>(sql`select
    (select count(*)::int from (${learntFrom(job.id)}) as learnt) as answers,
    (select count(distinct pair_id)::int from ${rewardTrainingComparisons} where job_id = ${job.id}) as pairs`);
  return { settings: inputSchema.parse(job.input).settings, model: named, ...rows[0]! };
}

/** Ids of the answers of a training: those of its pairs, and the demonstrations that are its zero. */
const learntFrom = (jobId: string) => sql`
  select ${pairs.firstAnswerId} as id from ${pairs} where ${pairs.id} in (${pairIds(jobId)})
  union select ${pairs.secondAnswerId} from ${pairs} where ${pairs.id} in (${pairIds(jobId)})
  union select ${rewardZeroAnswers.answerId} from ${rewardZeroAnswers} where ${rewardZeroAnswers.jobId} = ${jobId}`;

/** The first of them by id, after one: each of the places they are in is read no further than that. */
function nextLearntFrom(jobId: string, { after, limit }: { after: string | null; limit: number }): SQL {
  const isAfter = (id: Column) => (after === null ? sql`` : sql`and ${id} > ${after}`);
  const ofPairs = (id: Column) => sql`(select distinct ${id} as id from ${pairs}
    where exists (select from reward_training_comparisons as fixed where fixed.job_id = ${jobId} and fixed.pair_id = ${pairs.id})
    ${isAfter(id)} order by id limit ${limit})`;
  return sql`${ofPairs(pairs.firstAnswerId)} union ${ofPairs(pairs.secondAnswerId)} union (
    select ${rewardZeroAnswers.answerId} as id from ${rewardZeroAnswers}
    where ${rewardZeroAnswers.jobId} = ${jobId} ${isAfter(rewardZeroAnswers.answerId)} order by id limit ${limit})`;
}

const pairIds = (jobId: string) =>
  sql`select pair_id from ${rewardTrainingComparisons} where job_id = ${jobId}`;

/** The model that a job scores with, or that a training compares itself with: the newest that is older than the job. */
async function modelOf(db: Queryable, job: JobRow): Promise<ModelRow | null> {
  if (job.kind !== 'train-reward') {
    return findModel(db, { projectId: job.projectId, modelId: modelOfScoring(job) });
  }
  const [previous] = await db
    .select({ id: rewardModels.id })
    .from(rewardModels)
    .where(and(eq(rewardModels.projectId, job.projectId), lt(rewardModels.createdAt, job.createdAt)))
    .orderBy(desc(rewardModels.version))
    .limit(1);
  return previous ? findModel(db, { projectId: job.projectId, modelId: previous.id }) : null;
}

/** A page of the answers that a job learns from, or scores and has not yet; by id. */
export async function listRewardAnswers(
  deps: Dependencies,
  request: WorkerKey & { limit: number; cursor?: string | undefined },
): Promise<AnswerPage> {
  const job = await findJobOfKinds(deps.db, request, ['train-reward', 'score-answers']);
  const after = readCursor(z.uuid(), request.cursor);
  const { limit } = request;
  if (job.kind === 'score-answers') return listOpen(deps.db, { ...ofScoring(job), after, limit });
  return selectAnswers(deps.db, {
    // One more tells whether there is another page.
    ids: nextLearntFrom(job.id, { after, limit: limit + 1 }),
    after,
    limit,
    isZero: sql`exists (select from ${rewardZeroAnswers}
      where ${rewardZeroAnswers.jobId} = ${job.id} and ${rewardZeroAnswers.answerId} = answers.id)`,
  });
}

/** A page of the pairs that a training learns from and is tested on, with their ratings; by id. */
export async function listRewardJobPairs(
  deps: Dependencies,
  request: WorkerKey & { limit: number; cursor?: string | undefined },
): Promise<z.input<(typeof rewardJobRoutes)['listRewardJobPairs']['answer']>> {
  const { limit } = request;
  const job = await findJobOfKinds(deps.db, request, ['train-reward']);
  const after = readCursor(z.uuid(), request.cursor);
  const fixed = rewardTrainingComparisons;
  const rows = await deps.db
    .select({
      pairId: pairs.id,
      questionId: pairs.questionId,
      firstAnswerId: pairs.firstAnswerId,
      secondAnswerId: pairs.secondAnswerId,
      isHeldOut: sql<boolean>`bool_or(${fixed.isHeldOut})`,
      ratings: sql<
        { comparisonId: string; revision: number; source: string; values: Record<string, number> }[]
      >`
        jsonb_agg(jsonb_build_object('comparisonId', ${fixed.comparisonId}, 'revision', ${fixed.revision}, 'source', ${fixed.source},
          'values', ${fixed.ratings}) order by ${fixed.comparisonId})`,
    })
    .from(fixed)
    .innerJoin(pairs, eq(pairs.id, fixed.pairId))
    .where(and(eq(fixed.jobId, job.id), after === null ? undefined : gt(fixed.pairId, after)))
    .groupBy(pairs.id)
    .orderBy(asc(pairs.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? writeCursor(items.at(-1)!.pairId) : null };
}

/** The file of the model that a job scores with, or compares itself with. @throws as `findJobOfKinds` and `rewardModelFile` */
export async function jobModelFile(deps: Dependencies, key: WorkerKey): Promise<FileAnswer> {
  const job = await findJobOfKinds(deps.db, key, kinds);
  const model = await modelOf(deps.db, job);
  return rewardModelFile(deps, { projectId: job.projectId, modelId: model?.id ?? job.id });
}
