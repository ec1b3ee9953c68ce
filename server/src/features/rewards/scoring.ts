import { ApiError, type Job } from '@rookery/shared/api';
import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable, Transaction } from '../../db/database.ts';
import { answers, answerScores, samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  createJob,
  enqueueJob,
  jobAnswer,
  lockRunningAttempt,
  type Conclusion,
  type JobRow,
} from '../jobs/index.ts';
import { findJobOfKinds } from '../models/index.ts';
import { selectAnswers, type AnswerPage } from './answers-to-read.ts';
import { findModel, type ModelKey } from './versions.ts';

const inputSchema = z.object({ modelId: z.uuid(), planId: z.uuid().nullable().default(null) });

/** Whether an answer is what counts of its episode now, and its question is in use. The statement joins `questions`, `episodes` and `samples`. */
export const countsNow: SQL = sql`questions.excluded_at is null
  and (answers.origin = 'import' or episodes.answer_revision = answers.revision)
  and (answers.origin <> 'sample' or (samples.state = 'answered' and samples.draw = episodes.draw))`;

/** What a job scores: answers that were there when it was made. */
interface Scoring {
  projectId: string;
  modelId: string;
  planId: string | null;
  before: Date;
}

export const ofScoring = (job: JobRow): Scoring => ({
  projectId: job.projectId,
  ...inputSchema.parse(job.input),
  before: job.createdAt,
});

export const modelOfScoring = (job: JobRow): string => inputSchema.parse(job.input).modelId;

/** Ids of the answers that are still to be scored: those that count now, of questions in use. */
const openAnswers = ({ projectId, modelId, planId, before }: Scoring): SQL => sql`
  select answers.id from answers
  inner join questions on questions.id = answers.question_id
  left join episodes on episodes.id = answers.episode_id
  left join samples on samples.id = episodes.sample_id
  where answers.project_id = ${projectId} and answers.created_at <= ${before.toISOString()}::timestamptz
    and ${countsNow}
    ${planId === null ? sql`` : sql`and samples.plan_id = ${planId}`}
    and not exists (select from answer_scores
      where answer_scores.model_id = ${modelId} and answer_scores.answer_id = answers.id)`;

/** How many answers, of a plan or of all, are still to be scored by a version. */
export async function countUnscored(db: Queryable, scoring: Scoring): Promise<number> {
  const { rows } = await db.execute<{ open: number }>(
    sql`select count(*)::int as open from (${openAnswers(scoring)}) as unscored`,
  );
  return rows[0]!.open;
}

/** A page of the answers that are still to be scored, by id. */
export const listOpen = (
  db: Queryable,
  { after, limit, ...scoring }: Scoring & { after: string | null; limit: number },
): Promise<AnswerPage> => selectAnswers(db, { ids: openAnswers(scoring), after, limit });

/** Makes the job in which a version scores the answers that it has not scored; enqueue it after the commit. */
export const makeScoring = (
  deps: Dependencies,
  tx: Transaction,
  request: { projectId: string; modelId: string; planId: string | null; actorId: string | null },
): Promise<JobRow> => {
  const { projectId, modelId, planId, actorId } = request;
  return createJob(tx, {
    projectId,
    kind: 'score-answers',
    input: { modelId, planId },
    createdBy: actorId,
    state: 'queued',
    at: deps.clock(),
  });
};

/**
 * As `makeScoring`, at once.
 * @throws ApiError `not_found` for an unknown version or plan; `wrong_state` when nothing is left to score
 */
export async function scoreAnswers(
  deps: Dependencies,
  request: ModelKey & { planId: string | null; actorId: string },
): Promise<Job> {
  const { projectId, modelId, planId } = request;
  const job = await deps.db.transaction(async (tx) => {
    const { version } = await findModel(tx, { projectId, modelId });
    if (planId !== null) {
      const plan = and(eq(samplingPlans.projectId, projectId), eq(samplingPlans.id, planId));
      if ((await tx.$count(samplingPlans, plan)) === 0)
        throw new ApiError('not_found', 'There is no such sampling plan in this project.');
    }
    const before = deps.clock();
    if ((await countUnscored(tx, { projectId, modelId, planId, before })) === 0)
      throw new ApiError(
        'wrong_state',
        `Version ${version} has scored every answer that there is${planId === null ? '' : ' in this plan'}.`,
      );
    return makeScoring(deps, tx, request);
  });
  await enqueueJob(deps, job);
  return jobAnswer(job);
}

/**
 * Keeps scores that a running attempt hands in; an answer that has one keeps it.
 * @throws ApiError `not_found`; `wrong_state` when the job does not score; `conflict` when the attempt no longer counts
 */
export async function storeScores(
  deps: Dependencies,
  request: {
    jobId: string;
    tokenId: string;
    attemptToken: string;
    scores: readonly {
      answerId: string;
      score: number;
      uncertainty: number;
      halves: readonly [number, number] | null;
    }[];
  },
): Promise<void> {
  const { jobId, attemptToken, scores } = request;
  const found = await findJobOfKinds(deps.db, request, ['score-answers']);
  const { projectId, modelId } = ofScoring(found);
  const ids = scores.map(({ answerId }) => answerId);
  // In one order, so that of two jobs that score the same answers one waits for the other, and not each for the other.
  const sorted = scores.toSorted((one, other) => (one.answerId < other.answerId ? -1 : 1));
  await deps.db.transaction(async (tx) => {
    await lockRunningAttempt(tx, { jobId, attemptToken, strength: 'share' });
    const known = await tx.$count(answers, and(eq(answers.projectId, projectId), inArray(answers.id, ids)));
    if (known !== new Set(ids).size)
      throw new ApiError('not_found', 'Some of these answers are not of the project of this job.');
    await tx
      .insert(answerScores)
      .values(
        sorted.map(({ answerId, score, uncertainty, halves }) => ({
          projectId,
          modelId,
          answerId,
          score,
          uncertainty,
          firstHalf: halves?.[0] ?? null,
          secondHalf: halves?.[1] ?? null,
          jobId,
          createdAt: deps.clock(),
        })),
      )
      .onConflictDoNothing();
  });
}

/** A job that scores is done when its answers have scores. One that is handed in too early falls silent, and its next attempt goes on. */
export const scoringConclusion: Conclusion = {
  async conclude(deps, { tx, job }) {
    const { projectId, modelId } = ofScoring(job);
    const open = await countUnscored(tx, ofScoring(job));
    if (open > 0)
      throw new ApiError('conflict', `${open} answers of this job have no score: its next attempt goes on.`);
    const { version } = await findModel(tx, { projectId, modelId });
    await deps.live.publish(tx, { projectId }, { type: 'reward-models', projectId });
    return { modelId, version, scored: await tx.$count(answerScores, eq(answerScores.jobId, job.id)) };
  },
  isTheSame: () => Promise.resolve(true),
};
