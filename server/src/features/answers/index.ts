export { contentHashOf, saveImportedAnswers, tokensOfNew, type ImportedAnswer } from './imported.ts';
export { readAnswers } from './queries.ts';
export { answerHandlers } from './routes.ts';
export { twinKey } from './twins.ts';
