import type { rewardJobRoutes, rewardRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

export const rewardHandlers = (_deps: Dependencies): Handlers<typeof rewardRoutes> => ({
  listRewardModels: () => notBuilt(),
  getRewardModel: () => notBuilt(),
  downloadRewardModel: () => notBuilt(),
  previewRewardTraining: () => notBuilt(),
  trainRewardModel: () => notBuilt(),
  listRewardPairs: () => notBuilt(),
  scoreAnswers: () => notBuilt(),
  listScoredAnswers: () => notBuilt(),
  getBestOf: () => notBuilt(),
  scoreAnswer: () => notBuilt(),
  rankAnswers: () => notBuilt(),
  listArtifacts: () => notBuilt(),
});

export const rewardJobHandlers = (_deps: Dependencies): Handlers<typeof rewardJobRoutes> => ({
  getRewardJob: () => notBuilt(),
  listRewardAnswers: () => notBuilt(),
  listRewardJobPairs: () => notBuilt(),
  downloadJobRewardModel: () => notBuilt(),
  storeScores: () => notBuilt(),
});

const notBuilt = (): never => {
  throw new Error('Not built yet.');
};
