export { comparisonTaskHandlers } from './routes.ts';
