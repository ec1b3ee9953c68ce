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
import { isPassing, messageOf } from '../errors.ts';
import { text } from '../text.ts';
import { isAvailable } from './available.ts';
import { Draft } from './draft.svelte.ts';
import { Holding } from './holding.svelte.ts';
import { Outbox, type PendingCommand, type UnsentWork } from './outbox.ts';
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
  /** What this window calls itself. */
  windowId: string;
}

/**
 * One assignment as its demonstrator works on it: commands one at a time and each under its own number, the draft, the lease. The
 * server holds the truth; what it has not acknowledged is kept in the browser and sent until it has.
 */
export class Task {
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
  readonly holding: Holding;
  readonly draft: Draft;

  readonly view = $derived(this.episode?.view ?? null);
  readonly assignment = $derived.by(() => this.holding.assignment);
  readonly isDone = $derived(isOver(this.assignment, this.episode));
  readonly isBusy = $derived(this.pending !== null || this.isSubmitting);
  /** Nothing can be done here now: the lease is over, or another window has it. */
  readonly isLeaseOver = $derived.by(() => this.holding.isOver);
  /** What the screen is about. */
  readonly standing = $derived.by(() => {
    if (this.error) return 'error' as const;
    if (this.holding.elsewhere !== null) return 'elsewhere';
    if (this.isDone) return 'done';
    const state = this.assignment?.state;
    if (state === 'paused' || state === 'returned') return state;
    if (this.view !== null) return 'working';
    return state === 'expired' ? 'ended' : 'loading';
  });
  readonly unsent = $derived.by(() => (this.pending ? 1 : 0) + (this.draft.isSaved ? 0 : 1));

  readonly #options: TaskOptions;
  readonly #retry = new Retry();
  #outbox: Outbox | null = null;
  #queue: Command[] = [];
  #delivery: Promise<void> = Promise.resolve();
  #lastHeard = 0;
  #isClosed = false;

  constructor(options: TaskOptions) {
    this.#options = options;
    const { client, projectId, assignmentId, windowId } = options;
    this.holding = new Holding({
      client,
      key: { projectId, assignmentId },
      windowId,
      reopen: () => this.open(),
      settle: () => this.#settle(),
      stop: (why) => this.#stop(why),
      giveUp: () => this.#outbox?.clear(),
    });
    this.draft = new Draft({
      save: async (draft) => {
        const answer = await options.client.saveDraft({
          params: this.#params,
          body: { ...draft, leaseToken: this.holding.lease.token },
        });
        if (answer.lease) this.holding.keep(answer.lease);
        return answer;
      },
      readAgain: async () => (await options.client.getEpisode({ params: this.#params })).draft,
      keep: (draft) => this.#outbox?.put({ draft, leaseToken: this.holding.lease.token }),
      onFailure: (error) => this.#meet(error),
    });
  }

  /**
   * Opens the task in this window, or takes it over from another: reads where it stands, starts its episode if it has none, and sends
   * what this browser still holds.
   */
  async open({ takeOver = false } = {}): Promise<void> {
    try {
      // What was shown before may be old by now: nobody is to work on it until it is read again.
      if (this.standing !== 'working') this.episode = null;
      this.error = null;
      const assignment = await this.holding.open(takeOver);
      if (!assignment || isAside(assignment) || this.#isClosed) return;
      const episode = await this.#readEpisode(assignment);
      if (!episode || this.#isClosed) return;
      const here = { command: this.pending, draft: this.draft.unsent };
      this.#outbox = new Outbox({ personId: this.#options.personId, episodeId: episode.id });
      this.#take(episode);
      this.#resume(episode, here);
    } catch (error) {
      this.error = error;
    }
  }

  /**
   * Carries out a command, if the screen as it is offers it. Of what is asked for while one is under way, scrolls follow it; a
   * search or an ending does too, instead of scrolls that wait. Everything else would be about a screen that is gone by then.
   */
  run(command: Command): void {
    if (!this.episode || !this.view || this.isLeaseOver || this.isDone) return;
    if (this.pending) {
      if (command.kind === 'search' || command.kind === 'end') this.#queue = [command];
      else if (command.kind === 'scroll' && this.#queue.length < longestQueue) this.#queue.push(command);
      return;
    }
    if (!isAvailable(command, this.view.available)) return;
    this.notice = null;
    this.#setPending({
      sequence: this.episode.nextSequence,
      command: formatCommand(command),
      clientTime: new Date().toISOString(),
    });
    this.#delivery = this.#deliver();
  }

  /** Hands in the answer, trying until the server has it. */
  async submit(answer: string): Promise<void> {
    if (this.isSubmitting || this.isDone) return;
    this.isSubmitting = true;
    this.notice = null;
    this.draft.pause();
    while (!this.#isClosed) {
      try {
        this.holding.assignment = await this.#options.client.submitAnswer({
          params: this.#params,
          body: { text: answer, leaseToken: this.holding.lease.token },
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

  /** Somebody reads or types: tells the server now and then, which pushes the lease on. */
  noteActivity(): void {
    if (!this.episode || this.isLeaseOver || this.isDone || Date.now() - this.#lastHeard < activityEveryMs)
      return;
    this.#lastHeard = Date.now();
    this.#options.client
      .reportActivity({ params: this.#params, body: { leaseToken: this.holding.lease.token } })
      .then(({ lease }) => this.holding.keep(lease))
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'lease_lost') this.#meet(error);
      });
  }

  /** Takes in what the server pushes about this assignment. */
  hear(message: LiveMessage): void {
    if (message.type === 'assignment' && message.assignmentId === this.#options.assignmentId) {
      if (this.holding.hear(message) && !this.isSubmitting) void this.#readAgain();
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
    this.holding.leave();
    this.#isClosed = true;
    this.#retry.stop();
    this.draft.pause();
  }

  get #params(): { projectId: string; episodeId: string } {
    return { projectId: this.#options.projectId, episodeId: this.episode?.id ?? '' };
  }

  async #readEpisode(assignment: Assignment): Promise<Episode | null> {
    const { client, projectId, assignmentId } = this.#options;
    if (assignment.lease) {
      return client.startEpisode({
        params: { projectId },
        body: { assignmentId, leaseToken: assignment.lease.token },
      });
    }
    if (assignment.episodeId === null) return null;
    return client.getEpisode({ params: { projectId, episodeId: assignment.episodeId } });
  }

  /** What was not acknowledged, here or when this page was last open, is sent, unless the episode has moved on elsewhere. */
  #resume(episode: Episode, here: Pick<UnsentWork, 'command' | 'draft'>): void {
    const kept = this.#outbox?.work;
    if (kept?.leaseToken && this.holding.lease.token === '') this.holding.lease.token = kept.leaseToken;
    if (this.isDone) {
      const canGoOn = this.assignment?.revisableUntil != null;
      this.#outbox?.put({ command: null, ...(!canGoOn && { draft: null }) });
      return;
    }
    this.draft.open(episode.draft, here.draft ?? kept?.draft ?? null);
    const command = here.command ?? kept?.command;
    if (command?.sequence === episode.nextSequence) {
      this.#setPending(command);
      if (!this.isLeaseOver) this.#delivery = this.#deliver();
    } else {
      this.#setPending(null);
    }
  }

  /** Lets what was done and typed reach the server. */
  #settle(): Promise<void> {
    this.#queue = [];
    this.draft.flush();
    return this.#delivery;
  }

  #stop(why: 'aside' | 'lost'): void {
    this.draft.pause();
    this.#queue = [];
    if (why === 'lost') this.#outbox = null;
  }

  async #deliver(): Promise<void> {
    while (this.pending && !this.#isClosed) {
      const sent = this.pending;
      try {
        const { command, clientTime, sequence } = sent;
        const answer = await this.#options.client.sendCommand({
          params: { ...this.#params, sequence },
          body: { command, clientTime, leaseToken: this.holding.lease.token },
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
    // Unsent work stays: it is sent once the task is gone on with.
    if (error.code === 'lease_lost') {
      this.holding.meet(error);
      return;
    }
    if (error.details?.['state'] === 'paused') {
      this.draft.pause();
      void this.#readAgain();
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
      if (this.#isClosed) return;
      this.holding.assignment = assignment;
      if (!this.pending) this.#take(episode);
    } catch (error) {
      this.notice = messageOf(error);
    }
  }

  #take(episode: Episode, step: Step | null = null): void {
    this.lastStep = step;
    this.episode = episode;
    this.holding.lease.setClock(episode.serverTime);
    if (episode.lease) this.holding.keep(episode.lease);
  }

  #setPending(pending: PendingCommand | null): void {
    this.pending = pending;
    this.#outbox?.put({ command: pending, leaseToken: this.holding.lease.token });
  }
}

/** Nobody works on it now; its person can go on. */
const isAside = ({ state }: Assignment): boolean => state === 'paused' || state === 'returned';

function isOver(assignment: Assignment | null, episode: Episode | null): boolean {
  if (assignment && ['submitted', 'surplus', 'released', 'excluded'].includes(assignment.state)) return true;
  if (assignment && isAside(assignment)) return false;
  return episode !== null && ['submitted', 'flagged', 'ended'].includes(episode.state);
}
