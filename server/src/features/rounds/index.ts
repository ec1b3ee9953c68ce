export { choosePairs } from './choose-pairs.ts';
export { roundHandlers } from './routes.ts';
