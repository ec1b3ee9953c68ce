import { ApiError, roundOptionsSchema, type RoundState } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import { rounds } from '../../db/schema/index.ts';
import { enqueueJob, findJob, type JobRow } from '../jobs/index.ts';
import { countUnscored } from '../rewards/index.ts';
import { announceRound } from './announce.ts';
import { findTrained, isCompared, readRoundPairs, readSampling } from './facts.ts';
import { makePairing, makeRescoring, makeScoringOfStart, makeTraining } from './make-jobs.ts';
import { moveRound, type LockedRound, type Move } from './move.ts';
import { findOpenRound, isOpen, lockRound, type RoundKey } from './rows.ts';

/** Where the facts of its present state let a round go; null: it stays. */
type Step = (deps: Dependencies, locked: LockedRound) => Promise<Move | null>;

/**
 * Moves a round as far as the facts allow, with the next job in the same transaction. Called after whatever may change a fact, and by a sweep
 * for what a killed server left; calling it again, or from several servers, is the same as once.
 * @throws ApiError `not_found`
 */
export async function settleRound(deps: Dependencies, key: RoundKey): Promise<void> {
  const made = await deps.db.transaction(async (tx) => {
    const made: JobRow[] = [];
    for (let round = await lockRound(tx, key); ;) {
      const move = await steps[round.state]?.(deps, { tx, round });
      if (!move) return made;
      round = await moveRound(deps, { tx, round, move, by: null });
      if (move.job) made.push(move.job);
    }
  });
  for (const job of made) await enqueueJob(deps, job);
  announceRound(deps, { projectId: key.projectId, id: key.roundId });
}

/** Settles the round of a project that is open, if there is one. */
export async function settleOpenRound(deps: Dependencies, projectId: string): Promise<void> {
  const round = await findOpenRound(deps.db, projectId);
  if (round) await settleRound(deps, { projectId, roundId: round.id });
}

/** Settles the rounds that a killed server left between two steps, or whose facts nobody told of. */
export async function sweepRounds(deps: Dependencies): Promise<void> {
  const open = await deps.db
    .select({ roundId: rounds.id, projectId: rounds.projectId })
    .from(rounds)
    .where(isOpen)
    .orderBy(rounds.id);
  for (const key of open) {
    try {
      await settleRound(deps, key);
    } catch (error) {
      deps.log.error({ err: error, ...key }, 'a round was not settled; the next sweep tries again');
    }
  }
}

const steps: Partial<Record<RoundState, Step>> = {
  async sampling(deps, locked) {
    const { tx, round } = locked;
    const { state, wanted, answered } = await readSampling(tx, round.planId);
    if ((state !== 'done' && state !== 'cancelled') || answered === 0) return null;
    const end = state === 'done' ? 'is done' : 'was cancelled';
    const fact = `Its sampling plan ${end}: ${answered} of ${wanted} samples have an answer.`;
    return round.startModelId === null
      ? makePairing(deps, locked, fact)
      : makeScoringOfStart(deps, locked, { modelId: round.startModelId, fact });
  },
  async scoring(deps, locked) {
    const { scoringJobId, startModelId } = locked.round;
    const fact = await whyScored(deps, locked, { jobId: scoringJobId, modelId: startModelId });
    return fact === null ? null : makePairing(deps, locked, fact);
  },
  async pairing(deps, { tx, round }) {
    // Pairs are all made at once, whatever becomes of their job after that: killed, or cancelled a moment too late.
    const jobId = round.pairingJobId!;
    const pairs = (await readRoundPairs(tx, { jobIds: [jobId], now: deps.clock() })).get(jobId);
    if (!pairs) return null;
    const { chosen } = pairs;
    return { to: 'comparing', fact: chosen === 1 ? '1 pair was chosen.' : `${chosen} pairs were chosen.` };
  },
  async comparing(deps, locked) {
    const { tx, round } = locked;
    if (!roundOptionsSchema.parse(round.options).trainsByItself) return null;
    const jobId = round.pairingJobId!;
    const pairs = (await readRoundPairs(tx, { jobIds: [jobId], now: deps.clock() })).get(jobId);
    if (!pairs || !isCompared(pairs)) return null;
    const fact = `All ${pairs.wanted} comparisons are in.`;
    try {
      return await tx.transaction((savepoint) =>
        makeTraining(deps, { tx: savepoint, round }, { fact, actorId: round.createdBy }),
      );
    } catch (error) {
      // Too few, or all ties: it goes on waiting, and whoever reads it is told why.
      if (error instanceof ApiError) return null;
      throw error;
    }
  },
  async training(deps, locked) {
    const model = await findTrained(locked.tx, locked.round.trainingJobId!);
    if (!model) return null;
    return makeRescoring(deps, locked, {
      modelId: model.id,
      fact: `Reward model ${model.version} is there.`,
    });
  },
  async rescoring(deps, locked) {
    const { rescoringJobId, modelId } = locked.round;
    const fact = await whyScored(deps, locked, { jobId: rescoringJobId, modelId });
    return fact === null ? null : { to: 'ready', fact };
  },
};

/** That a model has scored the round's samples, by the round's job or by another, or had before there was need of a job; null: it has not. */
async function whyScored(
  deps: Dependencies,
  { tx, round }: LockedRound,
  { jobId, modelId }: { jobId: string | null; modelId: string | null },
): Promise<string | null> {
  const allScored = 'All of its samples have a score.';
  if (jobId === null || modelId === null) return allScored;
  const { projectId, planId } = round;
  const { state } = await findJob(tx, { projectId, jobId });
  if (state === 'done') return 'Its samples are scored.';
  const unscored = await countUnscored(tx, { projectId, modelId, planId, before: deps.clock() });
  return unscored === 0 ? allScored : null;
}
