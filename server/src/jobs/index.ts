import type { Dependencies } from '../dependencies.ts';
import { sweepComparisons } from '../features/comparison-tasks/index.ts';
import { sweepPractice } from '../features/episodes/index.ts';
import { exportComparisons, exportDemonstrations, verifyEpisodes } from '../features/exports/index.ts';
import {
  importAnswers,
  importComparisons,
  importLibrary,
  importQuestions,
} from '../features/imports/index.ts';
import { makePairs } from '../features/pairs/index.ts';
import { sweepScoreRequests } from '../features/rewards/index.ts';
import { choosePairs, sweepRounds } from '../features/rounds/index.ts';
import { sweepSamplingPlans } from '../features/sampling/index.ts';
import { sweepLeases } from '../features/tasks/index.ts';
import { sweepWorkers } from '../features/workers/index.ts';
import { runDelivered, type Processors } from './runner.ts';
import { startSweeper, sweepLostJobs, sweepSilentJobs } from './sweeper.ts';

const processors: Processors = {
  'import-questions': importQuestions,
  'import-library': importLibrary,
  'import-answers': importAnswers,
  'import-comparisons': importComparisons,
  'make-pairs': makePairs,
  'choose-pairs': choosePairs,
  'export-demonstrations': exportDemonstrations,
  'export-comparisons': exportComparisons,
  'verify-episodes': verifyEpisodes,
};

/**
 * Begins to do the server's own jobs, and to sweep: lost and silent jobs, leases that ran out, old practice, and
 * sampling plans and rounds that a killed server left between two steps.
 * @returns how to stop sweeping; close the queues then, which stops the jobs that run.
 */
export async function startServerJobs(deps: Dependencies): Promise<{ close: () => Promise<void> }> {
  await deps.queues.startServerWorker((delivered) => runDelivered(deps, delivered, processors));
  const stopSweeping = startSweeper(deps, [
    sweepSilentJobs,
    sweepLostJobs,
    sweepLeases,
    sweepComparisons,
    sweepPractice,
    sweepWorkers,
    sweepSamplingPlans,
    sweepScoreRequests,
    sweepRounds,
  ]);
  return { close: stopSweeping };
}
