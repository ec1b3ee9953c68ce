export { simulationHandlers } from './routes.ts';
