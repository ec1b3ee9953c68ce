import { ApiError, type Assignment, type Client } from '@rookery/shared/api';
import type { LiveMessage } from '@rookery/shared/live';
import { Lease } from './lease.svelte.ts';

interface HoldingOptions {
  client: Client;
  key: { projectId: string; assignmentId: string };
  /** What this window calls itself. */
  windowId: string;
  /** Reads the task anew, and goes on with it in this window if it has it. */
  reopen: () => Promise<void>;
  /** Lets what is under way reach the server. */
  settle: () => Promise<void>;
  /** Nothing more is to be sent. `lost`: another window has the task, so that nothing is to be kept either. */
  stop: (why: 'aside' | 'lost') => void;
  /** What was not sent is given up. */
  giveUp: () => void;
}

type AssignmentMessage = Extract<LiveMessage, { type: 'assignment' }>;

/** One assignment, and whether this window holds it: its lease, its pauses, and the other windows it may be open in. */
export class Holding {
  assignment = $state.raw<Assignment | null>(null);
  /** The task is open in another window: it was when this one came (`open`), or it was taken over since (`taken`). */
  elsewhere = $state<'open' | 'taken' | null>(null);
  /** Why what was asked for did not happen. */
  problem = $state.raw<unknown>(null);
  /** Whether something is being asked for. */
  isAsking = $state(false);
  readonly lease = new Lease();
  /** Nothing can be done here now: the lease is over, or another window has it. */
  readonly isOver = $derived(this.lease.isOver || this.elsewhere !== null);
  readonly #options: HoldingOptions;

  constructor(options: HoldingOptions) {
    this.#options = options;
  }

  /** Opens the task in this window, or takes it over from another; gives it if this window may go on with it. */
  async open(takeOver: boolean): Promise<Assignment | null> {
    const { client, key, windowId } = this.#options;
    const assignment = await client.openTask({ params: key, body: { windowId, takeOver } });
    this.assignment = assignment;
    if (assignment.state === 'active' && assignment.openIn !== windowId) {
      this.elsewhere ??= 'open';
      return null;
    }
    this.elsewhere = null;
    if (assignment.lease) this.lease.hold(assignment.lease);
    else if (assignment.state === 'expired') this.lease.end();
    return assignment;
  }

  /** Pushes the end of the lease on, or takes an ended one up again. */
  extend(): Promise<void> {
    return this.#ask(async (client) => {
      const wasOver = this.lease.isOver;
      const assignment = await client.extendLease({ params: this.#options.key });
      if (wasOver) return this.#options.reopen();
      this.assignment = assignment;
      if (assignment.lease) this.keep(assignment.lease);
    });
  }

  /** Sets the task aside, once what is under way has reached the server. */
  pause(): Promise<void> {
    return this.#ask(async (client) => {
      await this.#options.settle();
      if (this.isOver) return;
      const body = { leaseToken: this.lease.token };
      this.assignment = await client.pauseTask({ params: this.#options.key, body });
      this.#options.stop('aside');
    });
  }

  /** Goes on after a pause. */
  resume(): Promise<void> {
    return this.#ask(async (client) => {
      await client.resumeTask({ params: this.#options.key });
      await this.#options.reopen();
    });
  }

  /** Opens the answer again that was submitted, or that a lead has returned. */
  reopenAnswer(): Promise<void> {
    return this.#ask(async (client) => {
      await client.reopenAnswer({ params: this.#options.key });
      await this.#options.reopen();
    });
  }

  /** Gives the revision up: what was submitted before counts. */
  keepAnswer(): Promise<void> {
    return this.#ask(async (client) => {
      const body = { leaseToken: this.lease.token };
      this.assignment = await client.keepAnswer({ params: this.#options.key, body });
      this.#options.stop('aside');
      this.#options.giveUp();
    });
  }

  /** Gives the task back; what was recorded stays. */
  release(reason: string): Promise<void> {
    return this.#ask(async (client) => {
      const body = { leaseToken: this.lease.token, reason };
      this.assignment = await client.releaseAssignment({ params: this.#options.key, body });
      this.#options.stop('aside');
      this.#options.giveUp();
    });
  }

  /** This window is going away: another may have the task without asking. */
  leave(): void {
    const { client, key, windowId } = this.#options;
    if (this.assignment?.openIn !== windowId || this.elsewhere !== null) return;
    // If it does not get through, the next window asks before it takes over.
    client.leaveTask({ params: key, body: { windowId }, keepalive: true }).catch(() => undefined);
  }

  /** Takes in the lease as it is by now; under a token that is not ours another window has it. */
  keep(lease: { token: string; expiresAt: string }): void {
    if (lease.token === this.lease.token) this.lease.hold(lease);
    else this.yield();
  }

  /** Another window has taken the task over: nothing more is sent or kept from here. What is typed here stays. */
  yield(): void {
    this.elsewhere = 'taken';
    this.#options.stop('lost');
  }

  /** A write was refused because of the lease: it has ended, or another window has it. */
  meet(error: ApiError): void {
    if (error.details?.['reason'] === 'token' && this.lease.token !== '') this.yield();
    else this.lease.end(error.message);
  }

  /** Takes in what the server pushes; says whether the task has to be read again. */
  hear({ state, openIn, leaseExpiresAt }: AssignmentMessage): boolean {
    const { windowId } = this.#options;
    if (state === 'active' && openIn !== null && openIn !== windowId) {
      if (this.assignment?.openIn === windowId && this.elsewhere === null) this.yield();
      return false;
    }
    // The window that had it has left it.
    if (state === 'active' && openIn === null && this.elsewhere === 'open') {
      void this.#options.reopen();
      return false;
    }
    if (this.elsewhere !== null || this.isAsking) return false;
    if (leaseExpiresAt) this.lease.endsAt = Date.parse(leaseExpiresAt);
    if (state === 'expired' && this.lease.state === 'held') this.lease.end();
    return state !== 'active' && state !== 'expired' && state !== this.assignment?.state;
  }

  /** Asks for one thing at a time; `problem` says why nothing came of it. */
  async #ask(work: (client: Client) => Promise<void>): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    this.problem = null;
    try {
      await work(this.#options.client);
    } catch (error) {
      if (!(error instanceof ApiError)) this.problem = error;
      else if (error.details?.['reason'] === 'token') this.meet(error);
      else if (error.code === 'lease_lost') this.lease.lose(error.message);
      else {
        // What was asked for does not fit how the task stands by now, which is shown then.
        if (error.code === 'wrong_state') await this.#options.reopen();
        this.problem = error;
      }
    } finally {
      this.isAsking = false;
    }
  }
}
