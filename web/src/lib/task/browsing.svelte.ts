import type { Client, QuotePreview, ScreenMarks } from '@rookery/shared/api';
import { joinsRun, selectionToQuote, type BrowserView, type Command } from '@rookery/shared/browser';
import type { TextRange } from '@rookery/shared/text';
import { createContext } from 'svelte';
import { text } from '../text.ts';
import { isAvailable } from './available.ts';
import { findArgument, hitsIn } from './hits.ts';
import { Latest } from './latest.ts';
import type { Step, Task } from './task.svelte.ts';

export const [getBrowsing, setBrowsing] = createContext<Browsing>();

/** Somebody who drags a selection changes it many times a second; the server is asked once they pause. */
const previewAfterMs = 150;
/** A quote near the budget waits this long for its price, before it is asked about without. */
const priceWaitMs = 4000;

/** What is asked before a command that ends browsing; `tokens` is null where the price is not known. */
export type Ask =
  | { kind: 'quote'; command: Command; tokens: number | null; isLastAction: boolean }
  | { kind: 'last-action'; command: Command };

/** The scrolls in one direction that were made last, and the actions that were left after them. */
interface ScrollRun {
  direction: 'up' | 'down';
  steps: number;
  actionsLeft: number;
}

type Quoting = Extract<Command, { kind: 'quote' }>;

/**
 * The browsing phase of a task as its screen shows it: what is selected and what it would cost, what find looks for, what is
 * asked before browsing ends, and what is said of what happened. Commands go through `act` and `quote`, and never one that the
 * screen does not offer.
 */
export class Browsing {
  /** In the view's text. */
  selected = $state.raw<TextRange | null>(null);
  /** The figures of what is selected, once the server has given them. */
  preview = $state.raw<QuotePreview | null>(null);
  asks = $state.raw<Ask | null>(null);
  /** What is looked for on this page; null once it is left, or cleared. */
  needle = $state<string | null>(null);
  marks = $state.raw<ScreenMarks | null>(null);
  /** What happened, for eyes and screen readers; `isQuiet` is for screen readers alone, who do not see the page change. */
  said = $state.raw<{ id: number; text: string; isQuiet: boolean }>({ id: 0, text: '', isQuiet: true });
  /** Where in the window the last quote ends: selecting by keys goes on there. */
  lastEnd = 0;
  /** While a press of the quote button is under way, a selection that it takes away on the screen is kept. */
  isHeld = false;

  readonly #task: Task;
  readonly #options: { client: Client; projectId: string };
  readonly #view = $derived.by(() => this.#task.view);
  /** Whether nothing can be done: the lease has ended, or the task. */
  readonly isStuck = $derived.by(() => this.#task.isLeaseOver || this.#task.isDone);
  /** The command that quotes what is selected, if something is and quoting is offered. */
  readonly quoting: Quoting | null = $derived.by(() => {
    const view = this.#view;
    if (!view || !this.selected || this.isStuck || view.phase !== 'browsing' || !view.available.quote)
      return null;
    return selectionToQuote({ text: view.text, ...this.selected }) ?? null;
  });
  /** Every place in the window where find would stop. */
  readonly hits = $derived.by(() =>
    this.#view && this.needle !== null ? hitsIn(this.#view.text, this.needle) : [],
  );

  readonly #previews: Latest<QuotePreview>;
  readonly #marked: Latest<ScreenMarks>;
  #previewed: string | null = null;
  #run: ScrollRun | null = null;
  /** The sequence that is on the screen. */
  #shown = -1;

  constructor(options: { task: Task; client: Client; projectId: string }) {
    this.#task = options.task;
    this.#options = options;
    this.#previews = new Latest((preview) => (this.preview = preview));
    this.#marked = new Latest((marks) => this.#takeMarks(marks));
  }

  /** Chooses a part of the window, and asks what quoting it would cost. */
  select(range: TextRange | null): void {
    if (range === null && this.isHeld) return;
    this.selected = range;
    this.#askPrice();
  }

  /** Quotes what is selected; where browsing would or might end with it, asks first. */
  async quote(): Promise<void> {
    this.isHeld = false;
    const command = this.quoting;
    if (!command) return this.refuse(this.isStuck ? 'lease' : 'quote');
    if (this.#task.isBusy) return;
    const price = await this.#priceOf(command);
    // The page may have changed meanwhile.
    if (this.quoting?.text !== command.text || this.#task.isBusy) return;
    if (price === 'cheap') return this.#send(command);
    const isLastAction = this.#view?.actionsLeft === 1;
    if (price && !price.endsBrowsing) return this.#send(command);
    this.asks = { kind: 'quote', command, tokens: price?.tokens ?? null, isLastAction };
  }

  /** Carries a command out if the screen offers it; says why not otherwise. The last action is asked about first. */
  act(command: Exclude<Command, { kind: 'quote' }>): void {
    const view = this.#view;
    if (!view || view.phase !== 'browsing') return;
    if (this.isStuck) return this.refuse('lease');
    if (this.#task.isBusy) {
      // What follows is not asked about again: it must not lead into the end of browsing.
      if (command.kind === 'end' || view.actionsLeft > 3) this.#task.run(command);
      return;
    }
    if (!isAvailable(command, view.available)) return this.refuse(reasonOf(command));
    const isAsked = view.actionsLeft === 1 && command.kind !== 'end' && !this.#goesOnRun(command, view);
    if (isAsked) this.asks = { kind: 'last-action', command };
    else this.#send(command);
  }

  /** Carries out what was asked about. */
  confirm(): void {
    if (this.asks) this.#send(this.asks.command);
  }

  find(typed: string): void {
    const argument = findArgument(typed);
    if (argument !== null) this.act({ kind: 'find', text: argument });
  }

  findNext(): void {
    if (this.needle === null) this.refuse('noHit');
    else this.act({ kind: 'find', text: this.needle });
  }

  /** Takes find's marks off the page. */
  clearFind(): void {
    this.needle = null;
    this.#readMarks();
  }

  /** Another state of the episode is shown: after a step of this window, of another one, or at the opening. */
  show(step: Step | null): void {
    const view = this.#view;
    const isKnown = !step && this.#shown === this.#sequence;
    if (!view || view.phase !== 'browsing' || isKnown) return;
    this.#shown = this.#sequence;
    this.#run = step && this.#runAfter(step, view);
    if (!step || step.before.text !== view.text || step.before.title !== view.title) {
      this.selected = null;
      this.lastEnd = 0;
    }
    const isOtherPage = !step || ['search', 'click', 'back'].includes(step.command.kind);
    if (isOtherPage) this.needle = view.found ? view.text.slice(view.found.start, view.found.end) : null;
    if (step?.command.kind === 'find' && step.outcome.isValid)
      this.needle = step.outcome.found === true ? step.command.text : null;
    this.#say(step, view);
    this.#readMarks();
    // A figure is for the state it was asked in.
    this.#askPrice();
  }

  say(what: string, isQuiet = false): void {
    this.said = { id: this.said.id + 1, text: what, isQuiet };
  }

  /** Says why something cannot be done. */
  refuse(reason: keyof typeof text.browsing.off): void {
    this.say(text.browsing.refused(text.browsing.off[reason]));
  }

  close(): void {
    this.#previews.stop();
    this.#marked.stop();
  }

  get #params(): { projectId: string; episodeId: string } {
    return { projectId: this.#options.projectId, episodeId: this.#task.episode?.id ?? '' };
  }

  get #sequence(): number {
    return (this.#task.episode?.nextSequence ?? 1) - 1;
  }

  #send(command: Command): void {
    this.asks = null;
    if (command.kind === 'quote') {
      this.lastEnd = this.selected?.end ?? 0;
      this.select(null);
    }
    this.said = { ...this.said, text: '' };
    this.#task.run(command);
  }

  #askPrice(): void {
    const command = this.quoting;
    const asked = command && `${this.#sequence} ${command.text}`;
    if (asked === this.#previewed) return;
    this.#previewed = asked;
    this.preview = null;
    this.#previews.stop();
    if (command) this.#previews.ask((signal) => this.#readPrice(command, signal), previewAfterMs);
  }

  /** `cheap`: it cannot end browsing, whatever it costs exactly. Null: the server could not be asked. */
  async #priceOf(command: Quoting): Promise<QuotePreview | 'cheap' | null> {
    if (this.preview?.sequence === this.#sequence) return this.preview;
    const view = this.#view;
    if (
      view &&
      this.selected &&
      view.actionsLeft > 1 &&
      mostTokens(view, this.selected) < view.quoteTokensLeft
    )
      return 'cheap';
    try {
      return await this.#readPrice(command, AbortSignal.timeout(priceWaitMs));
    } catch {
      return null;
    }
  }

  #readPrice(command: Quoting, signal: AbortSignal): Promise<QuotePreview> {
    return this.#options.client.previewQuote({ params: this.#params, body: { text: command.text }, signal });
  }

  #readMarks(): void {
    const view = this.#view;
    this.marks = null;
    this.#marked.stop();
    if (!view || (this.needle === null && view.available.click.length === 0)) return;
    const query = this.needle === null ? {} : { find: this.needle };
    this.#marked.ask((signal) =>
      this.#options.client.getScreenMarks({ params: this.#params, query, signal }),
    );
  }

  #takeMarks(marks: ScreenMarks): void {
    // Of a page that is gone by now.
    if (marks.sequence !== this.#sequence) return;
    this.marks = marks;
    const { hits } = marks;
    if (this.#task.lastStep?.command.kind !== 'find' || !hits?.current) return;
    this.say(text.browsing.found(hits.current, text.browsing.hitsTotal(hits.total, hits.isCapped)), true);
  }

  /** Up to three scroll steps in one direction are one action: another one of them takes none. */
  #goesOnRun(command: Command, view: BrowserView): boolean {
    const run = this.#run;
    return command.kind === 'scroll' && run?.actionsLeft === view.actionsLeft && joinsRun(run, command);
  }

  #runAfter({ command, outcome, before }: Step, view: BrowserView): ScrollRun | null {
    if (command.kind !== 'scroll' || !outcome.isValid) return null;
    const { direction, steps } = command;
    const wasFree = before.actionsLeft === view.actionsLeft;
    // A run that began before this window was opened is not known, so it is not counted on.
    if (wasFree && !this.#run) return null;
    return { direction, steps: wasFree ? this.#run!.steps + steps : steps, actionsLeft: view.actionsLeft };
  }

  #say(step: Step | null, view: BrowserView): void {
    if (step && !step.outcome.isValid) return;
    const kind = step?.command.kind;
    const { start, end } = view.scrollbar;
    if (kind === 'quote') {
      this.say(text.browsing.quoted(view.quotes.at(-1)?.tokens ?? 0, view.quoteTokensLeft));
    } else if (kind === 'find') {
      if (step?.outcome.found === false) this.say(text.browsing.notFound);
    } else if (kind === 'scroll' || kind === 'top') {
      this.say(text.browsing.scrolled(start, end), true);
    } else {
      const title = view.title || text.task.startTitle;
      this.say(text.browsing.opened({ title, links: view.available.click.length, start, end }), true);
    }
  }
}

/** Most tokens that a quote can cost: a token of GPT-2 is at least one byte of UTF-8. */
function mostTokens(view: BrowserView, { start, end }: TextRange): number {
  const bytes = (part: string): number => new TextEncoder().encode(part).length;
  return bytes(`${view.title} (${view.domain})`) + bytes(view.text.slice(start, end));
}

function reasonOf(command: Command): keyof typeof text.browsing.off {
  if (command.kind === 'scroll') return command.direction;
  if (command.kind === 'click') return 'link';
  return command.kind === 'back' || command.kind === 'top' || command.kind === 'find' ? command.kind : 'over';
}
