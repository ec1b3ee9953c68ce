import { ApiError, cleanText, type Routes, type WorkerDescription } from '@rookery/shared/api';
import { modelJobKindSchema } from '@rookery/shared/queues';
import { and, desc, eq, isNull, or } from 'drizzle-orm';
import type { z } from 'zod';
import { apiTokens, jobs, workers } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  beginAttempt,
  completeAttempt,
  failAttempt,
  writeAttempt,
  type AttemptWrite,
} from '../jobs/index.ts';

const onlineForMs = 60_000;

type Answer<Id extends 'listWorkers' | 'startAttempt'> = z.input<Routes[Id]['answer']>;

/** Who reports on which attempt. */
interface AttemptReport {
  jobId: string;
  attempt: number;
  attemptToken: string;
  tokenId: string;
}

/** Model workers of the installation, the last seen first. */
export async function listWorkers(deps: Dependencies): Promise<Answer<'listWorkers'>> {
  const rows = await deps.db.select().from(workers).orderBy(desc(workers.lastSeenAt), workers.id);
  const now = deps.clock().getTime();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    // A worker of another version may name kinds that this server does not know.
    kinds: row.kinds.flatMap(({ kind, concurrency }) => {
      const known = modelJobKindSchema.safeParse(kind);
      return known.success ? [{ kind: known.data, concurrency }] : [];
    }),
    version: row.version,
    device: row.device,
    models: row.models,
    endpoints: row.endpoints,
    jobs: [],
    startedAt: row.startedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    isOnline: now - row.lastSeenAt.getTime() < onlineForMs,
  }));
}

/** @throws ApiError `forbidden` when the worker's id was first reported with another token. */
export async function reportWorker(
  deps: Dependencies,
  report: WorkerDescription & { workerId: string; tokenId: string; isEnding: boolean },
): Promise<void> {
  const { workerId, tokenId, name, kinds, models, endpoints } = report;
  const described = {
    name,
    kinds,
    models,
    endpoints,
    device: cleanText(report.device),
    version: cleanText(report.version),
    endedAt: report.isEnding ? deps.clock() : null,
    startedAt: new Date(report.startedAt),
  };
  const lastSeenAt = deps.clock();
  const written = await deps.db
    .insert(workers)
    .values({ id: workerId, tokenId, ...described, lastSeenAt })
    .onConflictDoUpdate({
      target: workers.id,
      set: { ...described, lastSeenAt },
      setWhere: eq(workers.tokenId, tokenId),
    })
    .returning({ id: workers.id });
  if (written.length === 0)
    throw new ApiError('forbidden', 'This worker id belongs to another token. Take a new id.');
}

/**
 * Begins an attempt for a worker.
 * @throws ApiError `not_found` (no such model job, or of a project the token is not for); `conflict` when a later
 *   attempt exists, or the worker has not reported itself; `wrong_state` when the job has ended.
 */
export async function start(
  deps: Dependencies,
  request: { jobId: string; attempt: number; workerId: string; tokenId: string },
): Promise<Answer<'startAttempt'>> {
  const { jobId, attempt, workerId, tokenId } = request;
  await checkJobAccess(deps, request);
  const [worker] = await deps.db
    .update(workers)
    .set({ lastSeenAt: deps.clock() })
    .where(and(eq(workers.id, workerId), eq(workers.tokenId, tokenId)))
    .returning({ id: workers.id });
  if (!worker)
    throw new ApiError('conflict', 'The server does not know this worker yet. Report it, then begin again.');

  const beginning = await beginAttempt(deps, { jobId, attempt, family: 'model' });
  if (!beginning.job) {
    if (beginning.refused === 'missing') throw jobNotFound();
    if (beginning.refused === 'superseded') throw superseded();
    throw new ApiError(
      'wrong_state',
      'This job has ended already: it was done, given up or cancelled. Drop it.',
    );
  }
  const { kind, projectId, input, attemptToken } = beginning.job;
  return {
    kind: modelJobKindSchema.parse(kind),
    projectId,
    input: input as Answer<'startAttempt'>['input'],
    attemptToken,
  };
}

export async function progress(
  deps: Dependencies,
  report: AttemptReport & { done: number; total: number | null },
): Promise<void> {
  await checkJobAccess(deps, report);
  const change = { progressDone: report.done, progressTotal: report.total };
  refuseSuperseded(await writeAttempt(deps, keyOf(report), { change }));
}

export async function complete(
  deps: Dependencies,
  report: AttemptReport & { result: Record<string, unknown> },
): Promise<void> {
  await checkJobAccess(deps, report);
  refuseSuperseded(await completeAttempt(deps, keyOf(report), { result: report.result }));
}

export async function fail(
  deps: Dependencies,
  report: AttemptReport & { reason: string; isFinal: boolean },
): Promise<void> {
  await checkJobAccess(deps, report);
  const failure = { reason: cleanText(report.reason), isFinal: report.isFinal };
  refuseSuperseded(await failAttempt(deps, keyOf(report), failure));
}

/** A token that is bound to a project works on that project's jobs alone. */
async function checkJobAccess(
  deps: Dependencies,
  request: { jobId: string; tokenId: string },
): Promise<void> {
  const [row] = await deps.db
    .select({ id: jobs.id })
    .from(jobs)
    .innerJoin(
      apiTokens,
      and(
        eq(apiTokens.id, request.tokenId),
        or(isNull(apiTokens.projectId), eq(apiTokens.projectId, jobs.projectId)),
      ),
    )
    .where(eq(jobs.id, request.jobId));
  if (!row) throw jobNotFound();
}

const keyOf = ({ jobId, attempt, attemptToken }: AttemptReport) => ({ jobId, attempt, token: attemptToken });

function refuseSuperseded(write: AttemptWrite): void {
  if (write === 'superseded') throw superseded();
}

const superseded = () =>
  new ApiError(
    'conflict',
    'This attempt no longer counts: another one has begun, or the job has ended. Drop it.',
  );

const jobNotFound = () => new ApiError('not_found', 'There is no such job for model workers.');
