import type { BrowserView } from '@rookery/shared/browser';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Guide, steps } from './guide.svelte.ts';

function at(options: {
  phase?: 'browsing' | 'answering';
  quotes?: number;
  command?: string;
  isValid?: boolean;
  text?: string;
  isReviewing?: boolean;
}) {
  const { phase = 'browsing', quotes = 0, command, isValid = true, text = '', isReviewing = false } = options;
  const view = { phase, quotes: Array.from({ length: quotes }) } as unknown as BrowserView;
  const lastStep =
    command === undefined ? null : { command: { kind: command }, outcome: { isValid }, before: view };
  return { task: { view, lastStep } as never, draft: { text }, isReviewing };
}

const answer = 'Crows bring gifts to people who feed them every day';

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  });
  return () => vi.unstubAllGlobals();
});

describe('the guide of a practice', () => {
  test('goes on when each step is really done', () => {
    const guide = new Guide('one');
    const passed = [guide.step];
    const doings = [
      () => guide.next(),
      () => guide.notice(at({ command: 'search' })),
      () => guide.notice(at({ command: 'click' })),
      () => guide.notice(at({ command: 'scroll' })),
      () => guide.notice(at({ command: 'find' })),
      () => guide.notice(at({ command: 'quote', quotes: 1 })),
      () => guide.next(),
      () => guide.notice(at({ phase: 'answering', quotes: 1 })),
      () => guide.notice(at({ phase: 'answering', quotes: 1, text: answer })),
      () => guide.notice(at({ phase: 'answering', quotes: 1, text: `${answer} [1].` })),
      () => guide.notice(at({ phase: 'answering', quotes: 1, text: `${answer} [1].`, isReviewing: true })),
    ];
    for (const doing of doings) {
      doing();
      passed.push(guide.step);
    }
    expect(passed).toEqual([...steps]);
  });

  test('is not moved by what is not carried out, or by something else', () => {
    const guide = new Guide('one');
    guide.next();
    guide.notice(at({ command: 'search', isValid: false }));
    expect(guide.step).toBe('search');
    guide.notice(at({ command: 'search' }));
    guide.notice(at({ command: 'search' }));
    expect(guide.step).toBe('open');
  });

  test('catches up with who is ahead', () => {
    const guide = new Guide('one');
    guide.notice(at({ command: 'search' }));
    expect(guide.step).toBe('open');
    guide.notice(at({ phase: 'answering', quotes: 2, text: `${answer} [2].` }));
    expect(guide.step).toBe('review');
  });

  test('leads to the review again when somebody goes back to writing', () => {
    const guide = new Guide('one');
    guide.notice(at({ phase: 'answering', quotes: 1, text: `${answer} [1].`, isReviewing: true }));
    expect(guide.step).toBe('submit');
    guide.notice(at({ phase: 'answering', quotes: 1, text: `${answer} [1].` }));
    expect(guide.step).toBe('review');
  });

  test('goes on where it stood when the page comes back, for this practice alone', () => {
    const guide = new Guide('one');
    guide.notice(at({ command: 'search' }));
    expect(new Guide('one').step).toBe('open');
    expect(new Guide('two').step).toBe('question');
    guide.forget();
    expect(new Guide('one').step).toBe('question');
  });
});
