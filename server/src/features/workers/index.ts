export { countSlots } from './list.ts';
export { workerHandlers } from './routes.ts';
export { sweepWorkers } from './sweep.ts';
