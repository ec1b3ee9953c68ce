import { ApiError, type Client, type ComparisonTask } from '@rookery/shared/api';
import {
  contradictsCriteria,
  emptyJudgement,
  getForm,
  isImplausiblyFast,
  missingOf,
  type Judgement,
  type SoftPrompt,
} from '@rookery/shared/comparisons';
import type { LiveMessage } from '@rookery/shared/live';
import { createContext } from 'svelte';
import { isPassing } from '../errors.ts';
import { Draft, type SavedDraft } from '../task/draft.svelte.ts';
import { Lease } from '../task/lease.svelte.ts';
import { Outbox } from '../task/outbox.ts';
import { Retry } from '../task/retry.ts';
import { judgedOption, parseJudgement, serialise } from './edits.ts';
import { History } from './history.ts';

export const [getComparing, setComparing] = createContext<Comparing>();

/** The server hears of a person who only reads at most this often. */
const activityEveryMs = 30_000;

interface ComparingOptions {
  client: Client;
  personId: string;
  projectId: string;
  comparisonId: string;
  /** How long after a change it is saved. */
  waitMs?: number;
}

/**
 * One comparison as its rater works on it: the judgement with undo and redo, its draft, the lease, submitting and revising. The
 * server holds the truth; what it has not acknowledged is kept in the browser and sent until it has.
 */
export class Comparing {
  task = $state.raw<ComparisonTask | null>(null);
  /** Why the comparison could not be opened. */
  error = $state.raw<unknown>(null);
  /** Why what was asked for did not happen. */
  problem = $state.raw<unknown>(null);
  /** Whether something is being asked for. */
  isAsking = $state(false);
  isSubmitting = $state(false);
  /** A submission does not get through. */
  isOffline = $state(false);
  /** What was submitted is open again. */
  isRevising = $state(false);
  judgement = $state.raw<Judgement>(emptyJudgement());
  canUndo = $state(false);
  canRedo = $state(false);
  readonly lease = new Lease();
  readonly draft: Draft;

  readonly form = $derived(this.task && getForm(this.task.form.name, this.task.form.version));
  /** What a judgement has to fit. */
  readonly judged = $derived(
    this.task && { a: judgedOption(this.task.options.a), b: judgedOption(this.task.options.b) },
  );
  readonly missing = $derived.by(() =>
    this.task && this.form && this.judged
      ? missingOf(this.judgement, {
          form: this.form,
          required: this.task.requiredFields,
          options: this.judged,
        })
      : [],
  );
  /** What the screen is about. */
  readonly standing = $derived.by(() => {
    if (this.error) {
      const isGone = this.error instanceof ApiError && this.error.status === 404;
      return isGone ? ('gone' as const) : ('error' as const);
    }
    if (!this.task) return 'loading';
    const { state } = this.task;
    if (state === 'active' || state === 'expired') return 'working';
    return this.isRevising ? 'working' : 'done';
  });
  readonly isLeaseOver = $derived.by(() => this.lease.isOver);

  readonly #options: ComparingOptions;
  readonly #retry = new Retry();
  #history = new History<Judgement>(emptyJudgement());
  #outbox: Outbox | null = null;
  #lastHeard = 0;
  #isClosed = false;

  constructor(options: ComparingOptions) {
    this.#options = options;
    this.draft = new Draft({
      hasVersions: false,
      ...(options.waitMs !== undefined && { waitMs: options.waitMs }),
      save: async ({ text, baseVersion }) => {
        const answer = await options.client.saveComparisonDraft({
          params: this.#params,
          body: { leaseToken: this.lease.token, baseVersion, judgement: parseJudgement(text) },
        });
        this.lease.setClock(answer.savedAt);
        if (answer.lease) this.lease.hold(answer.lease);
        else if (this.lease.state === 'held') this.lease.end();
        return answer;
      },
      readAgain: async () => savedOf(await options.client.getOwnComparison({ params: this.#params })),
      keep: (draft) => this.#outbox?.put({ draft, leaseToken: this.lease.token }),
      onFailure: (error) => void this.#meet(error),
    });
  }

  /** Reads where the comparison stands, and sends what this browser still holds. */
  async open(): Promise<void> {
    try {
      this.error = null;
      const here = this.draft.unsent;
      this.#outbox ??= new Outbox({
        personId: this.#options.personId,
        episodeId: this.#options.comparisonId,
      });
      const unsent = here ?? this.#outbox.work.draft;
      // What this browser still has can be read even where the comparison is gone.
      if (unsent) this.#show(parseJudgement(unsent.text));
      const task = await this.#options.client.getOwnComparison({ params: this.#params });
      if (this.#isClosed) return;
      this.#take(task);
      this.#begin(task, unsent);
    } catch (error) {
      this.error = error;
    }
  }

  /** Changes the judgement. Changes of the same `kind` in a row, such as typing in one field, are one step to undo. */
  change(judgement: Judgement, kind: string | null = null): void {
    if (this.standing !== 'working' || this.isSubmitting) return;
    this.#history.change(judgement, kind);
    this.#changed();
  }

  undo(): boolean {
    if (!this.#history.canUndo || this.isSubmitting) return false;
    this.#history.undo();
    this.#changed();
    return true;
  }

  redo(): boolean {
    if (!this.#history.canRedo || this.isSubmitting) return false;
    this.#history.redo();
    this.#changed();
    return true;
  }

  /** Settles a conflict with another window. */
  settle(choice: 'here' | 'elsewhere'): void {
    this.draft.settle(choice);
    if (choice === 'elsewhere') this.#show(parseJudgement(this.draft.text));
  }

  /** Reasons to ask once more before submitting. */
  async prompts(): Promise<SoftPrompt[]> {
    const { task } = this;
    if (!task || this.judgement.questionFlag !== null) return [];
    const texts = [task.options.a.text, task.options.b.text];
    const isFast = async (): Promise<boolean> => {
      if (!isImplausiblyFast({ texts, activeSeconds: task.activeSeconds })) return false;
      // What is known here may be old by now.
      await this.#report().catch(() => undefined);
      return isImplausiblyFast({ texts, activeSeconds: this.task?.activeSeconds ?? 0 });
    };
    return [
      ...(contradictsCriteria(this.judgement) ? (['contradicts'] as const) : []),
      ...((await isFast()) ? (['fast'] as const) : []),
    ];
  }

  /** Hands the judgement in, trying until the server has it. */
  async submit(): Promise<void> {
    if (this.isSubmitting || this.standing !== 'working' || !this.task) return;
    this.isSubmitting = true;
    this.problem = null;
    this.draft.pause();
    await this.draft.settled().catch(() => undefined);
    const revision = (this.task.submitted?.revision ?? 0) + 1;
    while (!this.#isClosed) {
      try {
        const task = await this.#options.client.submitComparison({
          params: { ...this.#params, revision },
          body: { leaseToken: this.lease.token, judgement: this.judgement },
        });
        this.#outbox?.clear();
        this.isRevising = false;
        this.#take(task);
        this.#begin(task, null);
        break;
      } catch (error) {
        if (isPassing(error)) {
          this.isOffline = true;
          await this.#retry.wait();
          continue;
        }
        this.draft.resume();
        await this.#meet(error);
        break;
      }
    }
    this.#retry.reset();
    this.isOffline = false;
    this.isSubmitting = false;
  }

  /** Opens what was submitted again; it counts until another revision is submitted. */
  revise(): void {
    if (this.task?.lease && this.task.submitted) this.isRevising = true;
  }

  /** Goes back to what was submitted. The changes stay as a draft. */
  stopRevising(): void {
    this.draft.flush();
    this.isRevising = false;
  }

  /** Pushes the end of the lease on, or takes an ended one up again. */
  extend(): Promise<void> {
    return this.#ask(async () => {
      const task = await this.#options.client.extendComparisonLease({ params: this.#params });
      this.#take(task);
      this.draft.resume();
    });
  }

  /** Skips the comparison, or flags it for the leads; what was filled in is saved before. */
  release(kind: 'skip' | 'flag', reason: string): Promise<void> {
    return this.#ask(async () => {
      this.draft.flush();
      // Saving may wait for the network for long; the draft stays in this browser then.
      if (!this.draft.isOffline) await this.draft.settled().catch(() => undefined);
      const body = { leaseToken: this.lease.token, kind, reason };
      const task = await this.#options.client.releaseComparison({ params: this.#params, body });
      this.draft.pause();
      this.#take(task);
    });
  }

  /** Somebody reads or types: tells the server now and then, which pushes the lease on. */
  noteActivity(): void {
    if (this.standing !== 'working' || this.isLeaseOver || Date.now() - this.#lastHeard < activityEveryMs)
      return;
    this.#report().catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'lease_lost') void this.#meet(error);
    });
  }

  /** Takes in what the server pushes about this comparison. */
  hear(message: LiveMessage): void {
    if (message.type !== 'comparison' || message.comparisonId !== this.#options.comparisonId) return;
    if (!this.task || this.isAsking || this.isSubmitting) return;
    if (message.leaseExpiresAt && this.lease.state === 'held')
      this.lease.endsAt = Date.parse(message.leaseExpiresAt);
    const isBehind =
      message.draftVersion > this.draft.saved.version && this.draft.isSaved && !this.draft.isSending;
    if (message.state !== this.task.state || isBehind) void this.#readAgain();
  }

  /** Tries again at once: the network is said to be back, or somebody asked. */
  hurry(): void {
    this.#retry.hurry();
    this.draft.hurry();
  }

  /** The screen is gone. What waits for a pause in typing is sent now. */
  close(): void {
    if (this.standing === 'working' && !this.isSubmitting) this.draft.flush();
    this.#isClosed = true;
    this.#retry.stop();
    void this.draft
      .settled()
      .catch(() => undefined)
      .then(() => this.draft.pause());
  }

  get #params(): { projectId: string; comparisonId: string } {
    return { projectId: this.#options.projectId, comparisonId: this.#options.comparisonId };
  }

  #show(judgement: Judgement): void {
    this.#history = new History(judgement);
    this.judgement = judgement;
    this.canUndo = false;
    this.canRedo = false;
  }

  #changed(): void {
    this.judgement = this.#history.value;
    this.canUndo = this.#history.canUndo;
    this.canRedo = this.#history.canRedo;
    this.draft.change(serialise(this.judgement));
  }

  #take(task: ComparisonTask): void {
    this.task = task;
    this.lease.setClock(task.serverTime);
    if (task.lease) this.lease.hold(task.lease);
    else if (task.state === 'expired' && this.lease.state === 'held') this.lease.end();
  }

  /** Begins with what the server has and what this browser had not sent. */
  #begin(task: ComparisonTask, unsent: { text: string; baseVersion: number } | null): void {
    const isOpen = task.lease !== null || task.state === 'expired';
    const saved = savedOf(task);
    if (!isOpen) {
      this.draft.pause();
      this.#show(parseJudgement(unsent?.text ?? saved.text));
      return;
    }
    const leaseToken = this.#outbox?.work.leaseToken;
    if (leaseToken && this.lease.token === '') this.lease.token = leaseToken;
    // Somebody was in the middle of revising.
    if (task.submitted && (task.draft || unsent)) this.isRevising = true;
    this.draft.open(saved, unsent);
    this.#show(parseJudgement(this.draft.text));
  }

  async #report(): Promise<void> {
    this.#lastHeard = Date.now();
    const { lease, activeSeconds } = await this.#options.client.reportComparisonActivity({
      params: this.#params,
      body: { leaseToken: this.lease.token },
    });
    this.lease.hold(lease);
    if (this.task) this.task = { ...this.task, activeSeconds };
  }

  async #readAgain(): Promise<void> {
    try {
      const task = await this.#options.client.getOwnComparison({ params: this.#params });
      if (this.#isClosed) return;
      this.#take(task);
      if (this.draft.follow(savedOf(task))) this.#show(parseJudgement(this.draft.text));
      if (this.standing === 'done') this.draft.pause();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.error = error;
      else this.problem = error;
    }
  }

  /** An error that sending the same again does not help. Unsent work stays, and is sent once it can be. */
  async #meet(error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) {
      this.error = error;
      return;
    }
    if (error.code !== 'lease_lost' && error.code !== 'wrong_state' && error.code !== 'conflict') {
      this.problem = error;
      return;
    }
    const before = this.lease.token;
    await this.#readAgain();
    // Another window took it up again: this one goes on under the new lease.
    if (error.code === 'lease_lost' && this.task?.lease && this.lease.token !== before) {
      this.draft.resume();
      return;
    }
    if (error.code === 'lease_lost') this.lease.end(error.message);
    else if (this.standing === 'working') this.problem = error;
  }

  /** Asks for one thing at a time; `problem` says why nothing came of it. */
  async #ask(work: () => Promise<void>): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'lease_lost') this.lease.lose(error.message);
      else {
        // What was asked for may not fit how the comparison stands by now, which is shown then.
        if (error instanceof ApiError && error.code === 'wrong_state') await this.#readAgain();
        if (this.standing === 'working') this.problem = error;
      }
    } finally {
      this.isAsking = false;
    }
  }
}

/** What the server has: the draft, or else what was submitted. */
const savedOf = ({ draft, submitted, draftVersion }: ComparisonTask): SavedDraft => ({
  text: serialise(draft?.judgement ?? submitted?.judgement ?? emptyJudgement()),
  version: draftVersion,
  savedAt: draft?.savedAt ?? null,
});
