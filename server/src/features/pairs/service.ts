import { ApiError, type Pair } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { and, eq, inArray, or } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { answers, pairings, pairs } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { twinKey } from '../answers/index.ts';
import { findProject } from '../projects/index.ts';
import { drawPair } from './draws.ts';
import { readPair } from './queries.ts';

/**
 * Makes a pair of two answers that a lead chose, in the order they were named. If the form has a pair of the two already, it is that one.
 * @throws ApiError `not_found`; `wrong_state` when they are one answer, of two questions, or of the same text
 */
export async function createPair(
  deps: Dependencies,
  pair: {
    projectId: string;
    firstAnswerId: string;
    secondAnswerId: string;
    form: FormName;
    wanted: number | null;
    calibration: boolean;
    actorId: string;
  },
): Promise<Pair> {
  const { projectId, firstAnswerId, secondAnswerId, form, calibration, actorId } = pair;
  const now = deps.clock();
  const questionId = await checkAnswers(deps.db, pair);
  const project = await findProject(deps.db, projectId);
  if (!project) throw new ApiError('not_found', 'There is no such project.');
  const wanted = pair.wanted ?? (calibration ? 0 : project.settings.comparisons.overlap);
  return deps.db.transaction(async (tx) => {
    const [pairingId, id] = [uuidv7(), uuidv7()];
    const found = await findPair(tx, pair);
    if (found !== null) return readPair(tx, { projectId, pairId: found, now });
    await tx.insert(pairings).values({
      id: pairingId,
      projectId,
      method: 'by-hand',
      seed: id,
      createdBy: actorId,
      createdAt: now,
    });
    const inserted = await tx
      .insert(pairs)
      .values({
        id,
        projectId,
        questionId,
        form,
        firstAnswerId,
        secondAnswerId,
        pairingId,
        wanted,
        isCalibration: calibration,
        lot: drawPair(id, [firstAnswerId, secondAnswerId]).lot,
        createdAt: now,
      })
      .onConflictDoNothing()
      .returning({ id: pairs.id });
    if (inserted.length === 0) {
      // Somebody else made it this very moment.
      await tx.delete(pairings).where(eq(pairings.id, pairingId));
      return readPair(tx, { projectId, pairId: (await findPair(tx, pair)) ?? id, now });
    }
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'pair',
      objectId: id,
      kind: 'pair.created',
      after: { form, firstAnswerId, secondAnswerId, wanted, isCalibration: calibration },
      at: now,
    });
    await deps.live.publish(tx, { projectId }, { type: 'overview', projectId });
    return readPair(tx, { projectId, pairId: id, now });
  });
}

/** @returns the question that both are answers to */
async function checkAnswers(
  db: Queryable,
  pair: { projectId: string; firstAnswerId: string; secondAnswerId: string },
): Promise<string> {
  const { projectId, firstAnswerId, secondAnswerId } = pair;
  const found = await db
    .select({ id: answers.id, questionId: answers.questionId, text: answers.text })
    .from(answers)
    .where(and(eq(answers.projectId, projectId), inArray(answers.id, [firstAnswerId, secondAnswerId])));
  const [one, other] = [firstAnswerId, secondAnswerId].map((id) => found.find((row) => row.id === id));
  if (!one || !other) throw new ApiError('not_found', 'There is no such answer in this project.');
  if (one.id === other.id) throw new ApiError('wrong_state', 'A pair needs two answers.');
  if (one.questionId !== other.questionId)
    throw new ApiError('wrong_state', 'These answers are to two different questions.');
  if (twinKey(one.text) === twinKey(other.text))
    throw new ApiError(
      'wrong_state',
      'These answers have the same text, so that there is nothing to compare.',
    );
  return one.questionId;
}

async function findPair(
  db: Queryable,
  pair: { projectId: string; form: FormName; firstAnswerId: string; secondAnswerId: string },
): Promise<string | null> {
  const { projectId, form, firstAnswerId, secondAnswerId } = pair;
  const isOf = (first: string, second: string) =>
    and(eq(pairs.firstAnswerId, first), eq(pairs.secondAnswerId, second));
  const [found] = await db
    .select({ id: pairs.id })
    .from(pairs)
    .where(
      and(
        eq(pairs.projectId, projectId),
        eq(pairs.form, form),
        or(isOf(firstAnswerId, secondAnswerId), isOf(secondAnswerId, firstAnswerId)),
      ),
    );
  return found?.id ?? null;
}
