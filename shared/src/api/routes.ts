import { accountRoutes } from './accounts.ts';
import { answerRoutes } from './answers.ts';
import { comparisonTaskRoutes } from './comparison-tasks.ts';
import { comparisonRoutes } from './comparisons.ts';
import { demonstrationRoutes } from './demonstrations.ts';
import { episodeRoutes } from './episodes.ts';
import { exportRoutes } from './exports.ts';
import { guidelinesRoutes } from './guidelines.ts';
import { importRoutes } from './imports.ts';
import { jobRoutes } from './jobs.ts';
import { libraryRoutes } from './library.ts';
import { pairRoutes } from './pairs.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policies.ts';
import { practiceRoutes } from './practice.ts';
import { projectRoutes } from './projects.ts';
import { questionRoutes } from './questions.ts';
import { reviewRoutes } from './reviews.ts';
import { rewardRoutes } from './rewards.ts';
import { roundRoutes } from './rounds.ts';
import { samplingRoutes } from './sampling.ts';
import { simulationRoutes } from './simulation.ts';
import { starterRoutes } from './starter.ts';
import { systemRoutes } from './system.ts';
import { taskRoutes } from './tasks.ts';
import { rewardJobRoutes, samplingJobRoutes, trainingJobRoutes, workerRoutes } from './workers.ts';

/** The route table: drives validation and answers, the OpenAPI description, access control and the typed client. */
export const routes = {
  ...systemRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...simulationRoutes,
  ...projectRoutes,
  ...starterRoutes,
  ...guidelinesRoutes,
  ...questionRoutes,
  ...libraryRoutes,
  ...importRoutes,
  ...exportRoutes,
  ...jobRoutes,
  ...taskRoutes,
  ...episodeRoutes,
  ...demonstrationRoutes,
  ...reviewRoutes,
  ...practiceRoutes,
  ...answerRoutes,
  ...pairRoutes,
  ...comparisonTaskRoutes,
  ...comparisonRoutes,
  ...policyRoutes,
  ...samplingRoutes,
  ...rewardRoutes,
  ...roundRoutes,
  ...workerRoutes,
  ...trainingJobRoutes,
  ...samplingJobRoutes,
  ...rewardJobRoutes,
};
export type Routes = typeof routes;
export type OperationId = keyof Routes;
