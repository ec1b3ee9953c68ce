export { answerHandlers } from './routes.ts';
