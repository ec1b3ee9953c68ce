import { ApiError, type ReviewDecision } from '@rookery/shared/api';
import { desc, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { reviews } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  acceptDemonstration,
  excludeDemonstration,
  restoreDemonstration,
  returnToDemonstrator,
  type Review,
  type Reviewed,
} from '../tasks/index.ts';

const decisions: Record<ReviewDecision, (deps: Dependencies, review: Review) => Promise<Reviewed>> = {
  accepted: acceptDemonstration,
  returned: returnToDemonstrator,
  excluded: excludeDemonstration,
  restored: restoreDemonstration,
};

export type Decision = Omit<Review, 'tx'> & { decision: ReviewDecision };

/**
 * Decides about one demonstration, as it was seen. The same request again, whose answer was lost, changes nothing.
 * @throws ApiError `not_found`; `conflict` when there is a newer answer, or somebody else decided meanwhile; `wrong_state`
 */
export async function reviewDemonstration(deps: Dependencies, options: Decision): Promise<void> {
  const { decision, ...review } = options;
  try {
    await deps.db.transaction((tx) => decisions[decision](deps, { ...review, tx }));
  } catch (error) {
    const isConflict = error instanceof ApiError && error.code === 'conflict';
    if (!isConflict || !(await isStoredAlready(deps.db, options))) throw error;
  }
}

async function isStoredAlready(db: Queryable, options: Decision): Promise<boolean> {
  const { episodeId, decision, comment, actorId, seen } = options;
  const [last, ...before] = await db
    .select()
    .from(reviews)
    .where(eq(reviews.episodeId, episodeId))
    .orderBy(desc(reviews.createdAt), desc(reviews.id));
  return (
    last !== undefined &&
    last.decision === decision &&
    last.comment === comment &&
    last.decidedBy === actorId &&
    last.answerRevision === seen?.answerRevision &&
    before.length === seen.decisions
  );
}
