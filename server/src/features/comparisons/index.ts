export { comparisonHandlers } from './routes.ts';
