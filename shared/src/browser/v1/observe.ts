import type { Page } from '../page.ts';
import { scrollbarOf, windowAt } from './layout.ts';
import { sourceLine } from './quotes.ts';
import type { Quote } from './state.ts';
import type { EpisodeState } from './state.ts';
import { cleanBlock } from './text.ts';

/**
 * The observation: everything the policy sees, byte for byte (WebGPT, Fig. 1b). It is the prompt for the next command. Once browsing has
 * ended it is the answer prompt, or empty where no answer is written.
 */
export function observe(input: { state: EpisodeState; page: Page }): string {
  const { state, page } = input;
  if (state.phase === 'answering') return answerPrompt(state);
  if (state.phase === 'ended') return '';
  const window = windowAt(page, {
    position: state.current.position,
    windowCharacters: state.settings.windowCharacters,
  });
  const scrollbar = scrollbarOf(page, window);
  return [
    block('♦Question', state.question),
    block('♦Quotes', state.quotes.map(quoteLines).join('\n\n')),
    block('♦Past actions', state.pastActions.join('\n')),
    block('♦Title', sourceLine(page)),
    block(`♦Scrollbar: ${scrollbar.start} - ${scrollbar.end}\n♦Text`, window.text),
    `♦Actions left: ${state.actionsLeft}\n♦Next action\n`,
  ].join('\n');
}

/** The prompt for the answer: the question, then the quotes as they are cited, each part ended by ■ and a line break. */
export function answerPrompt(input: {
  question: string;
  quotes: readonly Pick<Quote, 'title' | 'domain' | 'extract'>[];
}): string {
  const parts = input.quotes.map((quote, index) => `[${index + 1}] ${sourceLine(quote)}\n\n${quote.extract}`);
  return [cleanBlock(input.question), ...parts].map((part) => `${part}■\n`).join('');
}

/** A heading and its lines; an empty block is its heading alone. */
function block(heading: string, text: string): string {
  return text === '' ? `${heading}\n` : `${heading}\n${text}\n`;
}

function quoteLines(quote: Quote): string {
  const lines = quote.extract.split('\n').map((line) => (line === '' ? '>' : `> ${line}`));
  return [`From ${sourceLine(quote)}`, ...lines].join('\n');
}
