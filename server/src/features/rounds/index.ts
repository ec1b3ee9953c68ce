export { choosePairs } from './choose-pairs.ts';
export { followRounds } from './follow.ts';
export { roundHandlers } from './routes.ts';
export { sweepRounds } from './settle.ts';
