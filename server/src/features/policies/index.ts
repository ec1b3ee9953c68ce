export { policyHandlers, trainingJobHandlers } from './routes.ts';
