import type { policyRoutes } from '@rookery/shared/api';
import { and, eq, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable, Transaction } from '../../db/database.ts';
import { countsAsAccepted, isDone } from '../../db/review-standing.ts';
import { assignments, episodes, members, questions, trainingEpisodes } from '../../db/schema/index.ts';

type Preview = z.input<(typeof policyRoutes)['previewTraining']['answer']>;

/** Submitted demonstrations of questions for behaviour cloning; one whose answer is being revised counts with its last one. */
const isOfUse = (projectId: string): SQL | undefined =>
  and(
    eq(episodes.projectId, projectId),
    eq(episodes.kind, 'demonstration'),
    isNotNull(episodes.answerRevision),
    eq(questions.use, 'bc'),
    isDone,
  );

const isLearntFrom = (projectId: string): SQL | undefined =>
  and(isNull(questions.excludedAt), countsAsAccepted(projectId));

/** What training would learn from now. */
export async function previewTraining(db: Queryable, projectId: string): Promise<Preview> {
  const isWanted = sql`coalesce(${isLearntFrom(projectId)}, false)`;
  const [row] = await db
    .select({
      demonstrations: sql<number>`count(*) filter (where ${isWanted})::int`,
      questions: sql<number>`count(distinct ${questions.id}) filter (where ${isWanted})::int`,
      simulated: sql<number>`count(*) filter (where ${isWanted} and ${members.isSimulated})::int`,
      leftOut: sql<number>`count(*) filter (where not ${isWanted})::int`,
    })
    .from(episodes)
    .innerJoin(assignments, eq(assignments.id, episodes.assignmentId))
    .innerJoin(questions, eq(questions.id, episodes.questionId))
    .innerJoin(members, eq(members.id, episodes.memberId))
    .where(isOfUse(projectId));
  return row!;
}

/** Fixes what a job learns from: accepted demonstrations as they stand, with their newest answers. */
export async function fixTrainingSet(
  tx: Transaction,
  { projectId, jobId }: { projectId: string; jobId: string },
): Promise<{ demonstrations: number; questions: number }> {
  const rows = await tx
    .insert(trainingEpisodes)
    .select(
      tx
        .select({
          projectId: episodes.projectId,
          jobId: sql<string>`${jobId}::uuid`.as('job_id'),
          episodeId: sql<string>`${episodes.id}`.as('episode_id'),
          questionId: episodes.questionId,
          revision: sql<number>`${episodes.answerRevision}`.as('revision'),
        })
        .from(episodes)
        .innerJoin(assignments, eq(assignments.id, episodes.assignmentId))
        .innerJoin(questions, eq(questions.id, episodes.questionId))
        .where(and(isOfUse(projectId), isLearntFrom(projectId))),
    )
    .returning({ questionId: trainingEpisodes.questionId });
  return { demonstrations: rows.length, questions: new Set(rows.map(({ questionId }) => questionId)).size };
}
