import type { ReplayStep } from '@rookery/shared/api';
import { citedNumbers, parseCommand, type Command } from '@rookery/shared/browser';

/** What a step is, for its sign in lists and on the timeline: what its command says, or that it was not carried out. */
export type StepKind = 'start' | 'invalid' | Command['kind'];

/** What a step shows beside its kind. */
export interface StepMark {
  kind: StepKind;
  isCensored: boolean;
  /** The number of the quote that it took, from 1; null if none. */
  quote: number | null;
}

/** The kinds that stand out on the timeline; the rest is scrolling and looking. */
export const markedKinds = [
  'search',
  'click',
  'quote',
  'invalid',
  'end',
] as const satisfies readonly StepKind[];

/** The marks of every step, in order. */
export function markSteps(
  steps: readonly Pick<ReplayStep, 'command' | 'outcome' | 'censored' | 'view'>[],
): StepMark[] {
  return steps.map((step, index) => {
    const quotes = step.view.quotes.length;
    const before = steps[index - 1]?.view.quotes.length ?? 0;
    return {
      kind: kindOf(step),
      isCensored: step.censored.length > 0,
      quote: quotes > before ? quotes : null,
    };
  });
}

function kindOf({ command, outcome }: Pick<ReplayStep, 'command' | 'outcome'>): StepKind {
  if (command === null) return 'start';
  return outcome?.isValid === false ? 'invalid' : parseCommand(command).kind;
}

/** The index of the step that took a quote, counted from 1; null if there is none. */
export function stepOfQuote(marks: readonly StepMark[], quote: number): number | null {
  const index = marks.findIndex((mark) => mark.quote === quote);
  return index < 0 ? null : index;
}

/** A part of an answer: plain text, or a citation of the quote with this number. */
export type AnswerPart = { text: string; cites: number | null };

/** An answer cut at its citations; numbers of quotes that do not exist stay text. */
export function answerParts(answer: string, quotes: number): AnswerPart[] {
  const known = new Set(citedNumbers(answer).filter((number) => number >= 1 && number <= quotes));
  return answer
    .split(/(\[\d{1,3}\])/)
    .filter((text) => text !== '')
    .map((text) => {
      const number = Number(/^\[(\d{1,3})\]$/.exec(text)?.[1] ?? 0);
      return { text, cites: known.has(number) ? number : null };
    });
}
