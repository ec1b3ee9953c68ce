export { sweepScoreRequests } from './ask.ts';
export { rewardConclusion } from './conclude.ts';
export { rewardHandlers, rewardJobHandlers } from './routes.ts';
export { countUnscored, makeScoring, scoringConclusion } from './scoring.ts';
export { makeRewardTraining, previewTraining, simulationProblem } from './train.ts';
export { findCurrent } from './versions.ts';
