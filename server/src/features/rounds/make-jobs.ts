import { roundOptionsSchema } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import { createJob, type JobRow } from '../jobs/index.ts';
import { findProject } from '../projects/index.ts';
import { countUnscored, makeRewardTraining, makeScoring } from '../rewards/index.ts';
import type { ChoosePairsInput } from './choose-pairs.ts';
import type { LockedRound, Move } from './move.ts';

/** Has the reward model that the round starts from score its samples. */
export async function makeScoringOfStart(
  deps: Dependencies,
  locked: LockedRound,
  { modelId, fact }: { modelId: string; fact: string },
): Promise<Move> {
  const job = await scoreUnscored(deps, locked, modelId);
  return { to: 'scoring', fact, change: { scoringJobId: job?.id ?? null }, job };
}

/** Has the reward model that came of the round score its samples. */
export async function makeRescoring(
  deps: Dependencies,
  locked: LockedRound,
  { modelId, fact }: { modelId: string; fact: string },
): Promise<Move> {
  const job = await scoreUnscored(deps, locked, modelId);
  return { to: 'rescoring', fact, change: { modelId, rescoringJobId: job?.id ?? null }, job };
}

/** @returns null where a lead has had them all scored meanwhile */
async function scoreUnscored(
  deps: Dependencies,
  { tx, round }: LockedRound,
  modelId: string,
): Promise<JobRow | null> {
  const { projectId, planId, createdBy: actorId } = round;
  const before = deps.clock();
  const unscored = await countUnscored(tx, { projectId, modelId, planId, before });
  return unscored === 0 ? null : makeScoring(deps, tx, { projectId, modelId, planId, actorId });
}

/** Has the round's pairs chosen, for as many raters each as the settings say now. */
export async function makePairing(
  deps: Dependencies,
  { tx, round }: LockedRound,
  fact: string,
): Promise<Move> {
  const { projectId, id: roundId } = round;
  const project = await findProject(tx, projectId);
  if (!project) throw new Error('A round is of a project that does not exist.');
  const { overlap } = roundOptionsSchema.parse(round.options);
  const input: ChoosePairsInput = { roundId, overlap: overlap ?? project.settings.comparisons.overlap };
  const job = await createJob(tx, {
    projectId,
    kind: 'choose-pairs',
    input,
    createdBy: round.createdBy,
    state: 'queued',
    at: deps.clock(),
  });
  return { to: 'pairing', fact, change: { pairingJobId: job.id }, job };
}

/**
 * Has the next reward model learn from all comparisons of the project so far.
 * @throws ApiError `wrong_state` when these are too few, with what to do
 */
export async function makeTraining(
  deps: Dependencies,
  { tx, round }: LockedRound,
  { fact, actorId }: { fact: string; actorId: string | null },
): Promise<Move> {
  const { projectId, id: roundId, name } = round;
  const { training: settings } = roundOptionsSchema.parse(round.options);
  const job = await makeRewardTraining(deps, tx, { projectId, note: name, settings, actorId, roundId });
  return { to: 'training', fact, change: { trainingJobId: job.id }, job };
}
