export { followSamplingJobs } from './follow.ts';
export { samplingHandlers, samplingJobHandlers } from './routes.ts';
export { sweepSamplingPlans } from './settle.ts';
