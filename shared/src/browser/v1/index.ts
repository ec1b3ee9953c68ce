export * from './commands.ts';
export {
  LINK_TEXT_CHARACTERS,
  TITLE_CHARACTERS,
  domainOf,
  makeErrorPage,
  makePage,
  makeResultsPage,
  startPage,
} from './make-page.ts';
export type { PageDraft } from './make-page.ts';
export { findNext } from './find.ts';
export { linkMarker, segmentsOf, stripLinks } from './links.ts';
export type { Segment } from './links.ts';
export { answerPrompt, observe } from './observe.ts';
export { EXTRACT_CHARACTERS, matchQuote, quoteCost, sourceLine } from './quotes.ts';
export type { TokenCounter } from './quotes.ts';
export { applyCommand, faultOf, joinsRun, outcomeSchema, planCommand, previewQuote } from './reduce.ts';
export type { Outcome, Plan, ShownPage } from './reduce.ts';
export { replay } from './replay.ts';
export type { Replay, ReplayedStep, ReplayInput } from './replay.ts';
export { selectionToQuote } from './selection.ts';
export { browserSettingsSchema, defaultBrowserSettings } from './settings.ts';
export type { BrowserSettings } from './settings.ts';
export {
  VERSION,
  endings,
  episodeStateSchema,
  finishAnswering,
  initialState,
  phases,
  placeSchema,
  quoteSchema,
} from './state.ts';
export type { Ending, EpisodeState, Phase, Place, Quote } from './state.ts';
export { cleanBlock, cleanLine, foldCase, lookAlikes, replaceReserved } from './text.ts';
export { trainingSteps } from './training.ts';
export type { RecordedStep, TrainingStep } from './training.ts';
export {
  availableCommands,
  availableCommandsSchema,
  browserViewSchema,
  segmentSchema,
  view,
} from './view.ts';
export type { AvailableCommands, BrowserView } from './view.ts';
