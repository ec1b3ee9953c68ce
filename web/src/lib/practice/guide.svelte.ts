import type { Draft } from '../task/draft.svelte.ts';
import type { Task } from '../task/task.svelte.ts';
import { citedNumbers } from '@rookery/shared/browser';
import { readStored, writeStored } from '../storage.ts';
import { countWords } from '../task/writing/answer.ts';

/** What a guided task leads through, in order. */
export const steps = [
  'question',
  'search',
  'open',
  'scroll',
  'find',
  'quote',
  'cost',
  'end',
  'write',
  'cite',
  'review',
  'submit',
] as const;
export type Step = (typeof steps)[number];

/** Steps that are read, not done. */
const isRead = (step: Step): boolean => step === 'question' || step === 'cost';

/** An answer of fewer words is none yet. */
const fewWords = 8;

/**
 * Where somebody stands in a guided task. A step is left when its person has really done it, whatever they do in between; who is
 * ahead of the guide is caught up with.
 */
export class Guide {
  #index = $state(0);
  readonly step = $derived(steps[this.#index]!);
  readonly number = $derived(this.#index + 1);
  readonly isRead = $derived(isRead(this.step));
  readonly #name: string;

  constructor(episodeId: string) {
    this.#name = `rookery:practice:${episodeId}`;
    const kept = Number(readStored(this.#name));
    this.#index = Number.isInteger(kept) && kept > 0 && kept < steps.length ? kept : 0;
  }

  /** Takes in what was done: leaves every step that it fulfils. */
  notice(seen: {
    task: Pick<Task, 'view' | 'lastStep'>;
    draft: Pick<Draft, 'text'>;
    isReviewing: boolean;
  }): void {
    const { view, lastStep } = seen.task;
    if (!view) return;
    const isWriting = view.phase === 'answering';
    if (isWriting && this.#index < steps.indexOf('write')) this.#go('write');
    const command = lastStep?.outcome.isValid === true ? lastStep.command.kind : null;
    const { text } = seen.draft;
    const isCited = citedNumbers(text).some((number) => number >= 1 && number <= view.quotes.length);
    const isDone: Record<Step, boolean> = {
      question: false,
      search: command === 'search',
      open: command === 'click',
      scroll: command === 'scroll',
      find: command === 'find',
      quote: view.quotes.length > 0,
      cost: false,
      end: isWriting,
      write: isWriting && countWords(text) >= fewWords,
      cite: isWriting && isCited,
      review: seen.isReviewing,
      submit: false,
    };
    // Whoever searches at once has read the question.
    if (this.step === 'question' && command !== null) this.next();
    while (isDone[this.step]) this.next();
    // Whoever goes back to writing is led to the review again.
    if (this.step === 'submit' && !seen.isReviewing) this.#go('review');
  }

  /** Goes on without having done the step. */
  next(): void {
    const following = steps[this.#index + 1];
    if (following) this.#go(following);
  }

  #go(step: Step): void {
    this.#index = steps.indexOf(step);
    writeStored(this.#name, String(this.#index));
  }

  /** Nothing of it is kept. */
  forget(): void {
    writeStored(this.#name, null);
  }
}
