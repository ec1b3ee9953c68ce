import { and, eq, inArray, isNotNull, isNull, lte, sql, type SQL } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
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

/** Changes an assignment whose lock the caller holds. */
export async function changeAssignment(
  tx: Transaction,
  assignment: Pick<AssignmentRow, 'projectId' | 'id'>,
  change: Partial<typeof assignments.$inferInsert>,
): Promise<AssignmentRow> {
  const [row] = await tx
    .update(assignments)
    .set(change)
    .where(and(eq(assignments.projectId, assignment.projectId), eq(assignments.id, assignment.id)))
    .returning();
  return row ?? assignmentNotFound();
}

/** The lowest free place of a question whose lock the caller holds; null when all are taken. */
export async function freePlace(
  deps: Dependencies,
  options: { tx: Transaction; question: { id: string; wanted: number }; projectId: string; now: Date },
): Promise<number | null> {
  const { tx, question, projectId, now } = options;
  await expireWhere(deps, {
    tx,
    now,
    where: and(eq(assignments.projectId, projectId), eq(assignments.questionId, question.id)),
  });
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
 * were being revised count as they were submitted. Everything that reads leases counts them as ended without it; the
 * sweep makes others see it. Several servers may sweep at once.
 * @returns how many it ended.
 */
export async function sweepLeases(deps: Dependencies): Promise<number> {
  for (let total = 0; ;) {
    const ended = await deps.db.transaction(async (tx) => {
      const now = deps.clock();
      const expired = await expireWhere(deps, { tx, now, limit: sweptAtOnce });
      return expired + (await endRevisions(deps, { tx, now, limit: sweptAtOnce }));
    });
    total += ended;
    if (ended < sweptAtOnce) return total;
  }
}

/** Those whose lease or pause has run out, passing over rows that somebody is writing to right now. */
function runOut(tx: Queryable, options: { now: Date; where: SQL | undefined; limit: number }) {
  return tx
    .select({ id: assignments.id })
    .from(assignments)
    .where(
      and(
        inArray(assignments.state, ['active', 'paused']),
        lte(assignments.leaseExpiresAt, options.now),
        options.where,
      ),
    )
    .orderBy(assignments.leaseExpiresAt)
    .limit(options.limit)
    .for('no key update', { skipLocked: true });
}

/** Ends the leases and pauses that have run out, revisions excepted. Returns how many. */
async function expireWhere(
  deps: Dependencies,
  options: { tx: Transaction; now: Date; where?: SQL | undefined; limit?: number },
): Promise<number> {
  const { tx, now, where, limit = 1_000_000 } = options;
  const ended = runOut(tx, { now, where: and(isNull(assignments.fallsBackTo), where), limit });
  const rows = await tx
    .update(assignments)
    .set({ state: 'expired', place: null, openIn: null, endedAt: now })
    .where(inArray(assignments.id, ended))
    .returning();
  for (const assignment of rows) {
    await announce(deps, { tx, assignment, before: 'active', what: 'expired', actorId: null, at: now });
  }
  return rows.length;
}

async function endRevisions(
  deps: Dependencies,
  { tx, now, limit }: { tx: Transaction; now: Date; limit: number },
): Promise<number> {
  const ended = runOut(tx, { now, where: isNotNull(assignments.fallsBackTo), limit });
  const rows = await tx
    .select()
    .from(assignments)
    .where(
      inArray(
        assignments.id,
        (await ended).map(({ id }) => id),
      ),
    );
  for (const assignment of rows) {
    await fallBack(deps, { tx, assignment, what: 'revision_ended', actorId: null, at: now });
  }
  return rows.length;
}
