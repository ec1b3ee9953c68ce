import {
  ApiError,
  type EndpointSettings,
  type policyRoutes,
  type PolicyVersion,
  type RankerManifest,
} from '@rookery/shared/api';
import { and, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { episodes, people, policyVersions, questions, samples } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { takeNextVersion } from './names.ts';

type VersionPage = z.input<(typeof policyRoutes)['listPolicyVersions']['answer']>;

interface VersionKey {
  projectId: string;
  versionId: string;
}

/** Of the manifest only what lists show: the rest of it is long. */
const columns = {
  id: policyVersions.id,
  name: policyVersions.name,
  version: policyVersions.version,
  source: policyVersions.source,
  kind: policyVersions.kind,
  settings: policyVersions.settings,
  note: policyVersions.note,
  model: sql<RankerManifest['model'] | null>`${policyVersions.manifest} -> 'model'`,
  snapshot: sql<RankerManifest['snapshot'] | null>`${policyVersions.manifest} -> 'snapshot'`,
  accuracy: sql<PolicyVersion['heldOutAccuracy']>`${policyVersions.manifest} -> 'heldOut' -> 'accuracy'`,
  jobId: policyVersions.jobId,
  createdBy: people.name,
  createdAt: policyVersions.createdAt,
};

/** Versions of all policies of a project, newest first. */
export async function listVersions(
  db: Queryable,
  options: { projectId: string; limit: number; cursor?: string | undefined },
): Promise<VersionPage> {
  const { projectId, limit } = options;
  const before = readCursor(z.uuid(), options.cursor);
  const ofProject = eq(policyVersions.projectId, projectId);
  const rows = await selectVersions(db)
    .where(and(ofProject, before === null ? undefined : lt(policyVersions.id, before)))
    .orderBy(desc(policyVersions.id))
    .limit(limit + 1);
  const [counted] = await db.select({ total: count() }).from(policyVersions).where(ofProject);
  const items = await present(db, rows.slice(0, limit));
  return {
    items,
    nextCursor: rows.length > limit ? writeCursor(items.at(-1)!.id) : null,
    total: counted?.total ?? 0,
  };
}

/** @throws ApiError `not_found` */
export async function readVersion(
  db: Queryable,
  key: VersionKey,
): Promise<PolicyVersion & { manifest: RankerManifest | null }> {
  const [row] = await db
    .select({ ...columns, manifest: policyVersions.manifest })
    .from(policyVersions)
    .leftJoin(people, eq(people.id, policyVersions.createdBy))
    .where(ofKey(key));
  if (!row) throw versionNotFound();
  const [version] = await present(db, [row]);
  return { ...version!, manifest: row.manifest };
}

export const ofKey = ({ projectId, versionId }: VersionKey) =>
  and(eq(policyVersions.projectId, projectId), eq(policyVersions.id, versionId));

export const versionNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such version of a policy in this project.');

/**
 * Makes the next version of a policy at an endpoint.
 * @throws ApiError `conflict` when the name belongs to rankers
 */
export async function createEndpointVersion(
  deps: Dependencies,
  request: { projectId: string; name: string; note: string; settings: EndpointSettings; actorId: string },
): Promise<PolicyVersion> {
  const { projectId, note, settings, actorId } = request;
  const id = uuidv7();
  await deps.db.transaction(async (tx) => {
    const taken = await takeNextVersion(tx, { projectId, name: request.name, kind: 'endpoint' });
    const at = deps.clock();
    await tx.insert(policyVersions).values({
      id,
      projectId,
      ...taken,
      kind: 'endpoint',
      settings,
      note,
      createdBy: actorId,
      createdAt: at,
    });
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'policy-version',
      objectId: id,
      kind: 'policy-version.created',
      after: { ...taken, kind: 'endpoint', settings },
      at,
    });
  });
  return readVersion(deps.db, { projectId, versionId: id });
}

const selectVersions = (db: Queryable) =>
  db
    .select(columns)
    .from(policyVersions)
    .leftJoin(people, eq(people.id, policyVersions.createdBy))
    .$dynamic();

type VersionRow = Awaited<ReturnType<typeof selectVersions>>[number];

async function present(db: Queryable, rows: readonly VersionRow[]): Promise<PolicyVersion[]> {
  const figures = await countSamples(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map(({ model, snapshot, accuracy, ...row }) => ({
    id: row.id,
    name: row.name,
    version: row.version,
    source: row.source,
    kind: row.kind,
    settings: row.settings,
    note: row.note,
    model,
    trainedOn: snapshot && { demonstrations: snapshot.demonstrations, questions: snapshot.questions },
    heldOutAccuracy: accuracy,
    samples: figures.get(row.id) ?? { done: 0, answered: 0, citable: 0, citing: 0 },
    jobId: row.jobId,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
  }));
}

/** Figures of the samples of each of these versions, by the last draw of each. */
async function countSamples(
  db: Queryable,
  versionIds: readonly string[],
): Promise<Map<string, PolicyVersion['samples']>> {
  if (versionIds.length === 0) return new Map();
  const rows = await db
    .select({
      versionId: samples.policyVersionId,
      done: sql<number>`count(*)::int`,
      answered: sql<number>`count(*) filter (where ${samples.state} = 'answered')::int`,
      citable: sql<number>`count(*) filter (where jsonb_array_length(${questions.referencePages}) > 0)::int`,
      citing: sql<number>`count(*) filter (where ${episodes.citesReference})::int`,
    })
    .from(samples)
    .innerJoin(questions, eq(questions.id, samples.questionId))
    .leftJoin(episodes, and(eq(episodes.sampleId, samples.id), eq(episodes.draw, samples.draw)))
    .where(
      and(
        inArray(samples.policyVersionId, [...versionIds]),
        inArray(samples.state, ['answered', 'no-answer', 'duplicate']),
      ),
    )
    .groupBy(samples.policyVersionId);
  return new Map(rows.map(({ versionId, ...figures }) => [versionId, figures]));
}
