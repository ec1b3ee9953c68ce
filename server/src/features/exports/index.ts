export { exportComparisons } from './export-comparisons.ts';
export { exportDemonstrations } from './export-demonstrations.ts';
export { exportHandlers } from './routes.ts';
export { verifyEpisodes } from '../episodes/index.ts';
