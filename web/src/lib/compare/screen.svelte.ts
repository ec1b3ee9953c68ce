import { maxSpans, sides, type Side, type Span, type Support } from '@rookery/shared/comparisons';
import { stepSentence, type TextRange } from '@rookery/shared/text';
import { createContext } from 'svelte';
import { text } from '../text.ts';
import type { Comparing } from './comparing.svelte.ts';
import { withOption } from './edits.ts';
import { bestSentence } from './matching.ts';
import { readAnswer } from './reading.ts';
import { changeSpans, markSpan, spansIn, stepQuote, unmark, type ClaimDetails } from './spans.ts';

export const [getScreen, setScreen] = createContext<Screen>();

/** The columns of the screen; where there is no room for all, its tabs. */
export const places = [...sides, 'ratings'] as const;
export type Place = (typeof places)[number];

const nothing: ClaimDetails = { relevance: null, quote: null };

/** What is chosen, lit and announced on the screen; nothing of it is stored. */
export class Screen {
  /** The tab that is shown, where tabs are. */
  place = $state<Place>('a');
  showsDifference = $state(false);
  /** What is to be marked: sentences or words of an answer. */
  chosen = $state.raw<{ side: Side; range: TextRange } | null>(null);
  /** What was said of it before its support: a claim begins with its support. */
  pending = $state.raw<ClaimDetails>(nothing);
  /** The quote that a citation points at. */
  cited = $state.raw<{ side: Side; quote: number } | null>(null);
  /** The quote that was gone to, and its sentence that is closest to the one that cites it. */
  sought = $state.raw<{ side: Side; quote: number; range: TextRange | null } | null>(null);
  /** The reference that is pointed at: sentences that cite it are lit. */
  pointed = $state.raw<{ side: Side; quote: number } | null>(null);
  /** Read out to screen readers. */
  said = $state('');
  /** Whether what is missing is told, as after trying to submit. */
  showsMissing = $state(false);

  readonly #comparing: Comparing;

  constructor(comparing: Comparing) {
    this.#comparing = comparing;
  }

  readonly read = $derived.by(() => {
    const options = this.#comparing.task?.options;
    const { a, b } = options ?? { a: null, b: null };
    return {
      a: readAnswer(a?.text ?? '', a?.quotes.length ?? 0),
      b: readAnswer(b?.text ?? '', b?.quotes.length ?? 0),
    };
  });

  choose(side: Side, range: TextRange | null): void {
    const before = this.chosen;
    if (
      range &&
      before?.side === side &&
      before.range.start === range.start &&
      before.range.end === range.end
    )
      return;
    this.chosen = range && { side, range };
    this.pending = nothing;
  }

  rangeIn(side: Side): TextRange | null {
    return this.chosen?.side === side ? this.chosen.range : null;
  }

  spans(side: Side): Span[] {
    return this.#comparing.judgement.options[side].spans;
  }

  /** Walks by sentences; `extend` takes one more or less. */
  walk(side: Side, step: 1 | -1, extend: boolean): TextRange | null {
    const { sentences } = this.read[side];
    const range = stepSentence({ sentences, selected: this.rangeIn(side), step, extend });
    this.choose(side, range);
    return range;
  }

  mark(support: Support): void {
    if (!this.chosen) return this.say(text.compare.nothingChosen);
    const { side, range } = this.chosen;
    const { relevance, quote } = this.pending;
    const details = { ...(relevance && { relevance }), ...(quote !== null && { quote }) };
    const spans = markSpan(this.spans(side), { range, support, details });
    if (spans.length > maxSpans) return this.say(text.compare.tooMany);
    this.#change(side, spans);
    this.pending = nothing;
    const [marked] = spansIn(spans, range);
    if (marked) this.say(text.compare.marked(text.compare.claimInWords(marked)));
  }

  /** Says more of what is chosen. */
  detail(change: Partial<ClaimDetails>): void {
    if (!this.chosen) return this.say(text.compare.nothingChosen);
    const { side, range } = this.chosen;
    if (spansIn(this.spans(side), range).length === 0) {
      this.pending = { ...this.pending, ...change };
      return this.say(text.compare.supportFirst);
    }
    const spans = changeSpans(this.spans(side), range, change);
    this.#change(side, spans);
    const [marked] = spansIn(spans, range);
    if (marked) this.say(text.compare.marked(text.compare.claimInWords(marked)));
  }

  stepQuote(step: 1 | -1): void {
    if (!this.chosen) return this.say(text.compare.nothingChosen);
    const { side, range } = this.chosen;
    const option = this.#comparing.judged?.[side];
    if (!option || option.quotes === 0) return;
    const cited = this.read[side].sentences
      .filter(({ start, end }) => start < range.end && range.start < end)
      .flatMap(({ cites }) => cites);
    const current = spansIn(this.spans(side), range)[0]?.quote ?? this.pending.quote;
    this.detail({ quote: stepQuote({ current, step, count: option.quotes, cited: [...new Set(cited)] }) });
  }

  unmark(): void {
    if (!this.chosen) return this.say(text.compare.nothingChosen);
    const { side, range } = this.chosen;
    this.pending = nothing;
    if (spansIn(this.spans(side), range).length === 0) return;
    this.#change(side, unmark(this.spans(side), range));
    this.say(text.compare.unmarked);
  }

  /** Goes to a quote, and lights the sentence of it that says what the citing sentence says. */
  seek(side: Side, quote: number, from: TextRange): void {
    const option = this.#comparing.task?.options[side];
    const extract = option?.quotes[quote - 1]?.extract ?? '';
    const claim = option?.text.slice(from.start, from.end) ?? '';
    this.sought = { side, quote, range: bestSentence(extract, claim) };
  }

  undo(): void {
    this.say(this.#comparing.undo() ? text.compare.undone : text.compare.nothingToUndo);
  }

  redo(): void {
    if (this.#comparing.redo()) this.say(text.compare.redone);
  }

  /** Said again, it is read out again: the space makes it another text. */
  say(words: string): void {
    this.said = this.said === words ? `${words} ` : words;
  }

  #change(side: Side, spans: Span[]): void {
    this.#comparing.change(withOption(this.#comparing.judgement, side, { spans }));
  }
}
