/** The policy that ranks the commands that are possible where it stands. */
export { openRanker } from './open-ranker.ts';
export { trainRanker } from './train-ranker.ts';
