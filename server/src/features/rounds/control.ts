import { ApiError, type Round } from '@rookery/shared/api';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import {
  announceJobs,
  changeJob,
  enqueueJob,
  followUp,
  lockJob,
  openStates,
  type JobRow,
} from '../jobs/index.ts';
import { announcePlan, endPlan } from '../sampling/index.ts';
import { announceRound } from './announce.ts';
import { findTrained, readRoundPairs } from './facts.ts';
import { makeTraining } from './make-jobs.ts';
import { moveRound } from './move.ts';
import { readRound } from './present.ts';
import { lockRound, type RoundKey, type RoundRow } from './rows.ts';

type ByLead = RoundKey & { actorId: string };

/**
 * Has a round that compares train with the comparisons there are, and one whose training has failed or was cancelled train anew.
 * @throws ApiError `not_found`; `wrong_state` in another state, or when there are too few comparisons to learn from
 */
export async function trainRound(deps: Dependencies, key: ByLead): Promise<Round> {
  const { projectId, actorId } = key;
  const job = await deps.db.transaction(async (tx) => {
    const round = await lockRound(tx, key);
    await checkTrainable(tx, round);
    const { submitted = 0, wanted = 0 } = (await readPairsOf(deps, { tx, round })) ?? {};
    const fact = `Its lead had it train, with ${submitted} of ${wanted} comparisons in.`;
    const move = await makeTraining(deps, { tx, round }, { fact, actorId });
    await moveRound(deps, { tx, round, move, by: actorId });
    return move.job;
  });
  if (job) await enqueueJob(deps, job);
  announceRound(deps, { projectId, id: key.roundId });
  return readRound(deps, key);
}

async function checkTrainable(tx: Transaction, round: RoundRow): Promise<void> {
  const { state, projectId, trainingJobId: jobId } = round;
  if (state === 'comparing') return;
  if (state === 'training' && jobId !== null) {
    // Locked, so that nobody tries it again at the same moment.
    const job = await lockJob(tx, { projectId, jobId });
    if (job.state === 'failed' || job.state === 'cancelled') return;
    throw new ApiError('wrong_state', 'This round trains already. Its job has not ended.');
  }
  throw new ApiError('wrong_state', `A round trains once its pairs are compared; this one is ${state}.`, {
    details: { state },
  });
}

/**
 * Closes a round that is ready; closing it twice is the same as once.
 * @throws ApiError `not_found`; `wrong_state` in another state
 */
export async function closeRound(deps: Dependencies, key: ByLead): Promise<Round> {
  await deps.db.transaction(async (tx) => {
    const round = await lockRound(tx, key);
    if (round.state === 'closed') return;
    if (round.state !== 'ready') {
      throw new ApiError(
        'wrong_state',
        `Only a round that is ready is closed; this one is ${round.state}. Cancel it to end it as it is.`,
        { details: { state: round.state } },
      );
    }
    const move = { to: 'closed', fact: 'Its lead closed it.' } as const;
    await moveRound(deps, { tx, round, move, by: key.actorId });
  });
  announceRound(deps, { projectId: key.projectId, id: key.roundId });
  return readRound(deps, key);
}

/**
 * Ends a round with its plan and its jobs that have not ended; what it has come to stays, pairs included. Cancelling it twice is the same as
 * once.
 * @throws ApiError `not_found`; `wrong_state` when it is closed
 */
export async function cancelRound(deps: Dependencies, key: ByLead): Promise<Round> {
  const { projectId, roundId, actorId } = key;
  const cancelled = await deps.db.transaction(async (tx) => {
    const round = await lockRound(tx, key);
    if (round.state === 'cancelled') return null;
    if (round.state === 'closed') {
      throw new ApiError('wrong_state', 'This round is closed; there is nothing to cancel.');
    }
    const sampling = await endPlan(deps, tx, { projectId, planId: round.planId, actorId });
    const ownJobs = await cancelOwnJobs(deps, { tx, round, actorId });
    const pairs = await readPairsOf(deps, { tx, round });
    const left =
      pairs && pairs.submitted < pairs.wanted
        ? ` Its ${pairs.chosen} pairs stay, and are given to raters still: ${pairs.submitted} of ${pairs.wanted} comparisons are in.`
        : '';
    // A version may be there that the round was not told of yet.
    const trained = round.trainingJobId === null ? null : await findTrained(tx, round.trainingJobId);
    const fact = `Its lead cancelled it.${left}`;
    const move = { to: 'cancelled', fact, change: trained ? { modelId: trained.id } : {} } as const;
    await moveRound(deps, { tx, round, move, by: actorId });
    return { planId: round.planId, sampling, ownJobs };
  });
  if (cancelled) {
    announceJobs(deps, cancelled.sampling);
    announcePlan(deps, { projectId, id: cancelled.planId });
    for (const job of cancelled.ownJobs) await followUp(deps, job);
    announceRound(deps, { projectId, id: roundId });
  }
  return readRound(deps, key);
}

async function cancelOwnJobs(
  deps: Dependencies,
  { tx, round, actorId }: { tx: Transaction; round: RoundRow; actorId: string },
): Promise<JobRow[]> {
  const { projectId, scoringJobId, pairingJobId, trainingJobId, rescoringJobId } = round;
  const cancelled: JobRow[] = [];
  for (const jobId of [scoringJobId, pairingJobId, trainingJobId, rescoringJobId]) {
    if (jobId === null) continue;
    const before = await lockJob(tx, { projectId, jobId });
    if (!(openStates as readonly JobRow['state'][]).includes(before.state)) continue;
    const change = { state: 'cancelled', attemptToken: null, endedAt: deps.clock() } as const;
    cancelled.push(await changeJob(deps, { tx, before, change, what: 'cancelled', actorId }));
  }
  return cancelled;
}

async function readPairsOf(deps: Dependencies, { tx, round }: { tx: Transaction; round: RoundRow }) {
  if (round.pairingJobId === null) return undefined;
  const jobIds = [round.pairingJobId];
  return (await readRoundPairs(tx, { jobIds, now: deps.clock() })).get(round.pairingJobId);
}
