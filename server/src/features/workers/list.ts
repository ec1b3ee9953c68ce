import type { Worker } from '@rookery/shared/api';
import { modelJobKindSchema, type ModelJobKind } from '@rookery/shared/queues';
import { and, asc, desc, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import { apiTokens, jobs, workers } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

/** A worker is there while it was seen so lately, in milliseconds. */
const onlineForMs = 60_000;
/** A project's leads are not shown workers that were not seen for so long. */
const shownForMs = 24 * 60 * 60_000;

type WorkerRow = typeof workers.$inferSelect;

/** Model workers of the installation with all that they have in hand, the last seen first. */
export async function listWorkers(deps: Dependencies): Promise<Worker[]> {
  const rows = await deps.db.select().from(workers).orderBy(desc(workers.lastSeenAt), workers.id);
  return present(deps, rows);
}

/**
 * Model workers that take jobs of a project and were seen in the last day, with what they have in hand of it, the last seen first.
 * Those whose key was revoked or ran out take none.
 */
export async function listProjectWorkers(deps: Dependencies, projectId: string): Promise<Worker[]> {
  const now = deps.clock();
  const rows = await deps.db
    .select({ worker: workers })
    .from(workers)
    .innerJoin(apiTokens, eq(apiTokens.id, workers.tokenId))
    .where(and(mayWorkFor(projectId, now), gt(workers.lastSeenAt, new Date(now.getTime() - shownForMs))))
    .orderBy(desc(workers.lastSeenAt), workers.id);
  return present(
    deps,
    rows.map(({ worker }) => worker),
    projectId,
  );
}

/** How many jobs of a kind the workers that are online make at once for a project. */
export async function countSlots(
  { db, clock }: Dependencies,
  { projectId, kind }: { projectId: string; kind: ModelJobKind },
): Promise<number> {
  const now = clock();
  const rows = await db
    .select({ kinds: workers.kinds })
    .from(workers)
    .innerJoin(apiTokens, eq(apiTokens.id, workers.tokenId))
    .where(
      and(
        mayWorkFor(projectId, now),
        isNull(workers.endedAt),
        gt(workers.lastSeenAt, new Date(now.getTime() - onlineForMs)),
      ),
    );
  const taken = rows.flatMap(({ kinds }) => kinds).filter((one) => one.kind === kind);
  return taken.reduce((sum, { concurrency }) => sum + concurrency, 0);
}

/** Whether a worker's key holds, and is for the project or for all. */
const mayWorkFor = (projectId: string, now: Date) =>
  and(
    isNull(apiTokens.revokedAt),
    or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, now)),
    or(isNull(apiTokens.projectId), eq(apiTokens.projectId, projectId)),
  );

async function present(
  deps: Dependencies,
  rows: readonly WorkerRow[],
  ofProjectId?: string,
): Promise<Worker[]> {
  const inHand = await findInHand(
    deps,
    rows.map(({ id }) => id),
    ofProjectId,
  );
  const now = deps.clock().getTime();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kinds: row.kinds.flatMap(({ kind, concurrency }) => {
      const known = modelJobKindSchema.safeParse(kind);
      return known.success ? [{ kind: known.data, concurrency }] : [];
    }),
    version: row.version,
    device: row.device,
    models: row.models,
    endpoints: row.endpoints,
    encoders: row.encoders,
    jobs: inHand.get(row.id) ?? [],
    startedAt: row.startedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    isOnline: row.endedAt === null && now - row.lastSeenAt.getTime() < onlineForMs,
  }));
}

async function findInHand(
  deps: Dependencies,
  workerIds: string[],
  ofProjectId: string | undefined,
): Promise<Map<string, Worker['jobs']>> {
  if (workerIds.length === 0) return new Map();
  const rows = await deps.db
    .select({ id: jobs.id, kind: jobs.kind, workerId: jobs.workerId })
    .from(jobs)
    .where(
      and(
        inArray(jobs.workerId, workerIds),
        eq(jobs.state, 'running'),
        ofProjectId === undefined ? undefined : eq(jobs.projectId, ofProjectId),
      ),
    )
    .orderBy(asc(jobs.id));
  const byWorker = Map.groupBy(rows, ({ workerId }) => workerId!);
  return new Map(
    [...byWorker].map(([id, list]) => [
      id,
      list.map((job) => ({ id: job.id, kind: modelJobKindSchema.parse(job.kind) })),
    ]),
  );
}
