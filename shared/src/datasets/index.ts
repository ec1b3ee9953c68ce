/** The row schemas of the formats that are imported and exported. */
export {
  demonstrationEpisodeRowSchema,
  demonstrationStepRowSchema,
  episodeFormat,
  stepFormat,
  type DemonstrationEpisodeRow,
  type DemonstrationStepRow,
} from './demonstrations.ts';
export { readLibraryRow, type LibraryRow } from './library.ts';
export {
  detectQuestionFormat,
  questionFormatNames,
  readFormattedQuestion,
  type FormatOptions,
  type QuestionFormatName,
} from './formats.ts';
export { readPeople, writePersonalLinks, type ListedPerson } from './people.ts';
export {
  questionColumns,
  readQuestionCells,
  readQuestionRow,
  type QuestionRow,
  type ReadQuestionRow,
} from './questions.ts';
export type { ReadRow } from './rows.ts';
