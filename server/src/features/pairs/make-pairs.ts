import { pairingOptionsSchema } from '@rookery/shared/api';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import type { pairs } from '../../db/schema/index.ts';
import type { JobProcessor } from '../jobs/index.ts';
import { drawPair } from './draws.ts';
import { insertPairs } from './insert.ts';
import { countQuestions, planPairs, type QuestionPlan } from './planning.ts';

const inputSchema = z.object({
  pairingId: z.uuid(),
  seed: z.string(),
  /** With what the settings said when it was asked for. */
  options: pairingOptionsSchema.extend({ overlap: z.int(), reratedPercent: z.int() }),
});
export type MakePairsInput = z.output<typeof inputSchema>;

const countsSchema = z.object({
  questions: z.int(),
  candidates: z.int(),
  twins: z.int(),
  existing: z.int(),
  made: z.int(),
});
type Counts = z.output<typeof countsSchema>;
/** `after`: the last question whose pairs are made. */
const checkpointSchema = z.object({ after: z.uuid(), done: z.int(), counts: countsSchema });

/**
 * Makes the pairs of a run of pairing, a few questions and a checkpoint at a time. The result counts `questions` with possible pairs, the
 * possible pairs (`candidates`), those left out as `twins`, those that were there (`existing`), and those that were `made`.
 */
export const makePairs: JobProcessor = async (deps, context) => {
  const { projectId } = context.job;
  const input = inputSchema.parse(context.job.input);
  const { seed, options } = input;
  const start = context.checkpoint === null ? null : checkpointSchema.parse(context.checkpoint);
  const counts: Counts = start?.counts ?? { questions: 0, candidates: 0, twins: 0, existing: 0, made: 0 };
  let done = start?.done ?? 0;
  const total = await countQuestions(deps.db, { projectId, options });
  await context.reportProgress(done, total);
  const after = start?.after ?? null;
  for await (const batch of planPairs(deps.db, { projectId, seed, options, after })) {
    context.signal.throwIfAborted();
    for (const plan of batch.plans) {
      if (plan.candidates > 0) counts.questions += 1;
      counts.candidates += plan.candidates;
      counts.twins += plan.twins;
      counts.existing += plan.existing;
    }
    done += batch.plans.length;
    await deps.db.transaction(async (tx) => {
      const rows = rowsOf({ projectId, input, plans: batch.plans, at: deps.clock() });
      counts.made += (await insertPairs(tx, rows)).size;
      await context.saveCheckpoint({ after: batch.after, done, counts }, tx);
    });
    await context.reportProgress(done, Math.max(done, total));
  }
  await deps.live.publish(deps.db, { projectId }, { type: 'overview', projectId });
  return { result: counts };
};

function rowsOf(batch: {
  projectId: string;
  input: MakePairsInput;
  plans: readonly QuestionPlan[];
  at: Date;
}): (typeof pairs.$inferInsert)[] {
  const { projectId, plans, at } = batch;
  const { pairingId, seed, options } = batch.input;
  const { form, calibration: isCalibration, priority, overlap, reratedPercent } = options;
  return plans.flatMap(({ questionId, probability, chosen }) =>
    chosen.map((answerIds) => {
      const { order, lot, reratedLot } = drawPair(seed, answerIds);
      return {
        id: uuidv7(),
        projectId,
        questionId,
        form,
        firstAnswerId: order[0],
        secondAnswerId: order[1],
        pairingId,
        probability,
        wanted: isCalibration ? 0 : overlap + (reratedLot < reratedPercent ? 1 : 0),
        isCalibration,
        priority,
        lot,
        createdAt: at,
      };
    }),
  );
}
