export { announcePlan } from './announce.ts';
export { endPlan } from './control.ts';
export { insertSamplingPlan } from './create.ts';
export { followSamplingJobs } from './follow.ts';
export { followPlans } from './follow-plans.ts';
export { planStateOf, type PlanKey } from './plans.ts';
export { samplingHandlers, samplingJobHandlers } from './routes.ts';
export { sweepSamplingPlans } from './settle.ts';
