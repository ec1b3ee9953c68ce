export { createEpisodeContext, type EpisodeContext } from './context.ts';
export { countDemonstrations, findDemonstrations, readDemonstration } from './demonstrations.ts';
export { citesReference } from './cites-reference.ts';
export { sweepPractice } from './practice.ts';
export {
  createPageReader,
  rebuildEpisode,
  type Difference,
  type PageReader,
  type RebuiltEpisode,
} from './rebuild.ts';
export { readRecording } from './replay.ts';
export { demonstrationHandlers, episodeHandlers } from './routes.ts';
export { insertSampleEpisode, submitSampleAnswer } from './samples.ts';
export { getEpisode } from './start.ts';
export { countStoredEpisodes, readStoredEpisode, readStoredEpisodes, type StoredEpisode } from './stored.ts';
export { verifyEpisodes } from './verify.ts';
export { trainingRowsOf } from './training-rows.ts';
