import { roundOptionsSchema, type RoundOptions } from '@rookery/shared/api';
import { and, eq, inArray } from 'drizzle-orm';
import { setImmediate } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { pairings, pairs, rounds } from '../../db/schema/index.ts';
import { JobError, type JobProcessor } from '../jobs/index.ts';
import { drawPair, insertPairs } from '../pairs/index.ts';
import { countCandidates, readCandidates } from './candidates.ts';
import { choosePairs as choose, type ChosenPair, type SampledQuestion } from './choose.ts';
import type { RoundRow } from './rows.ts';

const inputSchema = z.object({
  roundId: z.uuid(),
  /** Raters of each pair, with what the settings said when it was asked for. */
  overlap: z.int(),
});
export type ChoosePairsInput = z.output<typeof inputSchema>;

/**
 * Chooses the pairs of a round and makes them, all in one transaction. The result counts `questions` and their answered `samples`, and the pairs
 * that were `chosen`.
 */
export const choosePairs: JobProcessor = async (deps, context) => {
  const { projectId, id: jobId, createdBy: actorId } = context.job;
  const { roundId, overlap: asked } = inputSchema.parse(context.job.input);
  const [round] = await deps.db
    .select()
    .from(rounds)
    .where(and(eq(rounds.projectId, projectId), eq(rounds.id, roundId)));
  if (!round) throw new JobError('The round of these pairs does not exist.', { isFinal: true });
  const options = roundOptionsSchema.parse(round.options);
  // A budget for fewer raters than a pair has otherwise is for one pair.
  const overlap = Math.min(asked, options.comparisons);
  const found: SampledQuestion[] = [];
  const total = await countCandidates(deps.db, round);
  for await (const batch of readCandidates(deps.db, { round, form: options.form })) {
    context.signal.throwIfAborted();
    found.push(...batch);
    await context.reportProgress(found.length, Math.max(total, found.length));
  }
  const choice = choose({
    questions: found,
    count: Math.floor(options.comparisons / overlap),
    selection: options.selection,
    seed: round.seed,
  });
  const pairingId = uuidv7();
  const at = deps.clock();
  const chosen: (typeof pairs.$inferInsert)[] = [];
  for (const ofQuestion of choice) {
    chosen.push(...ofQuestion.map((pair) => rowOf(pair, { round, options, pairingId, overlap, at })));
    // Many samples of a question are very many pairs.
    await setImmediate();
    context.signal.throwIfAborted();
  }
  await deps.db.transaction(async (tx) => {
    await holdPairing(tx, round);
    // Refused once the job was cancelled, or another attempt has begun.
    await context.saveCheckpoint({ chosen: chosen.length }, tx);
    const { seed } = round;
    const inserted = await tx
      .insert(pairings)
      .values({ id: pairingId, projectId, method: 'round', seed, jobId, createdBy: actorId, createdAt: at })
      .onConflictDoNothing()
      .returning({ id: pairings.id });
    // The attempt before made them, and was killed before it could say so.
    if (inserted.length === 0) return;
    // Somebody may have paired some of them by hand in the meantime.
    await insertPairs(tx, chosen);
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'pairing',
      objectId: pairingId,
      kind: 'pairing.created',
      after: { method: 'round', roundId, seed, overlap, pairs: chosen.length },
      at,
    });
  });
  await deps.live.publish(deps.db, { projectId }, { type: 'overview', projectId });
  const answered = found.reduce((sum, { samples }) => sum + samples.length, 0);
  const made = await deps.db.$count(
    pairs,
    inArray(
      pairs.pairingId,
      deps.db.select({ id: pairings.id }).from(pairings).where(eq(pairings.jobId, jobId)),
    ),
  );
  return { result: { questions: found.length, samples: answered, chosen: made } };
};

/** Keeps a round from being cancelled until the transaction ends. The round is locked before its jobs. */
async function holdPairing(tx: Transaction, { id }: RoundRow): Promise<void> {
  const [round] = await tx.select({ state: rounds.state }).from(rounds).where(eq(rounds.id, id)).for('share');
  if (round?.state === 'cancelled') {
    throw new JobError('The round of these pairs was cancelled. Open another one.', { isFinal: true });
  }
}

function rowOf(
  { questionId, answerIds, rule, probability }: ChosenPair,
  made: { round: RoundRow; options: RoundOptions; pairingId: string; overlap: number; at: Date },
): typeof pairs.$inferInsert {
  const { round, options, pairingId, overlap, at } = made;
  const { order, lot } = drawPair(round.seed, answerIds);
  return {
    id: uuidv7(),
    projectId: round.projectId,
    questionId,
    form: options.form,
    firstAnswerId: order[0],
    secondAnswerId: order[1],
    pairingId,
    probability,
    rule,
    wanted: overlap,
    lot,
    createdAt: at,
  };
}
