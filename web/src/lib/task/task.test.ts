import {
  ApiError,
  type Assignment,
  type CallInput,
  type Client,
  type Episode,
  type Routes,
} from '@rookery/shared/api';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Task } from './task.svelte.ts';

const id = (number: number): string => `01900000-0000-7000-8000-00000000000${number}`;
const projectId = id(1);
const assignmentId = id(2);
const now = new Date('2026-01-01T12:00:00.000Z');

const available = {
  search: true,
  click: [],
  find: false,
  quote: false,
  scrollDown: true,
  scrollUp: false,
  top: false,
  back: false,
  end: true,
};

function episodeAt(nextSequence: number, token = 'lease-1'): Episode {
  return {
    id: id(3),
    kind: 'demonstration',
    state: 'browsing',
    question: { id: id(4), fullText: 'Why?' },
    assignmentId,
    browserVersion: '1',
    nextSequence,
    view: {
      question: 'Why?',
      kind: 'start',
      title: '',
      domain: '',
      segments: [],
      text: '',
      found: null,
      scrollbar: { start: 0, end: 100 },
      quotes: [],
      actionsLeft: 101 - nextSequence,
      quoteTokensLeft: 512,
      phase: 'browsing',
      ending: null,
      available,
    },
    draft: { text: '', version: 0, savedAt: null },
    lease: { token, expiresAt: '2026-01-01T12:20:00.000Z' },
    serverTime: now.toISOString(),
  } as unknown as Episode;
}

const assignment = {
  id: assignmentId,
  state: 'active',
  question: { id: id(4), fullText: 'Why?' },
  episodeId: id(3),
  episodeState: 'browsing',
  lease: { token: 'lease-1', expiresAt: '2026-01-01T12:20:00.000Z' },
  activeSeconds: 0,
  createdAt: now.toISOString(),
  endedAt: null,
  openIn: 'window-1',
  pausedUntil: null,
  isRevision: false,
  revisableUntil: null,
  review: null,
} as Assignment;

type Sent = CallInput<Routes['sendCommand']>;

/** A server that carries out every command, unless `fails` says how one of them goes wrong. */
function taskOf(fails: (Error | undefined)[] = []) {
  let next = 1;
  let leaseToken = 'lease-1';
  const sent: Sent[] = [];
  const client = {
    getAssignment: async () => assignment,
    openTask: async () => ({ ...assignment, lease: { ...assignment.lease!, token: leaseToken } }),
    leaveTask: async () => undefined,
    startEpisode: async () => episodeAt(next, leaseToken),
    getEpisode: async () => episodeAt(next, leaseToken),
    extendLease: async () => {
      leaseToken = 'lease-2';
      return { ...assignment, lease: { token: leaseToken, expiresAt: '2026-01-01T12:40:00.000Z' } };
    },
    sendCommand: async (input: Sent) => {
      sent.push(structuredClone(input));
      const failure = fails.shift();
      if (failure) throw failure;
      next = Number(input.params.sequence) + 1;
      return {
        sequence: next - 1,
        outcome: { isValid: true, reason: null },
        observationSha256: '',
        episode: episodeAt(next, leaseToken),
      };
    },
  } as unknown as Client;
  const make = (): Task =>
    new Task({ client, personId: id(5), projectId, assignmentId, windowId: 'window-1' });
  return { make, sent, setNext: (value: number) => (next = value) };
}

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value),
    removeItem: (name: string) => void stored.delete(name),
  });
  vi.useFakeTimers({ now });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

describe('the commands of a task', () => {
  test('are sent again with the same number and body until the server has them', async () => {
    const { make, sent } = taskOf([
      new TypeError('fetch failed'),
      new ApiError('unavailable', 'restarting'),
      undefined,
    ]);
    const task = make();
    await task.open();
    task.run({ kind: 'search', query: 'crows' });
    await vi.advanceTimersByTimeAsync(500);
    expect(task.isOffline).toBe(true);
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(3);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
    expect(sent[0]).toMatchObject({
      params: { sequence: 1 },
      body: { command: 'Search crows', leaseToken: 'lease-1' },
    });
    expect(task.pending).toBeNull();
    expect(task.isOffline).toBe(false);
  });

  test('go one at a time: scrolls meanwhile follow, or a search instead, and everything else waits for the screen', async () => {
    const { make, sent } = taskOf();
    const task = make();
    await task.open();
    task.run({ kind: 'scroll', direction: 'down', steps: 1 });
    task.run({ kind: 'scroll', direction: 'down', steps: 1 });
    task.run({ kind: 'top' });
    await vi.runAllTimersAsync();
    task.run({ kind: 'scroll', direction: 'down', steps: 1 });
    task.run({ kind: 'scroll', direction: 'down', steps: 1 });
    task.run({ kind: 'search', query: 'crows' });
    await vi.runAllTimersAsync();
    expect(sent.map((one) => [one.params.sequence, one.body.command])).toEqual([
      [1, 'Scrolled down 1'],
      [2, 'Scrolled down 1'],
      [3, 'Scrolled down 1'],
      [4, 'Search crows'],
    ]);
  });

  test('that would be invalid on this screen are not sent', async () => {
    const { make, sent } = taskOf();
    const task = make();
    await task.open();
    task.run({ kind: 'back' });
    task.run({ kind: 'click', linkId: 3 });
    await vi.runAllTimersAsync();
    expect(sent).toEqual([]);
  });

  test('that were not acknowledged when the page closed are sent when it opens again', async () => {
    const { make, sent } = taskOf([new TypeError('fetch failed')]);
    const first = make();
    await first.open();
    first.run({ kind: 'search', query: 'crows' });
    await vi.advanceTimersByTimeAsync(500);
    first.close();
    await vi.runAllTimersAsync();
    const second = make();
    await second.open();
    await vi.runAllTimersAsync();
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(second.episode?.nextSequence).toBe(2);
  });

  test('are given up for what another window did under their number, and the screen shows that', async () => {
    const { make, setNext } = taskOf([
      new ApiError('sequence_conflict', 'used', { details: { expected: 4 } }),
    ]);
    const task = make();
    await task.open();
    setNext(4);
    task.run({ kind: 'search', query: 'crows' });
    await vi.runAllTimersAsync();
    expect(task.pending).toBeNull();
    expect(task.episode?.nextSequence).toBe(4);
    expect(task.notice).not.toBeNull();
  });

  test('wait at an ended lease, and are sent once it is taken up again', async () => {
    const { make, sent } = taskOf([new ApiError('lease_lost', 'Your lease has ended.')]);
    const task = make();
    await task.open();
    task.run({ kind: 'search', query: 'crows' });
    await vi.runAllTimersAsync();
    expect(task.holding.lease.state).toBe('ended');
    expect(task.unsent).toBe(1);
    await task.holding.extend();
    await vi.runAllTimersAsync();
    expect(sent.map((one) => one.body.leaseToken)).toEqual(['lease-1', 'lease-2']);
    expect(task.holding.lease.state).toBe('held');
    expect(task.pending).toBeNull();
  });
});
