import type { Assignment, CallInput, Client, Episode, Routes } from '@rookery/shared/api';
import {
  applyCommand,
  defaultBrowserSettings,
  initialState,
  makePage,
  parseCommand,
  previewQuote,
  view,
  type EpisodeState,
} from '@rookery/shared/browser';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { text } from '../text.ts';
import { Browsing } from './browsing.svelte.ts';
import { Task } from './task.svelte.ts';

const id = (number: number): string => `01900000-0000-7000-8000-00000000000${number}`;
const projectId = id(1);
const lease = { token: 'lease', expiresAt: '2126-01-01T13:00:00.000Z' };
const page = makePage({
  url: 'https://birds.example/',
  title: 'Crows',
  blocks: `Crows bring gifts. See ${'crows and more crows. '.repeat(300)}`,
});
const countTokens = (some: string): number => some.split(/\s+/).length;

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T12:00:00.000Z') }));
afterEach(() => void vi.useRealTimers());

/** A server with one episode on one page, by the real reducer, and a screen at work on it. */
async function open(settings: Partial<typeof defaultBrowserSettings> = {}) {
  let state: EpisodeState = initialState({
    question: 'Why?',
    settings: { ...defaultBrowserSettings, ...settings },
    startPageHash: 'page',
  });
  let nextSequence = 1;
  let isReachable = true;
  const sent: string[] = [];
  const asked: string[] = [];
  const episode = () =>
    ({
      id: id(3),
      state: state.phase,
      assignmentId: id(2),
      nextSequence,
      view: view({ state, page }),
      draft: { text: '', version: 0, savedAt: null },
      lease,
      serverTime: new Date().toISOString(),
    }) as unknown as Episode;
  const reach = (): void => {
    if (!isReachable) throw new TypeError('no network');
  };
  const client = {
    openTask: async () =>
      ({
        id: id(2),
        state: 'active',
        episodeId: id(3),
        openIn: id(8),
        lease,
        question: {},
      }) as unknown as Assignment,
    startEpisode: async () => episode(),
    sendCommand: async ({ body }: CallInput<Routes['sendCommand']>) => {
      sent.push(body.command);
      const step = applyCommand({ state, page, command: parseCommand(body.command), countTokens });
      ({ state } = step);
      nextSequence += 1;
      const { valid, reason, found } = step.outcome;
      return { sequence: nextSequence - 1, outcome: { isValid: valid, reason, found }, episode: episode() };
    },
    previewQuote: async ({ body }: CallInput<Routes['previewQuote']>) => {
      asked.push(body.text);
      reach();
      const preview = previewQuote({ state, page, text: body.text, countTokens });
      if ('reason' in preview) throw new Error('The test selects what is on the page.');
      return {
        sequence: nextSequence - 1,
        reason: null,
        tokens: preview.tokens,
        tokensLeft: Math.max(0, state.quoteTokensLeft - preview.tokens),
        endsBrowsing: preview.endsBrowsing,
      };
    },
    getScreenMarks: async () => ({ sequence: nextSequence - 1, openedLinks: [], hits: null }),
  } as unknown as Client;
  const options = { client, personId: id(9), projectId, assignmentId: id(2), windowId: id(8) };
  const task = new Task(options);
  const browsing = new Browsing({ task, client, projectId });
  await task.open();
  browsing.show(null);
  let shown: Episode | null = task.episode;
  /** Lets what is under way arrive, and shows it as the screen's effect does. */
  const settle = async (ms = 10): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    if (task.episode !== shown) browsing.show(task.lastStep);
    shown = task.episode;
  };
  return {
    task,
    browsing,
    sent,
    asked,
    settle,
    select: (part: string) => {
      const start = task.view!.text.indexOf(part);
      browsing.select({ start, end: start + part.length });
    },
    act: async (command: Parameters<Browsing['act']>[0]) => {
      browsing.act(command);
      await settle();
    },
    disconnect: () => (isReachable = false),
  };
}

const down = { kind: 'scroll', direction: 'down', steps: 1 } as const;

describe('the price of a quote', () => {
  test('is asked once somebody stops dragging, and told as the server counts it', async () => {
    const { browsing, select, asked, settle } = await open();
    for (const part of ['Crows', 'Crows bring', 'Crows bring gifts.']) select(part);
    await settle(150);
    expect(asked).toEqual(['Crows bring gifts.']);
    expect(browsing.preview).toMatchObject({ tokens: 5, tokensLeft: 507 });
  });

  test('is not waited for where the quote cannot end browsing, whatever it costs', async () => {
    const { browsing, select, sent, asked, settle, task } = await open();
    select('Crows bring gifts.');
    await browsing.quote();
    await settle();
    expect([sent, asked]).toEqual([['Quote: Crows bring gifts.'], []]);
    expect(task.view?.quotes.length).toBe(1);
    expect(browsing.selected).toBeNull();
    expect(browsing.said).toMatchObject({ text: text.browsing.quoted(5, 507), isQuiet: false });
  });

  test('is gone with the selection, also where its answer comes late', async () => {
    const { browsing, select, settle } = await open();
    select('Crows bring gifts.');
    browsing.select(null);
    await settle(500);
    expect([browsing.preview, browsing.quoting]).toEqual([null, null]);
  });
});

describe('before browsing ends', () => {
  test('a quote that uses up the budget is asked about, with its price', async () => {
    const { browsing, select, sent, settle, task } = await open({ quoteTokenBudget: 4 });
    select('Crows bring gifts.');
    await browsing.quote();
    expect(browsing.asks).toMatchObject({ kind: 'quote', tokens: 5, isLastAction: false });
    expect(sent).toEqual([]);
    browsing.confirm();
    await settle();
    expect(task.view).toMatchObject({ phase: 'answering', ending: 'quote-budget' });
    expect(browsing.asks).toBeNull();
  });

  test('a quote near the budget whose price cannot be learnt is asked about too', async () => {
    const { browsing, select, sent, disconnect } = await open({ quoteTokenBudget: 6 });
    disconnect();
    select('Crows bring gifts.');
    await browsing.quote();
    expect(browsing.asks).toMatchObject({ kind: 'quote', tokens: null });
    expect(sent).toEqual([]);
  });

  test('a quote near the budget that does not use it up is made unasked', async () => {
    const { browsing, select, sent, settle } = await open({ quoteTokenBudget: 6 });
    select('Crows bring gifts.');
    await browsing.quote();
    await settle();
    expect([browsing.asks, sent.length]).toEqual([null, 1]);
  });

  test('the last action is asked about, whatever it is', async () => {
    const { browsing, act, sent, settle, task } = await open({ actionLimit: 2 });
    await act({ kind: 'find', text: 'gifts' });
    await act({ kind: 'find', text: 'crows' });
    expect(browsing.asks).toMatchObject({ kind: 'last-action' });
    expect(sent.length).toBe(1);
    browsing.confirm();
    await settle();
    expect(task.view).toMatchObject({ phase: 'ended', ending: 'action-limit' });
  });

  test('a scroll that goes on a run takes no action, and is not asked about', async () => {
    const { browsing, act, sent } = await open({ actionLimit: 2, windowCharacters: 400 });
    for (let press = 0; press < 3; press += 1) await act(down);
    expect([browsing.asks, sent.length]).toEqual([null, 3]);
    await act(down);
    expect(browsing.asks).toMatchObject({ kind: 'last-action' });
    expect(sent.length).toBe(3);
  });
});

describe('what the screen does not offer', () => {
  test('is not sent, and it is said why', async () => {
    const { browsing, act, sent } = await open();
    await act({ kind: 'top' });
    expect(browsing.said).toMatchObject({ text: 'You are at the top of the page.', isQuiet: false });
    await act({ kind: 'back' });
    expect(browsing.said.text).toBe('There is no page before this one.');
    await act({ kind: 'click', linkId: 3 });
    await browsing.quote();
    expect(browsing.said.text).toBe('Select text in the page first.');
    browsing.findNext();
    expect(sent).toEqual([]);
  });
});

describe('find', () => {
  test('marks every place in the window until it is cleared', async () => {
    const { browsing, act, task } = await open();
    await act({ kind: 'find', text: 'CROWS' });
    expect(task.view?.found).toEqual({ start: 0, end: 5 });
    expect(browsing.hits.length).toBeGreaterThan(10);
    browsing.clearFind();
    expect(browsing.hits).toEqual([]);
  });

  test('says plainly that a page does not have the text, and marks nothing', async () => {
    const { browsing, act } = await open();
    await act({ kind: 'find', text: 'crows' });
    await act({ kind: 'find', text: 'owls' });
    expect(browsing.said).toMatchObject({ text: text.browsing.notFound, isQuiet: false });
    expect(browsing.needle).toBeNull();
  });
});
