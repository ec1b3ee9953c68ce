export { currentGuidelines } from './queries.ts';
export { guidelinesHandlers } from './routes.ts';
