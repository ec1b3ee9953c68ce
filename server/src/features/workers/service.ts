import { ApiError, cleanText, type Routes, type WorkerDescription } from '@rookery/shared/api';
import { modelJobKindSchema, type JobKind } from '@rookery/shared/queues';
import { and, eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { workers } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  attemptSuperseded,
  beginAttempt,
  completeAttempt,
  failAttempt,
  findModelJob,
  modelJobNotFound,
  writeAttempt,
  type AttemptWrite,
  type Conclusion,
} from '../jobs/index.ts';
import { trainingConclusion } from '../policies/index.ts';
import { rewardConclusion, scoringConclusion } from '../rewards/index.ts';
import { announceWorkers } from './announce.ts';

/** What becomes of the results of kinds that are more than a note on the job. */
const conclusions: Partial<Record<JobKind, Conclusion>> = {
  'train-ranker': trainingConclusion,
  'train-reward': rewardConclusion,
  'score-answers': scoringConclusion,
};

type Started = z.input<Routes['startAttempt']['answer']>;

/** Who reports on which attempt. */
interface AttemptReport {
  jobId: string;
  attempt: number;
  attemptToken: string;
  tokenId: string;
}

/** @throws ApiError `forbidden` when the worker's id was first reported with another token. */
export async function reportWorker(
  deps: Dependencies,
  report: WorkerDescription & { workerId: string; tokenId: string; isEnding: boolean },
): Promise<void> {
  const { workerId, tokenId, name, kinds, models, endpoints, encoders } = report;
  const described = {
    name,
    kinds,
    models,
    endpoints,
    encoders,
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
    // Only a row that was just inserted has no transaction that replaced it.
    .returning({ isNew: sql<boolean>`${workers}.xmax = 0` });
  const [row] = written;
  if (!row) throw new ApiError('forbidden', 'This worker id belongs to another token. Take a new id.');
  if (row.isNew || report.isEnding) announceWorkers(deps);
}

/**
 * Begins an attempt for a worker.
 * @throws ApiError `not_found` (no such model job, or of a project the token is not for); `conflict` when a later
 *   attempt exists, or the worker has not reported itself; `wrong_state` when the job has ended.
 */
export async function start(
  deps: Dependencies,
  request: { jobId: string; attempt: number; workerId: string; tokenId: string },
): Promise<Started> {
  const { jobId, attempt, workerId, tokenId } = request;
  await findModelJob(deps.db, request);
  const [worker] = await deps.db
    .update(workers)
    .set({ lastSeenAt: deps.clock() })
    .where(and(eq(workers.id, workerId), eq(workers.tokenId, tokenId)))
    .returning({ id: workers.id });
  if (!worker)
    throw new ApiError('conflict', 'The server does not know this worker yet. Report it, then begin again.');

  const beginning = await beginAttempt(deps, { jobId, attempt, family: 'model', workerId });
  if (!beginning.job) {
    if (beginning.refused === 'missing') throw modelJobNotFound();
    if (beginning.refused === 'superseded') throw attemptSuperseded();
    throw new ApiError(
      'wrong_state',
      'This job has ended already: it was done, given up or cancelled. Drop it.',
    );
  }
  announceWorkers(deps);
  const { kind, projectId, input, attemptToken } = beginning.job;
  return {
    kind: modelJobKindSchema.parse(kind),
    projectId,
    input: input as Started['input'],
    attemptToken,
  };
}

export async function progress(
  deps: Dependencies,
  report: AttemptReport & { done: number; total: number | null },
): Promise<void> {
  await findModelJob(deps.db, report);
  const change = { progressDone: report.done, progressTotal: report.total };
  refuseSuperseded(await writeAttempt(deps, keyOf(report), { change }));
}

/**
 * Ends a job with its result. A result that cannot be used fails the job for good, with the reason.
 * @throws ApiError `not_found`; `conflict` when the attempt no longer counts; `wrong_state` when the result was refused
 */
export async function complete(
  deps: Dependencies,
  report: AttemptReport & { result: Record<string, unknown> },
): Promise<void> {
  const { kind } = await findModelJob(deps.db, report);
  const outcome = { result: report.result, conclusion: conclusions[kind] };
  try {
    refuseSuperseded(await completeAttempt(deps, keyOf(report), outcome));
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'conflict') throw error;
    refuseSuperseded(await failAttempt(deps, keyOf(report), { reason: error.message, isFinal: true }));
    announceWorkers(deps);
    throw new ApiError('wrong_state', error.message, { cause: error });
  }
  announceWorkers(deps);
}

export async function fail(
  deps: Dependencies,
  report: AttemptReport & { reason: string; isFinal: boolean },
): Promise<void> {
  await findModelJob(deps.db, report);
  const failure = { reason: cleanText(report.reason), isFinal: report.isFinal };
  refuseSuperseded(await failAttempt(deps, keyOf(report), failure));
  announceWorkers(deps);
}

const keyOf = ({ jobId, attempt, attemptToken }: AttemptReport) => ({ jobId, attempt, token: attemptToken });

function refuseSuperseded(write: AttemptWrite): void {
  if (write === 'superseded') throw attemptSuperseded();
}
