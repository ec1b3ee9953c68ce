export { makePairs } from './make-pairs.ts';
export { pairHandlers } from './routes.ts';
