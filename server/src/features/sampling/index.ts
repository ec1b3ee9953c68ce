export { samplingHandlers, samplingJobHandlers } from './routes.ts';
