export { questionHandlers } from './routes.ts';
export { saveImportedQuestions, type QuestionOutcome } from './imported.ts';
export { findOrAddQuestions, type FoundQuestion } from './named.ts';
