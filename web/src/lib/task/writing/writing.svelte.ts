import type { Quote } from '@rookery/shared/browser';
import { createContext } from 'svelte';
import type { TextRange } from '@rookery/shared/text';
import { readAnswer, type ReadAnswer } from './answer.ts';
import { checkAnswer, type Check } from './checks.ts';

export const [getWriting, setWriting] = createContext<Writing>();

/** The answer as it was looked at last, and what on the screen belongs to what. */
export class Writing {
  /** The text that `read` and `checks` are about: the draft, a moment behind while it is typed. */
  text = $state('');
  read: ReadAnswer = $state.raw(readAnswer('', 0));
  checks: readonly Check[] = $state.raw([]);
  /** The quote that is pointed at: sentences that cite it are lit. */
  quote = $state<number | null>(null);
  /** The quotes that are lit: of the citation pointed at, or of the sentence with the cursor. */
  lit: readonly number[] = $state.raw([]);
  /** A place of the text that is shown: its sentence is lit. */
  place = $state.raw<TextRange | null>(null);
  /** The field has the focus, so that a digit is typed. */
  isTyping = $state(false);
  readonly quotes: readonly Quote[];

  constructor(quotes: readonly Quote[]) {
    this.quotes = quotes;
    this.look('');
  }

  look(text: string): void {
    const read = readAnswer(text, this.quotes.length);
    if (text !== this.text) this.place = null;
    this.text = text;
    this.read = read;
    this.checks = checkAnswer({ text, read, extracts: this.quotes.map(({ extract }) => extract) });
  }

  /** Lights the quotes of the sentence at an offset. */
  pointAt(offset: number): void {
    const sentence = this.read.sentences.find(({ start, end }) => start <= offset && offset <= end);
    this.lit = sentence?.cites ?? [];
    if (this.place && (offset < this.place.start || offset > this.place.end)) this.place = null;
  }

  /** The field has lost the focus. */
  pointAway(): void {
    this.isTyping = false;
    this.lit = [];
    this.place = null;
  }
}
