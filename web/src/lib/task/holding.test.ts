import { ApiError, type Assignment, type Client } from '@rookery/shared/api';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Holding } from './holding.svelte.ts';

const key = { projectId: 'project', assignmentId: 'assignment' };
const now = new Date('2026-01-01T12:00:00.000Z');
const lease = (token: string) => ({ token, expiresAt: '2026-01-01T12:20:00.000Z' });

/** How the assignment stands on the server, which the window `here` asks. */
function holdingOf(standing: Partial<Assignment>, calls: Partial<Record<keyof Client, unknown>> = {}) {
  const assignment = { state: 'active', openIn: 'here', lease: lease('one'), ...standing } as Assignment;
  const stop = vi.fn<(why: 'aside' | 'lost') => void>();
  const reopen = vi.fn<() => Promise<void>>(async () => undefined);
  const client = { openTask: async () => assignment, ...calls } as unknown as Client;
  const settle = async (): Promise<void> => undefined;
  const holding = new Holding({
    client,
    key,
    windowId: 'here',
    reopen,
    settle,
    stop,
    giveUp: () => undefined,
  });
  return { holding, stop, reopen };
}

const message = (change: object) =>
  ({ type: 'assignment', ...key, state: 'active', leaseExpiresAt: null, openIn: null, ...change }) as never;

beforeEach(() => {
  vi.useFakeTimers({ now });
  return () => vi.useRealTimers();
});

describe('a task in a window', () => {
  test('is not held while it is open in another, and is once that has left it', async () => {
    const { holding, reopen } = holdingOf({ openIn: 'there' });
    expect(await holding.open(false)).toBeNull();
    expect([holding.elsewhere, holding.lease.token]).toEqual(['open', '']);
    holding.hear(message({ openIn: null }));
    expect(reopen).toHaveBeenCalledOnce();
  });

  test('is lost to another window by a message, by the token of an answer, or by a refusal', async () => {
    const ways: ((holding: Holding) => void)[] = [
      (holding) => void holding.hear(message({ openIn: 'there' })),
      (holding) => holding.keep(lease('two')),
      (holding) => holding.meet(new ApiError('lease_lost', 'Elsewhere.', { details: { reason: 'token' } })),
    ];
    for (const lose of ways) {
      const { holding, stop } = holdingOf({});
      await holding.open(false);
      lose(holding);
      expect(holding.elsewhere).toBe('taken');
      expect(holding.isOver).toBe(true);
      expect(stop).toHaveBeenCalledExactlyOnceWith('lost');
    }
  });

  test('is asked to be read again when it was paused or returned elsewhere', async () => {
    const { holding } = holdingOf({});
    await holding.open(false);
    expect(holding.hear(message({ openIn: 'here' }))).toBe(false);
    expect(holding.hear(message({ state: 'paused' }))).toBe(true);
  });

  test('says why it cannot be taken up again, and shows how it stands', async () => {
    const refusal = new ApiError('wrong_state', 'You hold too many.');
    const { holding, reopen } = holdingOf(
      { state: 'expired', openIn: null, lease: null },
      { extendLease: () => Promise.reject(refusal) },
    );
    await holding.open(false);
    expect(holding.lease.state).toBe('ended');
    await holding.extend();
    expect(reopen).toHaveBeenCalledOnce();
    expect(holding.problem).toBe(refusal);
  });
});
