import { and, eq, inArray, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { assignments, questions } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { announce, type AssignmentRow } from './assignments.ts';
import { fallBack } from './fall-back.ts';
import { assignmentNotFound, type AssignmentKey } from './queries.ts';

export const byKey = (key: AssignmentKey) =>
  and(eq(assignments.projectId, key.projectId), eq(assignments.id, key.assignmentId));

/**
 * Locks an assignment after its question: whoever hands out places of a question holds the question's lock, and the
 * order keeps two of them from waiting for one another.
 * @throws ApiError `not_found`
 */
export async function lockWithQuestion(tx: Transaction, key: AssignmentKey) {
  const [question] = await tx
    .select({ id: questions.id, wanted: questions.wanted, excludedAt: questions.excludedAt })
    .from(questions)
    .where(
      and(
        eq(questions.projectId, key.projectId),
        inArray(questions.id, tx.select({ id: assignments.questionId }).from(assignments).where(byKey(key))),
      ),
    )
    .for('no key update');
  const [assignment] = await tx.select().from(assignments).where(byKey(key)).for('no key update');
  if (!question || !assignment) return assignmentNotFound();
  return { question, assignment };
}

/** Changes an assignment; the caller holds its lock, and that of its question. */
export async function changeAssignment(
  tx: Transaction,
  assignment: AssignmentRow,
  change: Partial<typeof assignments.$inferInsert>,
): Promise<AssignmentRow> {
  const [row] = await tx
    .update(assignments)
    .set(change)
    .where(and(eq(assignments.projectId, assignment.projectId), eq(assignments.id, assignment.id)))
    .returning();
  if (change.place !== undefined && change.place !== assignment.place)
    await countPlaces(tx, [assignment.questionId]);
  return row ?? assignmentNotFound();
}

/** Counts the places that are held of questions whose locks the caller holds. */
async function countPlaces(tx: Transaction, questionIds: string[]): Promise<void> {
  const held = sql`(select count(*) from assignments where assignments.question_id = questions.id and assignments.place is not null)`;
  await tx.update(questions).set({ held }).where(inArray(questions.id, questionIds));
}

/** The lowest free place of a question whose lock the caller holds; null when all are taken. */
export async function freePlace(
  deps: Dependencies,
  options: { tx: Transaction; question: { id: string; wanted: number }; projectId: string; now: Date },
): Promise<number | null> {
  const { tx, question, projectId, now } = options;
  await expireOf(deps, { tx, now, questionIds: [question.id] });
  const { rows } = await tx.execute<{ place: number | null }>(sql`
    select min(places.n) as place from generate_series(1, ${question.wanted}::int) as places(n)
    where not exists (
      select from assignments a
      where a.project_id = ${projectId} and a.question_id = ${question.id} and a.place = places.n)`);
  return rows[0]?.place ?? null;
}

const sweptAtOnce = 500;

/**
 * Writes down which leases and pauses have ended and frees their places, with events and live messages; answers that
 * were being revised count as they were submitted. What reads leases counts them as ended without it; the sweep makes
 * others see it. Several servers may sweep at once.
 * @returns how many it ended.
 */
export async function sweepLeases(deps: Dependencies): Promise<number> {
  for (let total = 0; ;) {
    const ended = await deps.db.transaction(async (tx) => {
      const now = deps.clock();
      const questionIds = await lockQuestionsRunOut(tx, { now, passesOver: true });
      const expired = await expireOf(deps, { tx, now, questionIds });
      return expired + (await endRevisions(deps, { tx, now }));
    });
    total += ended;
    if (ended < sweptAtOnce) return total;
  }
}

/** Frees the places of a project's leases and pauses that have ended, so that a claim finds them. */
export async function expireLeasesOf(deps: Dependencies, projectId: string): Promise<void> {
  const now = deps.clock();
  const [due] = await deps.db
    .select({ id: assignments.id })
    .from(assignments)
    .where(and(eq(assignments.projectId, projectId), hasRunOutBy(now), isNull(assignments.fallsBackTo)))
    .limit(1);
  if (!due) return;
  await deps.db.transaction(async (tx) => {
    // Waits for whoever is at it: what they free must be seen afterwards.
    const questionIds = await lockQuestionsRunOut(tx, { now, projectId, passesOver: false });
    await expireOf(deps, { tx, now, questionIds });
  });
}

const hasRunOutBy = (now: Date) =>
  and(inArray(assignments.state, ['active', 'paused']), lte(assignments.leaseExpiresAt, now));

/** Locks, in one order for everybody, the questions of leases and pauses that have run out, revisions excepted. */
async function lockQuestionsRunOut(
  tx: Transaction,
  options: { now: Date; projectId?: string; passesOver: boolean },
): Promise<string[]> {
  const { now, projectId, passesOver } = options;
  const due = tx
    .select({ id: assignments.questionId })
    .from(assignments)
    .where(
      and(
        hasRunOutBy(now),
        isNull(assignments.fallsBackTo),
        projectId === undefined ? undefined : eq(assignments.projectId, projectId),
      ),
    )
    .orderBy(assignments.leaseExpiresAt)
    .limit(sweptAtOnce);
  const rows = await tx
    .select({ id: questions.id })
    .from(questions)
    .where(inArray(questions.id, due))
    .orderBy(questions.id)
    .for('no key update', passesOver ? { skipLocked: true } : {});
  return rows.map(({ id }) => id);
}

/**
 * Ends the leases and pauses of questions whose locks the caller holds, if they have run out, revisions excepted;
 * passes over rows that somebody is writing to right now. Returns how many.
 */
async function expireOf(
  deps: Dependencies,
  { tx, now, questionIds }: { tx: Transaction; now: Date; questionIds: string[] },
): Promise<number> {
  if (questionIds.length === 0) return 0;
  const ended = tx
    .select({ id: assignments.id })
    .from(assignments)
    .where(
      and(inArray(assignments.questionId, questionIds), hasRunOutBy(now), isNull(assignments.fallsBackTo)),
    )
    .for('no key update', { skipLocked: true });
  const rows = await tx
    .update(assignments)
    .set({ state: 'expired', place: null, openIn: null, endedAt: now })
    .where(inArray(assignments.id, ended))
    .returning();
  if (rows.length > 0) await countPlaces(tx, [...new Set(rows.map(({ questionId }) => questionId))]);
  for (const assignment of rows) {
    await announce(deps, { tx, assignment, before: 'active', what: 'expired', actorId: null, at: now });
  }
  return rows.length;
}

async function endRevisions(
  deps: Dependencies,
  { tx, now }: { tx: Transaction; now: Date },
): Promise<number> {
  const rows = await tx
    .select()
    .from(assignments)
    .where(and(hasRunOutBy(now), isNotNull(assignments.fallsBackTo)))
    .limit(sweptAtOnce)
    .for('no key update', { skipLocked: true });
  for (const assignment of rows) {
    await fallBack(deps, { tx, assignment, what: 'revision_ended', actorId: null, at: now });
  }
  return rows.length;
}
