import { ApiError, scoreJobResultSchema, type rewardRoutes } from '@rookery/shared/api';
import { and, eq, inArray, lt } from 'drizzle-orm';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { jobs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { cancelJob, createJob, enqueueJob, findJob, openStates, type JobRow } from '../jobs/index.ts';
import { findModel } from './versions.ts';

/** A lost message costs no more than this, in milliseconds. */
const lookEveryMs = 1000;
/** Longer than any request waits, in milliseconds. */
const abandonedMs = 5 * 60_000;
/** How long ended requests are kept as jobs, in milliseconds. */
const keptMs = 24 * 60 * 60_000;

interface Asked {
  projectId: string;
  /** A version's id, or `current`. */
  modelId: string;
  question: string;
  answers: readonly { quotes: readonly { title: string; extract: string }[]; answer: string }[];
  /** Seconds. */
  wait: number;
  actorId: string;
  /** Aborted when whoever asked has gone, or this server is closed. */
  signal: AbortSignal;
}

type Ranked = z.input<(typeof rewardRoutes)['rankAnswers']['answer']>;

/**
 * Has a model worker score answers while the request waits; best first, of equal ones in the order given.
 * @throws ApiError `not_found`, `wrong_state` (no model, or the job failed, with its reason); `unavailable` when no worker was done in time
 */
export async function rankAnswers(deps: Dependencies, asked: Asked): Promise<Ranked> {
  const { projectId, question, answers, actorId } = asked;
  const model = await findModel(deps.db, { projectId, modelId: asked.modelId });
  const job = await deps.db.transaction((tx) =>
    createJob(tx, {
      projectId,
      kind: 'score',
      input: { modelId: model.id, question, answers },
      createdBy: actorId,
      state: 'queued',
      at: deps.clock(),
    }),
  );
  // Not waited for: a queue that cannot be reached would outlast the time that was given.
  void enqueueJob(deps, job);
  const ended = await untilEnded(deps, job, asked);
  if (ended.state === 'cancelled') throw asked.signal.aborted ? leftAlone() : tooLate();
  const { scores } = resultOf(ended, answers.length);
  return {
    model: { id: model.id, version: model.version },
    ranking: scores
      .map(({ score, uncertainty }, index) => ({ index, score, uncertainty }))
      .toSorted((one, other) => other.score - one.score || one.index - other.index),
  };
}

async function untilEnded(deps: Dependencies, job: JobRow, asked: Asked): Promise<JobRow> {
  const key = { projectId: job.projectId, jobId: job.id };
  const isOpen = ({ state }: JobRow): boolean => (openStates as readonly string[]).includes(state);
  const end = performance.now() + asked.wait * 1000;
  let wake = new AbortController();
  const stop = deps.live.subscribe((_audience, message) => {
    if (message.type === 'job' && message.jobId === job.id) wake.abort();
  });
  try {
    for (;;) {
      const row = await findJob(deps.db, key);
      if (!isOpen(row)) return row;
      const left = end - performance.now();
      if (left <= 0 || asked.signal.aborted) return await giveUp(deps, { ...key, actorId: asked.actorId });
      const { signal } = wake;
      await wait(Math.min(left, lookEveryMs), undefined, {
        signal: AbortSignal.any([signal, asked.signal]),
      }).catch(() => {});
      if (wake.signal.aborted) wake = new AbortController();
    }
  } finally {
    stop();
  }
}

/** Cancels the job, unless it has ended just now. */
async function giveUp(
  deps: Dependencies,
  key: { projectId: string; jobId: string; actorId: string | null },
): Promise<JobRow> {
  await cancelJob(deps, key).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
  });
  return findJob(deps.db, key);
}

const tooLate = (): ApiError =>
  new ApiError(
    'unavailable',
    'No model worker has scored this in time. See under Jobs and workers whether one is there that takes "score" (npm run worker starts one), then try again.',
  );

/** Who has gone does not hear of it. */
const leftAlone = (): ApiError =>
  new ApiError('unavailable', 'The server is being restarted. Ask again in a moment.');

function resultOf(job: JobRow, wanted: number): z.output<typeof scoreJobResultSchema> {
  if (job.state === 'failed')
    throw new ApiError('wrong_state', job.error ?? 'The job failed without a reason.');
  const parsed = scoreJobResultSchema.safeParse(job.result);
  if (parsed.success && parsed.data.scores.length === wanted) return parsed.data;
  throw new ApiError(
    'wrong_state',
    'The model worker gave something else than a score for each answer. Update it to the version of the server.',
  );
}

/**
 * Cancels requests whose server was killed while they waited, so that no worker does them for nobody, and removes those that ended a day ago or
 * earlier: they are many, and nobody looks for them again.
 */
export async function sweepScoreRequests(deps: Dependencies): Promise<void> {
  const now = deps.clock().getTime();
  const abandoned = await deps.db
    .select({ projectId: jobs.projectId, jobId: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.kind, 'score'),
        inArray(jobs.state, openStates),
        lt(jobs.createdAt, new Date(now - abandonedMs)),
      ),
    );
  for (const key of abandoned) await giveUp(deps, { ...key, actorId: null });
  const before = new Date(now - keptMs);
  await deps.db
    .delete(jobs)
    .where(
      and(
        eq(jobs.kind, 'score'),
        inArray(jobs.state, ['done', 'failed', 'cancelled']),
        lt(jobs.endedAt, before),
      ),
    );
}
