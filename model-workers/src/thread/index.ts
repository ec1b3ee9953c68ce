/** Threads that run models: started here, served there. */
export { stayInBackground } from './background.ts';
export { serveThread } from './serve-thread.ts';
export { startThread, type Thread } from './start-thread.ts';
