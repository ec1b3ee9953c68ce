import { ApiError, type RewardManifest, type RewardModel, type rewardRoutes } from '@rookery/shared/api';
import { and, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { answerScores, people, rewardModels, rounds } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { FileAnswer } from '../../http/handlers.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { intactModel } from '../models/index.ts';

export interface ModelKey {
  projectId: string;
  modelId: string;
}

type ModelPage = z.input<(typeof rewardRoutes)['listRewardModels']['answer']>;
type HeldOut = RewardManifest['heldOut'];

const ofManifest = <T>(path: string) => sql<T>`${rewardModels.manifest} #> ${sql.raw(`'{${path}}'`)}`;

/** Of the manifest only what lists show: the rest of it is long. */
const columns = {
  id: rewardModels.id,
  version: rewardModels.version,
  isCurrent: sql<boolean>`not exists (select from reward_models as newer
    where newer.project_id = ${rewardModels.projectId} and newer.version > ${rewardModels.version})`,
  settings: rewardModels.settings,
  note: rewardModels.note,
  model: ofManifest<RewardManifest['model']>('model'),
  snapshot: ofManifest<RewardManifest['snapshot']>('snapshot'),
  zero: ofManifest<RewardManifest['zero']>('zero'),
  previous: ofManifest<RewardManifest['previous']>('previous'),
  heldOut: {
    questions: ofManifest<number>('heldOut,questions'),
    pairs: ofManifest<number>('heldOut,pairs'),
    accuracy: ofManifest<HeldOut['accuracy']>('heldOut,accuracy'),
    logLoss: ofManifest<HeldOut['logLoss']>('heldOut,logLoss'),
    calibrationError: ofManifest<HeldOut['logLoss']>('heldOut,calibration,error'),
    lengthCorrelation: ofManifest<HeldOut['lengthCorrelation']>('heldOut,lengthCorrelation'),
    baselines: ofManifest<HeldOut['baselines']>('heldOut,baselines'),
    human: ofManifest<HeldOut['human']>('heldOut,human'),
  },
  round: { id: rounds.id, number: rounds.number },
  jobId: rewardModels.jobId,
  createdBy: people.name,
  createdAt: rewardModels.createdAt,
};

const selectModels = (db: Queryable) =>
  db
    .select(columns)
    .from(rewardModels)
    .leftJoin(people, eq(people.id, rewardModels.createdBy))
    .leftJoin(rounds, eq(rounds.modelId, rewardModels.id));

const ofKey = ({ projectId, modelId }: ModelKey) =>
  and(eq(rewardModels.projectId, projectId), eq(rewardModels.id, modelId));

type Row = Awaited<ReturnType<typeof selectModels>>[number];

/** Versions of the reward model of a project, newest first. */
export async function listModels(
  db: Queryable,
  options: { projectId: string; limit: number; cursor?: string | undefined },
): Promise<ModelPage> {
  const { projectId, limit } = options;
  const before = readCursor(z.int(), options.cursor);
  const ofProject = eq(rewardModels.projectId, projectId);
  const rows = await selectModels(db)
    .where(and(ofProject, before === null ? undefined : lt(rewardModels.version, before)))
    .orderBy(desc(rewardModels.version))
    .limit(limit + 1);
  const total = await db.$count(rewardModels, ofProject);
  const items = await present(db, rows.slice(0, limit));
  return { items, nextCursor: rows.length > limit ? writeCursor(items.at(-1)!.version) : null, total };
}

/** @throws ApiError `not_found` */
export async function readModel(
  db: Queryable,
  key: ModelKey,
): Promise<RewardModel & { manifest: RewardManifest }> {
  const [row] = await selectModels(db).where(ofKey(key));
  const [stored] = await db.select({ manifest: rewardModels.manifest }).from(rewardModels).where(ofKey(key));
  if (!row || !stored) throw modelNotFound();
  const [model] = await present(db, [row]);
  return { ...model!, manifest: stored.manifest };
}

async function present(db: Queryable, rows: readonly Row[]): Promise<RewardModel[]> {
  if (rows.length === 0) return [];
  const scored = await db
    .select({ modelId: answerScores.modelId, scored: count() })
    .from(answerScores)
    .where(
      inArray(
        answerScores.modelId,
        rows.map(({ id }) => id),
      ),
    )
    .groupBy(answerScores.modelId);
  const scoredBy = new Map(scored.map((row) => [row.modelId, row.scored]));
  return rows.map((row) => ({
    ...row,
    scored: scoredBy.get(row.id) ?? 0,
    createdAt: row.createdAt.toISOString(),
  }));
}

/** What jobs and requests need of a version. */
export interface ModelRow {
  id: string;
  version: number;
  jobId: string;
  manifest: RewardManifest;
}

/**
 * A version, or the one in use.
 * @throws ApiError `not_found`; `wrong_state` when the project has none yet
 */
export async function findModel(
  db: Queryable,
  key: ModelKey | { projectId: string; modelId: 'current' },
): Promise<ModelRow> {
  const row = key.modelId === 'current' ? await findCurrent(db, key.projectId) : await findOne(db, key);
  if (row) return row;
  if (key.modelId !== 'current') throw modelNotFound();
  throw new ApiError('wrong_state', 'This project has no reward model yet. Train one first.');
}

const modelRow = {
  id: rewardModels.id,
  version: rewardModels.version,
  jobId: rewardModels.jobId,
  manifest: rewardModels.manifest,
};

async function findOne(db: Queryable, key: ModelKey): Promise<ModelRow | undefined> {
  const [row] = await db.select(modelRow).from(rewardModels).where(ofKey(key));
  return row;
}

/** The newest version of a project: the one in use. */
export async function findCurrent(db: Queryable, projectId: string): Promise<ModelRow | undefined> {
  const [row] = await db
    .select(modelRow)
    .from(rewardModels)
    .where(eq(rewardModels.projectId, projectId))
    .orderBy(desc(rewardModels.version))
    .limit(1);
  return row;
}

export const modelNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such version of the reward model in this project.');

/**
 * The model file of a version, if its bytes are what was trained.
 * @throws ApiError `not_found`; `wrong_state` when the file is missing or altered
 */
export async function rewardModelFile(deps: Dependencies, key: ModelKey): Promise<FileAnswer> {
  const { version, manifest } = await findModel(deps.db, key);
  return intactModel(deps, { name: `reward model ${version}`, blobHash: manifest.model.sha256 });
}
