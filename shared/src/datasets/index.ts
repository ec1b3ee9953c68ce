/** The row schemas of the formats that are imported and exported. */
export {
  demonstrationsSource,
  readAnswerRow,
  type AnswerContent,
  type AnswerRow,
  type NamedQuestion,
  type QuoteContent,
  type TokenIds,
} from './answers.ts';
export {
  comparisonShapes,
  comparisonWriter,
  readComparison,
  writeComparison,
  type ComparisonRow,
  type ComparisonShape,
  type WrittenAnswer,
  type WrittenComparison,
} from './comparisons.ts';
export {
  demonstrationEpisodeRowSchema,
  demonstrationStepRowSchema,
  episodeFormat,
  stepFormat,
  type DemonstrationEpisodeRow,
  type DemonstrationStepRow,
} from './demonstrations.ts';
export { comparisonFormat, fullComparisonRowSchema, type FullComparisonRow } from './full-comparisons.ts';
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
