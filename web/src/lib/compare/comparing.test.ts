import { ApiError, type CallInput, type Client, type ComparisonTask, type Routes } from '@rookery/shared/api';
import { emptyJudgement, type Judgement } from '@rookery/shared/comparisons';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Comparing } from './comparing.svelte.ts';
import { withOption, withRating } from './edits.ts';

const id = (number: number): string => `01900000-0000-7000-8000-00000000000${number}`;
const projectId = id(1);
const comparisonId = id(2);
const now = new Date('2026-01-01T12:00:00.000Z');
const lease = { token: 'lease-1', expiresAt: '2026-01-01T12:30:00.000Z' };
const leaseLost = (reason: string) => new ApiError('lease_lost', 'It is over.', { details: { reason } });

/** A server with one comparison, as far as the screen sees it. */
class FakeServer {
  task: ComparisonTask = {
    id: comparisonId,
    state: 'active',
    form: { name: 'minimal', version: 1 },
    requiredFields: ['accuracy', 'coherence', 'overall'],
    asksQuestionFlag: false,
    question: { fullText: 'Why?' },
    options: { a: { text: 'Because.', quotes: [] }, b: { text: 'Nobody knows.', quotes: [] } },
    lease,
    draft: null,
    submitted: null,
    revisableUntil: null,
    draftVersion: 0,
    releaseReason: null,
    activeSeconds: 100,
    createdAt: now.toISOString(),
    endedAt: null,
    serverTime: now.toISOString(),
  };
  /** Thrown by the next requests, one each. */
  failures: unknown[] = [];

  readonly client = {
    getOwnComparison: async () => this.task,
    saveComparisonDraft: async ({ body }: CallInput<Routes['saveComparisonDraft']>) => {
      this.#fail();
      if (body.baseVersion !== this.task.draftVersion)
        throw new ApiError('conflict', 'A newer one is there.');
      this.saveElsewhere(body.judgement as Judgement);
      return { version: this.task.draftVersion, savedAt: now.toISOString(), lease: this.task.lease };
    },
    submitComparison: async ({ params, body }: CallInput<Routes['submitComparison']>) => {
      this.#fail();
      const judgement = body.judgement as Judgement;
      const submitted = { revision: Number(params.revision), judgement, submittedAt: now.toISOString() };
      this.task = {
        ...this.task,
        state: 'submitted',
        submitted,
        draft: null,
        draftVersion: this.task.draftVersion + 1,
      };
      return this.task;
    },
    extendComparisonLease: async () => {
      this.#fail();
      this.task = { ...this.task, state: 'active', lease };
      return this.task;
    },
    releaseComparison: async () => {
      this.#fail();
      this.task = { ...this.task, state: 'released', lease: null };
      return this.task;
    },
    reportComparisonActivity: async () => ({ lease, activeSeconds: this.task.activeSeconds }),
  } as unknown as Client;

  saveElsewhere(judgement: Judgement): void {
    const version = this.task.draftVersion + 1;
    this.task = {
      ...this.task,
      draftVersion: version,
      draft: { version, judgement, savedAt: now.toISOString() },
    };
  }

  #fail(): void {
    const failure = this.failures.shift();
    if (failure) throw failure;
  }
}

describe('a comparison being worked on', () => {
  const stored = new Map<string, string>();
  let server: FakeServer;

  beforeEach(() => {
    vi.useFakeTimers({ now });
    stored.clear();
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => stored.set(name, value),
      removeItem: (name: string) => stored.delete(name),
    });
    server = new FakeServer();
    return () => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    };
  });

  async function open(): Promise<Comparing> {
    const comparing = new Comparing({
      client: server.client,
      personId: id(9),
      projectId,
      comparisonId,
      waitMs: 10,
    });
    await comparing.open();
    return comparing;
  }

  const rateAll = (): Judgement =>
    withRating(
      withRating(withRating(emptyJudgement(), 'accuracy', 'a-better'), 'coherence', 'equal'),
      'overall',
      'a-better',
    );

  test('saves what is changed after a moment, and nothing stays in the browser', async () => {
    const comparing = await open();
    comparing.change(withRating(comparing.judgement, 'overall', 'b-better'));
    expect(stored.size).toBe(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(server.task.draft?.judgement.ratings).toEqual({ overall: 'b-better' });
    expect(stored.size).toBe(0);
  });

  test('undo and redo are saved as any other change', async () => {
    const comparing = await open();
    for (const notes of ['a', 'ab'])
      comparing.change(withOption(comparing.judgement, 'a', { notes }), 'notes a');
    comparing.change(withRating(comparing.judgement, 'overall', 'equal'));
    expect(comparing.undo()).toBe(true);
    expect(comparing.judgement.options.a.notes).toBe('ab');
    expect(comparing.undo()).toBe(true);
    expect(comparing.undo()).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(server.task.draft?.judgement ?? emptyJudgement()).toEqual(emptyJudgement());
    expect(comparing.redo()).toBe(true);
    await vi.advanceTimersByTimeAsync(20);
    expect(server.task.draft?.judgement.options.a.notes).toBe('ab');
  });

  test('work that could not be sent is there again when the page is opened anew', async () => {
    const first = await open();
    server.failures = Array.from({ length: 5 }, () => new TypeError('offline'));
    first.change(withRating(first.judgement, 'overall', 'equal'));
    await vi.advanceTimersByTimeAsync(20);
    expect(first.draft.isOffline).toBe(true);
    first.close();
    server.failures = [];
    const second = await open();
    expect(second.judgement.ratings).toEqual({ overall: 'equal' });
    await vi.advanceTimersByTimeAsync(20);
    expect(server.task.draft?.judgement.ratings).toEqual({ overall: 'equal' });
  });

  test('where another device has saved, the person chooses, and what is not chosen is not saved', async () => {
    const comparing = await open();
    server.saveElsewhere(withRating(emptyJudgement(), 'coherence', 'equal'));
    comparing.change(withRating(comparing.judgement, 'overall', 'equal'));
    await vi.advanceTimersByTimeAsync(20);
    expect(comparing.draft.conflict).not.toBeNull();
    comparing.settle('elsewhere');
    await vi.advanceTimersByTimeAsync(20);
    expect(comparing.judgement.ratings).toEqual({ coherence: 'equal' });
    expect(server.task.draftVersion).toBe(1);
  });

  test('what another device has saved is followed where nothing is unsaved', async () => {
    const comparing = await open();
    server.saveElsewhere(withRating(emptyJudgement(), 'coherence', 'equal'));
    comparing.hear({
      type: 'comparison',
      projectId,
      comparisonId,
      state: 'active',
      leaseExpiresAt: null,
      draftVersion: 1,
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(comparing.judgement.ratings).toEqual({ coherence: 'equal' });
  });

  test('a submission is tried until it gets through, and a revision is the next number', async () => {
    const comparing = await open();
    comparing.change(rateAll());
    server.failures = [new TypeError('offline'), new TypeError('offline')];
    const submitting = comparing.submit();
    await vi.advanceTimersByTimeAsync(5000);
    await submitting;
    expect(comparing.standing).toBe('done');
    comparing.revise();
    expect(comparing.standing).toBe('working');
    comparing.change(withRating(comparing.judgement, 'overall', 'equal'));
    await comparing.submit();
    expect(server.task.submitted).toMatchObject({
      revision: 2,
      judgement: { ratings: { overall: 'equal' } },
    });
  });

  test('a revision that was begun is gone on with', async () => {
    server.task = {
      ...server.task,
      state: 'submitted',
      submitted: { revision: 1, judgement: rateAll(), submittedAt: now.toISOString() },
    };
    expect((await open()).standing).toBe('done');
    server.saveElsewhere(withRating(rateAll(), 'overall', 'b-better'));
    const comparing = await open();
    expect(comparing.standing).toBe('working');
    expect(comparing.judgement.ratings.overall).toBe('b-better');
  });

  test('a lease that has ended is taken up again; where the place is taken, that is said and the work stays', async () => {
    server.task = { ...server.task, state: 'expired', lease: null };
    const comparing = await open();
    expect(comparing.isLeaseOver).toBe(true);
    comparing.change(withRating(comparing.judgement, 'overall', 'equal'));
    server.failures = [leaseLost('taken')];
    await comparing.extend();
    expect(comparing.lease.state).toBe('lost');
    expect(comparing.judgement.ratings).toEqual({ overall: 'equal' });
    await comparing.extend();
    expect(comparing.isLeaseOver).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(server.task.draft?.judgement.ratings).toEqual({ overall: 'equal' });
  });

  test('a refused wish says why, and nothing else changes', async () => {
    server.task = { ...server.task, state: 'expired', lease: null };
    const comparing = await open();
    const refusal = new ApiError('wrong_state', 'You hold as many comparisons as one person may.');
    server.failures = [refusal];
    await comparing.extend();
    expect(comparing.problem).toBe(refusal);
    expect(comparing.standing).toBe('working');
  });

  test('a comparison that is gone still shows what this browser has of it', async () => {
    const first = await open();
    server.failures = [new TypeError('offline')];
    first.change(withRating(first.judgement, 'overall', 'equal'));
    await vi.advanceTimersByTimeAsync(20);
    first.close();
    const gone = {
      ...server.client,
      getOwnComparison: () => Promise.reject(new ApiError('not_found', 'Gone.')),
    };
    const second = new Comparing({ client: gone, personId: id(9), projectId, comparisonId });
    await second.open();
    expect(second.standing).toBe('gone');
    expect(second.judgement.ratings).toEqual({ overall: 'equal' });
  });

  test('somebody who contradicts all of their ratings, or was too quick, is asked once more', async () => {
    const comparing = await open();
    comparing.change(withRating(withRating(rateAll(), 'coherence', 'a-better'), 'overall', 'b-better'));
    expect(await comparing.prompts()).toEqual(['contradicts']);
    server.task = { ...server.task, activeSeconds: 0.1 };
    const quick = await open();
    quick.change(rateAll());
    expect(await quick.prompts()).toEqual(['fast']);
  });
});
