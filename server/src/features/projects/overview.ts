import type { ProjectOverview } from '@rookery/shared/api';
import { and, count, eq, gte, isNull, sql } from 'drizzle-orm';
import { counts, holdsPlace, isGivenOut, isInProgress } from '../../db/counting-comparisons.ts';
import { countsAsAccepted, standingOf } from '../../db/review-standing.ts';
import {
  assignments,
  comparisons,
  episodes,
  libraryPages,
  members,
  pairs,
  questions,
  workers,
} from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

const workerSeenWithinMs = 60_000;

/** The counts of the flow strip, each of rows as they are now. Days begin at midnight UTC. */
export async function readOverview(deps: Dependencies, projectId: string): Promise<ProjectOverview> {
  const { db } = deps;
  const now = deps.clock();
  const today = new Date(now);
  today.setUTCHours(0, 0, 0, 0);

  /** An answer that is being revised counts as it was submitted; one that a lead has returned is under way. */
  const isSubmitted = sql`(${assignments.state} = 'submitted' or ${assignments.fallsBackTo} is not distinct from 'submitted')`;
  const isUnderWay = sql`(${assignments.state} in ('active', 'paused', 'returned') and not ${isSubmitted})`;
  const submitted = db
    .select({ questionId: assignments.questionId, submitted: count().as('submitted') })
    .from(assignments)
    .where(and(eq(assignments.projectId, projectId), isSubmitted))
    .groupBy(assignments.questionId)
    .as('submitted_by_question');
  const [ofQuestions, ofAssignments, ofPages, ofPairs, ofComparisons, ofMembers, ofWorkers] =
    await Promise.all([
      db
        .select({
          total: count(),
          open: sql`count(*) filter (where coalesce(${submitted.submitted}, 0) < ${questions.wanted})`.mapWith(
            Number,
          ),
          wanted: sql`coalesce(sum(${questions.wanted}), 0)`.mapWith(Number),
        })
        .from(questions)
        .leftJoin(submitted, eq(submitted.questionId, questions.id))
        .where(and(eq(questions.projectId, projectId), isNull(questions.excludedAt))),
      db
        .select({
          submitted: sql`count(*) filter (where ${isSubmitted})`.mapWith(Number),
          inProgress: sql`count(*) filter (where ${isUnderWay})`.mapWith(Number),
          submittedToday:
            sql`count(*) filter (where ${isSubmitted} and ${assignments.endedAt} >= ${today.toISOString()}::timestamptz)`.mapWith(
              Number,
            ),
          accepted:
            sql`count(${episodes.id}) filter (where ${isSubmitted} and ${countsAsAccepted(projectId)})`.mapWith(
              Number,
            ),
          toReview: sql`count(${episodes.id}) filter (where ${standingOf(projectId)} = 'to-review')`.mapWith(
            Number,
          ),
        })
        .from(assignments)
        .leftJoin(episodes, eq(episodes.assignmentId, assignments.id))
        .where(eq(assignments.projectId, projectId)),
      db.select({ rows: count() }).from(libraryPages).where(eq(libraryPages.projectId, projectId)),
      db
        .select({
          total: count(),
          open: sql`count(*) filter (where ${isGivenOut} and ${pairs.held} < ${pairs.wanted})`.mapWith(
            Number,
          ),
          wanted: sql`coalesce(sum(${pairs.wanted}) filter (where ${isGivenOut}), 0)`.mapWith(Number),
        })
        .from(pairs)
        .where(and(eq(pairs.projectId, projectId), isNull(pairs.excludedAt))),
      db
        .select({
          submitted: sql`count(*) filter (where ${holdsPlace})`.mapWith(Number),
          inProgress: sql`count(*) filter (where ${isInProgress(now)})`.mapWith(Number),
          submittedToday:
            sql`count(*) filter (where ${counts} and ${comparisons.submittedAt} >= ${today.toISOString()}::timestamptz)`.mapWith(
              Number,
            ),
        })
        .from(comparisons)
        .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
        .where(and(eq(comparisons.projectId, projectId), eq(comparisons.origin, 'rater'))),
      db
        .select({ rows: count() })
        .from(members)
        .where(and(eq(members.projectId, projectId), isNull(members.removedAt))),
      db
        .select({ rows: count() })
        .from(workers)
        .where(
          and(gte(workers.lastSeenAt, new Date(now.getTime() - workerSeenWithinMs)), isNull(workers.endedAt)),
        ),
    ]);
  return {
    questions: { total: ofQuestions[0]!.total, open: ofQuestions[0]!.open },
    libraryPages: ofPages[0]!.rows,
    demonstrations: { ...ofAssignments[0]!, wanted: ofQuestions[0]!.wanted },
    pairs: { total: ofPairs[0]!.total, open: ofPairs[0]!.open },
    comparisons: { ...ofComparisons[0]!, wanted: ofPairs[0]!.wanted },
    members: ofMembers[0]!.rows,
    workers: ofWorkers[0]!.rows,
  };
}
