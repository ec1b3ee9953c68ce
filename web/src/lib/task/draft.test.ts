import { ApiError } from '@rookery/shared/api';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Draft, type DraftOptions, type SavedDraft } from './draft.svelte.ts';

const saved = (text: string, version: number): SavedDraft => ({
  text,
  version,
  savedAt: '2026-01-01T00:00:00.000Z',
});

function draftOf(overrides: Partial<DraftOptions> = {}) {
  let version = 0;
  const kept: ({ text: string; baseVersion: number } | null)[] = [];
  const save = vi.fn<DraftOptions['save']>(async () => ({
    version: (version += 1),
    savedAt: '2026-01-01T00:00:00.000Z',
  }));
  const onFailure = vi.fn<DraftOptions['onFailure']>();
  const draft = new Draft({
    save,
    readAgain: () => Promise.reject(new Error('nothing to read')),
    keep: (unsent) => kept.push(unsent),
    onFailure,
    ...overrides,
  });
  return { draft, save, kept, onFailure };
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

describe('the draft of an answer', () => {
  test('is kept in the browser at once, and saved once after a pause in typing', async () => {
    const { draft, save, kept } = draftOf();
    draft.open(saved('', 0), null);
    draft.change('C');
    draft.change('Cr');
    expect(kept.at(-1)).toEqual({ text: 'Cr', baseVersion: 0 });
    expect(save).not.toHaveBeenCalled();
    await vi.runAllTimersAsync();
    expect(save.mock.calls).toEqual([[{ text: 'Cr', baseVersion: 0 }]]);
    expect(kept.at(-1)).toBeNull();
    expect(draft.isSaved).toBe(true);
  });

  test('that changes while it is being saved is saved again, on the version before', async () => {
    const { draft, save } = draftOf();
    draft.open(saved('', 0), null);
    save.mockImplementationOnce(async () => {
      draft.change('Crows');
      return { version: 7, savedAt: '2026-01-01T00:00:00.000Z' };
    });
    draft.change('Crow');
    await vi.runAllTimersAsync();
    expect(save.mock.calls).toEqual([
      [{ text: 'Crow', baseVersion: 0 }],
      [{ text: 'Crows', baseVersion: 7 }],
    ]);
  });

  test('is tried again for as long as the network is away, with what is there then', async () => {
    const { draft, save } = draftOf();
    draft.open(saved('', 0), null);
    save
      .mockRejectedValueOnce(new TypeError('fetch failed'))
      .mockRejectedValueOnce(new ApiError('unavailable', 'later'));
    draft.change('Crow');
    await vi.advanceTimersByTimeAsync(900);
    expect(draft.isOffline).toBe(true);
    draft.change('Crows');
    await vi.runAllTimersAsync();
    expect(draft.isOffline).toBe(false);
    expect(save.mock.calls.at(-1)).toEqual([{ text: 'Crows', baseVersion: 0 }]);
    expect(save).toHaveBeenCalledTimes(3);
  });

  test('that this browser had not sent is sent when the page comes back', async () => {
    const { draft, save } = draftOf();
    draft.open(saved('old', 3), { text: 'new', baseVersion: 3 });
    await vi.runAllTimersAsync();
    expect(draft.text).toBe('new');
    expect(save.mock.calls).toEqual([[{ text: 'new', baseVersion: 3 }]]);
  });

  test('that was saved elsewhere meanwhile is never overwritten unasked', async () => {
    const { draft, save } = draftOf({ readAgain: async () => saved('theirs', 5) });
    draft.open(saved('', 0), null);
    save.mockRejectedValueOnce(new ApiError('conflict', 'newer'));
    draft.change('mine');
    await vi.runAllTimersAsync();
    expect(draft.conflict).toEqual(saved('theirs', 5));
    expect(save).toHaveBeenCalledTimes(1);
    draft.settle('here');
    await vi.runAllTimersAsync();
    expect(save.mock.calls.at(-1)).toEqual([{ text: 'mine', baseVersion: 5, kind: 'chosen' }]);
  });

  test('that is given up for the one saved elsewhere is saved once more, so that it stays among the versions', async () => {
    const { draft, save } = draftOf({ readAgain: async () => saved('theirs', 5) });
    draft.open(saved('', 0), null);
    save.mockRejectedValueOnce(new ApiError('conflict', 'newer'));
    draft.change('mine');
    await vi.runAllTimersAsync();
    save.mockResolvedValueOnce({ version: 6, savedAt: '2026-01-01T00:00:00.000Z' });
    draft.settle('elsewhere');
    expect(draft.text).toBe('theirs');
    await vi.runAllTimersAsync();
    expect(save.mock.calls.slice(1)).toEqual([
      [{ text: 'mine', baseVersion: 5 }],
      [{ text: 'theirs', baseVersion: 6, kind: 'chosen' }],
    ]);
  });

  test('whose earlier version is chosen keeps what was not saved yet, and what is typed then is typed', async () => {
    const { draft, save } = draftOf();
    draft.open(saved('', 0), null);
    draft.change('typed');
    draft.choose('earlier');
    await vi.runAllTimersAsync();
    draft.change('earlier and more');
    await vi.runAllTimersAsync();
    expect(save.mock.calls).toEqual([
      [{ text: 'typed', baseVersion: 0 }],
      [{ text: 'earlier', baseVersion: 1, kind: 'chosen' }],
      [{ text: 'earlier and more', baseVersion: 2 }],
    ]);
  });

  test('whose saving was acknowledged to nobody is no conflict with itself', async () => {
    const { draft, save } = draftOf({ readAgain: async () => saved('mine', 5) });
    draft.open(saved('', 4), null);
    save.mockRejectedValueOnce(new ApiError('conflict', 'newer'));
    draft.change('mine');
    await vi.runAllTimersAsync();
    expect(draft.conflict).toBeNull();
    expect(draft.isSaved).toBe(true);
  });

  test('stops at an ended lease with what is typed kept, and goes on when it is taken up again', async () => {
    const { draft, save, kept, onFailure } = draftOf();
    draft.open(saved('', 0), null);
    save.mockRejectedValueOnce(new ApiError('lease_lost', 'ended'));
    draft.change('Crow');
    await vi.runAllTimersAsync();
    expect(onFailure).toHaveBeenCalledOnce();
    draft.change('Crows');
    await vi.runAllTimersAsync();
    expect(save).toHaveBeenCalledTimes(1);
    expect(kept.at(-1)).toEqual({ text: 'Crows', baseVersion: 0 });
    draft.resume();
    await vi.runAllTimersAsync();
    expect(save.mock.calls.at(-1)).toEqual([{ text: 'Crows', baseVersion: 0 }]);
  });
});
