import { ApiError, type SamplingOptions } from '@rookery/shared/api';
import { seededRandom } from '@rookery/shared/comparisons';
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { policyVersions, questions, trainingEpisodes } from '../../db/schema/index.ts';

export type VersionRow = typeof policyVersions.$inferSelect;

/**
 * The versions that a plan samples from, each once, in the order they were asked for.
 * @throws ApiError `not_found` when the project has no such version
 */
export async function readVersions(
  db: Queryable,
  { projectId, versionIds }: { projectId: string; versionIds: readonly string[] },
): Promise<VersionRow[]> {
  const ids = [...new Set(versionIds)];
  const rows = await db
    .select()
    .from(policyVersions)
    .where(and(eq(policyVersions.projectId, projectId), inArray(policyVersions.id, ids)));
  return ids.map((id) => {
    const row = rows.find((version) => version.id === id);
    if (row) return row;
    throw new ApiError('not_found', 'There is no such version of a policy in this project.');
  });
}

/** The questions that a plan samples, and how many were left out because a version has learnt from them. */
export interface QuestionsInScope {
  questionIds: string[];
  learnt: number;
}

/**
 * Questions in use that the options let through, in the order of their ids: all of them, or so many that are drawn by the seed, each as
 * likely. What any version has learnt from, or was tested on while it was trained, is left out unless it is asked for.
 */
export async function questionsInScope(
  db: Queryable,
  scope: {
    projectId: string;
    options: Pick<SamplingOptions, 'uses' | 'datasets' | 'questions' | 'includeLearnt'>;
    versions: readonly VersionRow[];
    seed: string;
  },
): Promise<QuestionsInScope> {
  const { projectId, options, versions, seed } = scope;
  const trainedBy = versions.flatMap(({ jobId }) => jobId ?? []);
  const learntFrom = db
    .select({ id: trainingEpisodes.questionId })
    .from(trainingEpisodes)
    .where(and(eq(trainingEpisodes.projectId, projectId), inArray(trainingEpisodes.jobId, trainedBy)));
  const rows = await db
    .select({
      id: questions.id,
      isLearnt:
        options.includeLearnt || trainedBy.length === 0
          ? sql<boolean>`false`
          : sql<boolean>`${questions.id} in ${learntFrom}`,
    })
    .from(questions)
    .where(
      and(
        eq(questions.projectId, projectId),
        isNull(questions.excludedAt),
        inArray(questions.use, options.uses),
        options.datasets === null ? undefined : inArray(questions.dataset, options.datasets),
      ),
    )
    .orderBy(asc(questions.id));
  const ids = rows.filter(({ isLearnt }) => !isLearnt).map(({ id }) => id);
  const wanted = options.questions;
  const drawn =
    wanted === null || wanted >= ids.length
      ? ids
      : seededRandom(`${seed} questions`).sample(ids, wanted).toSorted();
  return { questionIds: drawn, learnt: rows.length - ids.length };
}
