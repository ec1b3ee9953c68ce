import { ApiError, type Job, type RewardPreview, type RewardSettings } from '@rookery/shared/api';
import type { Queryable, Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createJob, enqueueJob, jobAnswer, type JobRow } from '../jobs/index.ts';
import { findProject, lockProject } from '../projects/index.ts';
import { draftTraining, fixTraining } from './training-set.ts';

/** What training would learn from now, and why it would be refused. Changes nothing. */
export async function previewTraining(
  db: Queryable,
  { projectId, settings }: { projectId: string; settings: RewardSettings },
): Promise<RewardPreview> {
  const { figures, problem } = await draftTraining(db, { projectId, settings });
  return { ...figures, problem: (await simulationProblem(db, { projectId, settings })) ?? problem };
}

/**
 * Makes the job that trains the next version, with what it learns from fixed as of now; enqueue it after the commit.
 * @throws ApiError `wrong_state` when there is too little to learn from, with what to do
 */
export async function makeRewardTraining(
  deps: Dependencies,
  tx: Transaction,
  request: {
    projectId: string;
    note: string;
    settings: RewardSettings;
    actorId: string | null;
    /** That waits for the version; left out: none does. */
    roundId?: string;
  },
): Promise<JobRow> {
  const { projectId, note, settings, actorId, roundId } = request;
  // One at a time, so that no two decide about the same questions.
  await lockProject(tx, projectId);
  const { decided, problem } = await draftTraining(tx, { projectId, settings });
  const why = (await simulationProblem(tx, { projectId, settings })) ?? problem;
  if (why !== null) throw new ApiError('wrong_state', why);
  const job = await createJob(tx, {
    projectId,
    kind: 'train-reward',
    input: { note, settings, ...(roundId !== undefined && { roundId }) },
    createdBy: actorId,
    state: 'queued',
    at: deps.clock(),
  });
  await fixTraining(tx, { projectId, jobId: job.id, settings, decided });
  return job;
}

/** As `makeRewardTraining`, at once. */
export async function trainRewardModel(
  deps: Dependencies,
  request: { projectId: string; note: string; settings: RewardSettings; actorId: string },
): Promise<Job> {
  const job = await deps.db.transaction((tx) => makeRewardTraining(deps, tx, request));
  await enqueueJob(deps, job);
  return jobAnswer(job);
}

/** Why a project does not let its reward model learn from simulated comparisons, and what to do; null: it does, or is not asked to. */
export async function simulationProblem(
  db: Queryable,
  { projectId, settings }: { projectId: string; settings: RewardSettings },
): Promise<string | null> {
  if (!settings.simulated) return null;
  const project = await findProject(db, projectId);
  return project?.settings.simulation === 'allowed'
    ? null
    : 'This project refuses simulation, so a reward model cannot learn from simulated comparisons. Leave them out, or allow simulation in the settings.';
}
