import { clock } from '../clock.svelte.ts';

/** A lease as the window that works under it knows it. */
export class Lease {
  /** `ended`: the task can be taken up again. `lost`: it cannot, and `message` says why. */
  state = $state<'held' | 'ended' | 'lost'>('held');
  message = $state<string | null>(null);
  endsAt = $state<number | null>(null);
  /** Sent along with every write; '' before there was one. */
  token = '';
  /** How far the server's clock is ahead of this one, in milliseconds. */
  #clockAhead = $state(0);
  /** The time now by the server's clock. */
  get serverNow(): number {
    // Not kept between two seconds: a lease that begins there would be measured from the one before, and seem longer than it is.
    return clock.now + this.#clockAhead;
  }
  /** Milliseconds until the lease ends by the server's clock; null without a lease. */
  readonly left = $derived(this.endsAt === null ? null : this.endsAt - this.serverNow);
  readonly isOver = $derived(this.state !== 'held' || (this.left !== null && this.left <= 0));

  hold(lease: { token: string; expiresAt: string }): void {
    this.token = lease.token;
    this.endsAt = Date.parse(lease.expiresAt);
    this.state = 'held';
    this.message = null;
  }

  end(message: string | null = null): void {
    this.state = 'ended';
    this.message = message;
  }

  lose(message: string): void {
    this.state = 'lost';
    this.message = message;
  }

  /** A machine that slept may have its clock set anew. */
  setClock(serverTime: string): void {
    this.#clockAhead = Date.parse(serverTime) - Date.now();
  }
}
