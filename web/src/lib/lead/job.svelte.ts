import type { Job } from '@rookery/shared/api';
import { getLive } from '../live.svelte.ts';
import { getSession } from '../session.svelte.ts';
import { hasEnded } from './import.svelte.ts';

/** While the WebSocket is away, a job that is watched is asked for instead. */
const askEveryMs = 15_000;

/** One job that was just begun, and where it stands; to be made while a component is. */
export class WatchedJob {
  job = $state.raw<Job | null>(null);
  error = $state.raw<unknown>(null);
  readonly isUnderWay = $derived(this.job !== null && !hasEnded(this.job));
  readonly #session = getSession();
  readonly #projectId: string;

  constructor(projectId: string) {
    this.#projectId = projectId;
    const live = getLive();
    $effect(() =>
      live.subscribe((message) => {
        if (message.type === 'hello' || (message.type === 'job' && message.jobId === this.job?.id))
          void this.read();
      }),
    );
    $effect(() => {
      if (live.isOpen || !this.isUnderWay) return undefined;
      const asking = setInterval(() => void this.read(), askEveryMs);
      return () => clearInterval(asking);
    });
  }

  /** Reads where it stands. Never rejects. */
  read(): Promise<void> {
    return this.#take((params) => this.#session.api.getJob({ params }));
  }

  /** Has it tried again after it failed. Never rejects. */
  retry(): Promise<void> {
    return this.#take((params) => this.#session.api.retryJob({ params }));
  }

  async #take(ask: (params: { projectId: string; jobId: string }) => Promise<Job>): Promise<void> {
    if (!this.job) return;
    try {
      this.job = await ask({ projectId: this.#projectId, jobId: this.job.id });
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  async cancel(): Promise<void> {
    if (!this.job) return;
    try {
      this.job = await this.#session.api.cancelJob({
        params: { projectId: this.#projectId, jobId: this.job.id },
      });
    } catch {
      // It has ended meanwhile.
      await this.read();
    }
  }
}
