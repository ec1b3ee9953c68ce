import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { countsAsAccepted } from '../../db/review-standing.ts';
import { assignments, episodes } from '../../db/schema/index.ts';

const submitted = sql<number>`(count(*) filter (where ${assignments.state} = 'submitted'))::int`;
const inProgress = sql<number>`(count(*) filter (where ${assignments.state} in ('active', 'paused', 'returned')))::int`;

/**
 * How many demonstrations are submitted and in progress, by question; questions without any have no row. To be joined on `questionId`:
 * PostgreSQL leaves it out of statements that use none of its columns.
 */
export const placesHeld = (db: Queryable, projectId: string) =>
  db
    .select({
      questionId: assignments.questionId,
      submitted: submitted.as('submitted'),
      inProgress: inProgress.as('in_progress'),
    })
    .from(assignments)
    .where(eq(assignments.projectId, projectId))
    .groupBy(assignments.questionId)
    .as('held');

/** As `placesHeld`, and how many of them count as accepted, by the review as the settings say it now. */
export const coverageOf = (db: Queryable, key: { projectId: string; questionIds?: string[] }) =>
  db
    .select({
      questionId: assignments.questionId,
      submitted: submitted.as('submitted'),
      inProgress: inProgress.as('in_progress'),
      accepted: sql<number>`(count(*) filter (where ${assignments.state} = 'submitted'
        and ${countsAsAccepted(key.projectId)}))::int`.as('accepted'),
    })
    .from(assignments)
    .leftJoin(episodes, eq(episodes.assignmentId, assignments.id))
    .where(
      and(
        eq(assignments.projectId, key.projectId),
        key.questionIds && inArray(assignments.questionId, key.questionIds),
      ),
    )
    .groupBy(assignments.questionId)
    .as('covered');

/** A count of a question that may have no row. */
export const orNone = (count: unknown) => sql<number>`coalesce(${count}, 0)`;
