export { countDemonstrations, findDemonstrations, readDemonstration } from './demonstrations.ts';
export { sweepPractice } from './practice.ts';
export { createPageReader, rebuildEpisode, type Difference, type RebuiltEpisode } from './rebuild.ts';
export { demonstrationHandlers, episodeHandlers } from './routes.ts';
export { countStoredEpisodes, readStoredEpisodes, type StoredEpisode } from './stored.ts';
export { verifyEpisodes } from './verify.ts';
