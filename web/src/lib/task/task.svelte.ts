import { ApiError, type Assignment, type Client, type Episode, type StepOutcome } from '@rookery/shared/api';
import {
  formatCommand,
  parseCommand,
  type BrowserView,
  type Command,
  type ParsedCommand,
} from '@rookery/shared/browser';
import type { LiveMessage } from '@rookery/shared/live';
import { createContext } from 'svelte';
import { clock } from '../clock.svelte.ts';
import { isPassing, messageOf } from '../errors.ts';
import { text } from '../text.ts';
import { isAvailable } from './available.ts';
import { Draft } from './draft.svelte.ts';
import { Outbox, type PendingCommand } from './outbox.ts';
import { Retry } from './retry.ts';

export const [getTask, setTask] = createContext<Task>();

/** The server hears of a person who only reads or types at most this often. */
const activityEveryMs = 30_000;
/** More presses of a key than this are not remembered while a command is under way. */
const longestQueue = 4;

/** A command that was carried out in this window: what came of it, and what was shown before. */
export interface Step {
  command: ParsedCommand;
  outcome: StepOutcome;
  before: BrowserView;
}

interface TaskOptions {
  client: Client;
  personId: string;
  projectId: string;
  assignmentId: string;
}

/**
 * One assignment as its demonstrator works on it: commands one at a time and each under its own number, the draft, the lease. The
 * server holds the truth; what it has not acknowledged is kept in the browser and sent until it has.
 */
export class Task {
  assignment = $state.raw<Assignment | null>(null);
  episode = $state.raw<Episode | null>(null);
  /** Why the task could not be opened. */
  error = $state.raw<unknown>(null);
  /** What happened that the person should know, such as an action that could not be carried out. */
  notice = $state<string | null>(null);
  /** What led to the episode as it is shown; null if that was read as it stood. */
  lastStep = $state.raw<Step | null>(null);
  pending = $state.raw<PendingCommand | null>(null);
  isOffline = $state(false);
  isSubmitting = $state(false);
  /** `ended`: it can be taken up again. `lost`: it cannot, and `leaseMessage` says why. */
  leaseState = $state<'held' | 'ended' | 'lost'>('held');
  leaseMessage = $state<string | null>(null);
  leaseEndsAt = $state<number | null>(null);
  readonly draft: Draft;

  readonly view = $derived(this.episode?.view ?? null);
  readonly isDone = $derived(isOver(this.assignment, this.episode));
  readonly isBusy = $derived(this.pending !== null || this.isSubmitting);
  /** How far the server's clock is ahead of this one, in milliseconds. */
  #clockAhead = $state(0);
  /** Milliseconds until the lease ends by the server's clock; null without a lease. */
  readonly leaseLeft = $derived(
    this.leaseEndsAt === null ? null : this.leaseEndsAt - (clock.now + this.#clockAhead),
  );
  readonly isLeaseOver = $derived(
    this.leaseState !== 'held' || (this.leaseLeft !== null && this.leaseLeft <= 0),
  );
  readonly unsent = $derived.by(() => (this.pending ? 1 : 0) + (this.draft.isSaved ? 0 : 1));

  readonly #options: TaskOptions;
  readonly #retry = new Retry();
  #outbox: Outbox | null = null;
  #queue: Command[] = [];
  #leaseToken = '';
  #lastHeard = 0;
  #isClosed = false;

  constructor(options: TaskOptions) {
    this.#options = options;
    this.draft = new Draft({
      save: async (draft) => {
        const answer = await options.client.saveDraft({
          params: this.#params,
          body: { ...draft, leaseToken: this.#leaseToken },
        });
        if (answer.lease) this.#holdLease(answer.lease);
        return answer;
      },
      readAgain: async () => (await options.client.getEpisode({ params: this.#params })).draft,
      keep: (draft) => this.#outbox?.put({ draft, leaseToken: this.#leaseToken }),
      onFailure: (error) => this.#meet(error),
    });
  }

  /** Reads where the task stands, starts its episode if it has none, and sends what this browser still holds. */
  async open(): Promise<void> {
    const { client, projectId, assignmentId } = this.#options;
    try {
      this.error = null;
      const assignment = await client.getAssignment({ params: { projectId, assignmentId } });
      this.assignment = assignment;
      if (assignment.lease) this.#holdLease(assignment.lease);
      else if (assignment.state === 'expired') this.leaseState = 'ended';
      const episode = await this.#readEpisode(assignment);
      if (!episode || this.#isClosed) return;
      this.#outbox = new Outbox({ personId: this.#options.personId, episodeId: episode.id });
      this.#take(episode);
      this.#resume(episode);
    } catch (error) {
      this.error = error;
    }
  }

  /**
   * Carries out a command, if the screen as it is offers it. Of what is asked for while one is under way, scrolls and an ending follow
   * it; everything else would be about a screen that is gone by then.
   */
  run(command: Command): void {
    if (!this.episode || !this.view || this.isLeaseOver || this.isDone) return;
    if (this.pending) {
      const canFollow = command.kind === 'scroll' || command.kind === 'end';
      if (canFollow && this.#queue.length < longestQueue) this.#queue.push(command);
      return;
    }
    if (!isAvailable(command, this.view.available)) return;
    this.notice = null;
    this.#setPending({
      sequence: this.episode.nextSequence,
      command: formatCommand(command),
      clientTime: new Date().toISOString(),
    });
    void this.#deliver();
  }

  /** Hands in the answer, trying until the server has it. */
  async submit(answer: string): Promise<void> {
    if (this.isSubmitting || this.isDone) return;
    this.isSubmitting = true;
    this.notice = null;
    this.draft.pause();
    while (!this.#isClosed) {
      try {
        this.assignment = await this.#options.client.submitAnswer({
          params: this.#params,
          body: { text: answer, leaseToken: this.#leaseToken },
        });
        this.#outbox?.clear();
        this.isOffline = false;
        break;
      } catch (error) {
        if (isPassing(error)) {
          this.isOffline = true;
          await this.#retry.wait();
          continue;
        }
        this.isOffline = false;
        this.draft.resume();
        this.#meet(error);
        break;
      }
    }
    this.isSubmitting = false;
  }

  /** Pushes the end of the lease on, or takes an ended one up again. */
  async extend(): Promise<void> {
    const { client, projectId, assignmentId } = this.#options;
    try {
      const assignment = await client.extendLease({ params: { projectId, assignmentId } });
      this.assignment = assignment;
      if (assignment.lease) this.#holdLease(assignment.lease);
      if (!this.episode) return await this.open();
      // A machine that slept through the lease may have its clock set anew.
      this.#setClock(await client.getEpisode({ params: this.#params }));
      this.draft.resume();
      if (this.pending) void this.#deliver();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'lease_lost') {
        this.leaseState = 'lost';
        this.leaseMessage = error.message;
      } else if (error instanceof ApiError && error.code === 'wrong_state') {
        await this.open();
      } else {
        this.notice = messageOf(error);
      }
    }
  }

  /** Gives the task back; what was recorded stays. */
  async release(reason: string): Promise<void> {
    const { client, projectId, assignmentId } = this.#options;
    try {
      this.assignment = await client.releaseAssignment({
        params: { projectId, assignmentId },
        body: { leaseToken: this.#leaseToken, reason },
      });
      this.draft.pause();
      this.#outbox?.clear();
    } catch (error) {
      this.#meet(error);
    }
  }

  /** Somebody reads or types: tells the server now and then, which pushes the lease on. */
  noteActivity(): void {
    if (!this.episode || this.isLeaseOver || this.isDone || Date.now() - this.#lastHeard < activityEveryMs)
      return;
    this.#lastHeard = Date.now();
    this.#options.client
      .reportActivity({ params: this.#params, body: { leaseToken: this.#leaseToken } })
      .then(({ lease }) => this.#holdLease(lease))
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'lease_lost') this.#meet(error);
      });
  }

  /** Takes in what the server pushes about this assignment. */
  hear(message: LiveMessage): void {
    if (message.type === 'assignment' && message.assignmentId === this.#options.assignmentId) {
      if (message.leaseExpiresAt) this.leaseEndsAt = Date.parse(message.leaseExpiresAt);
      if (message.state === 'expired' && this.leaseState === 'held') this.leaseState = 'ended';
    }
    const isBehind =
      message.type === 'episode' &&
      message.episodeId === this.episode?.id &&
      message.nextSequence > this.episode.nextSequence &&
      !this.pending;
    // Work on another device: shown here as well.
    if (isBehind) void this.#readAgain();
  }

  /** Tries again at once: the network is said to be back, or somebody asked. */
  hurry(): void {
    this.#retry.hurry();
    this.draft.hurry();
  }

  /** The screen is gone. */
  close(): void {
    this.#isClosed = true;
    this.#retry.stop();
    this.draft.pause();
  }

  get #params(): { projectId: string; episodeId: string } {
    return { projectId: this.#options.projectId, episodeId: this.episode?.id ?? '' };
  }

  async #readEpisode(assignment: Assignment): Promise<Episode | null> {
    const { client, projectId, assignmentId } = this.#options;
    if (assignment.state === 'active' && assignment.lease) {
      return client.startEpisode({
        params: { projectId },
        body: { assignmentId, leaseToken: assignment.lease.token },
      });
    }
    if (assignment.episodeId === null) return null;
    return client.getEpisode({ params: { projectId, episodeId: assignment.episodeId } });
  }

  /** What was not acknowledged when this page was last open is sent, unless the episode has moved on elsewhere. */
  #resume(episode: Episode): void {
    const unsent = this.#outbox?.work;
    if (unsent?.leaseToken && this.#leaseToken === '') this.#leaseToken = unsent.leaseToken;
    if (this.isDone) {
      this.#outbox?.clear();
      return;
    }
    this.draft.open(episode.draft, unsent?.draft ?? null);
    if (unsent?.command?.sequence === episode.nextSequence) {
      this.pending = unsent.command;
      if (!this.isLeaseOver) void this.#deliver();
    } else {
      this.#setPending(null);
    }
  }

  async #deliver(): Promise<void> {
    while (this.pending && !this.#isClosed) {
      const sent = this.pending;
      try {
        const { command, clientTime, sequence } = sent;
        const answer = await this.#options.client.sendCommand({
          params: { ...this.#params, sequence },
          body: { command, clientTime, leaseToken: this.#leaseToken },
        });
        this.isOffline = false;
        this.#retry.reset();
        this.#setPending(null);
        const before = this.episode?.view ?? answer.episode.view;
        this.#take(answer.episode, { command: parseCommand(command), outcome: answer.outcome, before });
        const { isValid, reason } = answer.outcome;
        if (!isValid)
          this.notice = text.task.notCarriedOut(text.invalidReasons[reason ?? ''] ?? reason ?? '');
        const next = this.#queue.shift();
        if (next) this.run(next);
        return;
      } catch (error) {
        if (isPassing(error)) {
          this.isOffline = true;
          await this.#retry.wait();
          continue;
        }
        this.isOffline = false;
        this.#queue = [];
        this.#meet(error);
        return;
      }
    }
  }

  /** An error that sending the same again does not help. */
  #meet(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'lease_lost') {
      // Unsent work stays: it is sent once the lease is taken up again.
      this.leaseState = 'ended';
      this.leaseMessage = error.message;
      return;
    }
    this.#setPending(null);
    const isElsewhere =
      error.code === 'sequence_conflict' || error.code === 'wrong_state' || error.code === 'conflict';
    this.notice = error.code === 'sequence_conflict' ? text.task.movedOnElsewhere : error.message;
    if (isElsewhere) void this.#readAgain();
  }

  async #readAgain(): Promise<void> {
    const { client, projectId, assignmentId } = this.#options;
    try {
      const [assignment, episode] = await Promise.all([
        client.getAssignment({ params: { projectId, assignmentId } }),
        client.getEpisode({ params: this.#params }),
      ]);
      if (this.#isClosed || this.pending) return;
      this.assignment = assignment;
      this.#take(episode);
    } catch (error) {
      this.notice = messageOf(error);
    }
  }

  #take(episode: Episode, step: Step | null = null): void {
    this.lastStep = step;
    this.episode = episode;
    this.#setClock(episode);
    if (episode.lease) this.#holdLease(episode.lease);
  }

  #setClock(episode: Episode): void {
    this.#clockAhead = Date.parse(episode.serverTime) - Date.now();
  }

  #holdLease(lease: { token: string; expiresAt: string }): void {
    this.#leaseToken = lease.token;
    this.leaseEndsAt = Date.parse(lease.expiresAt);
    this.leaseState = 'held';
    this.leaseMessage = null;
    this.#lastHeard = Date.now();
  }

  #setPending(pending: PendingCommand | null): void {
    this.pending = pending;
    this.#outbox?.put({ command: pending, leaseToken: this.#leaseToken });
  }
}

function isOver(assignment: Assignment | null, episode: Episode | null): boolean {
  if (assignment && ['submitted', 'surplus', 'released'].includes(assignment.state)) return true;
  return episode !== null && ['submitted', 'flagged', 'ended'].includes(episode.state);
}
