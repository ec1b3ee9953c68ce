export { importLibrary } from './import-library.ts';
export { importQuestions } from './import-questions.ts';
export { importHandlers } from './routes.ts';
export { addImportFile, startImport } from './service.ts';
export { importAnswers } from './import-answers.ts';
export { importComparisons } from './import-comparisons.ts';
