import type { LiveMessage } from '@rookery/shared/live';
import { getLive } from './live.svelte.ts';

const reloadEveryMs = 400;

/**
 * Something read from the API. What was read last stays while it is read again, so that nothing jumps; `error` is about the last
 * reading, beside whatever was read before.
 */
export class Resource<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  isLoading = $state(true);
  readonly #read: (signal: AbortSignal) => Promise<T>;
  readonly #everyMs: number;
  #running: AbortController | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;

  /** `everyMs` is how long `reloadSoon` waits for further reasons to read. */
  constructor(read: (signal: AbortSignal) => Promise<T>, everyMs: number = reloadEveryMs) {
    this.#read = read;
    this.#everyMs = everyMs;
  }

  /** Reads; a reading that is under way is given up for it. Never rejects. */
  async reload(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.isLoading = true;
    try {
      const value = await this.#read(running.signal);
      if (running.signal.aborted) return;
      this.value = value;
      this.error = null;
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#running = null;
  }

  /** Reads once for many reasons that come close together; what takes long to read is waited for, so that it comes to an end. */
  reloadSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      if (this.#running) this.reloadSoon();
      else void this.reload();
    }, this.#everyMs);
  }

  /** Ends what is under way. */
  stop(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#running?.abort();
    this.#running = null;
  }
}

/**
 * A resource that lives with the component: it is read when the component comes, whenever what `inputs` reads changes, and when a
 * live message says that it may have changed (`changedBy`; a fresh connection always counts).
 */
export function useResource<I, T>(options: {
  inputs: () => I;
  read: (inputs: I, signal: AbortSignal) => Promise<T>;
  changedBy?: (message: LiveMessage) => boolean;
  /** How often it is read at most where messages come one after the other, in milliseconds. */
  everyMs?: number;
}): Resource<T> {
  const inputs = $derived.by(options.inputs);
  const resource = new Resource<T>((signal) => options.read(inputs, signal), options.everyMs);
  $effect(() => {
    void inputs;
    void resource.reload();
    return () => resource.stop();
  });
  const live = getLive();
  $effect(() =>
    live.subscribe((message) => {
      if (message.type === 'hello' ? resource.value !== null : options.changedBy?.(message))
        resource.reloadSoon();
    }),
  );
  return resource;
}
