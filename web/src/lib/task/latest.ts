/**
 * Asks, of which only the latest counts: an earlier one is cancelled, and what it was answered is not heard. What fails is not
 * heard either: what is asked for is a help, and nothing waits for it.
 */
export class Latest<T> {
  readonly #take: (answer: T) => void;
  #controller: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(take: (answer: T) => void) {
    this.#take = take;
  }

  /** Asks after `afterMs`, unless something else is asked before. */
  ask(read: (signal: AbortSignal) => Promise<T>, afterMs = 0): void {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    const start = (): void => void this.#hear(controller, read);
    if (afterMs > 0) this.#timer = setTimeout(start, afterMs);
    else start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
  }

  async #hear(controller: AbortController, read: (signal: AbortSignal) => Promise<T>): Promise<void> {
    try {
      const answer = await read(controller.signal);
      if (!controller.signal.aborted) this.#take(answer);
    } catch {
      // Cancelled, or the server is not there: whatever is done next says so.
    }
  }
}
