export { followComparisons } from './announce.ts';
export { excludeComparison, restoreComparison } from './exclusion.ts';
export { optionOf } from './load.ts';
export { sweepComparisons } from './places.ts';
export { comparisonTaskHandlers } from './routes.ts';
export { effectiveState } from './state.ts';
