export { trainingConclusion } from './conclude.ts';
export { modelFile } from './model-file.ts';
export { policyHandlers, trainingJobHandlers } from './routes.ts';
