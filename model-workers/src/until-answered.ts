import { ApiError } from '@rookery/shared/api';
import { setTimeout as delay } from 'node:timers/promises';
import { ZodError } from 'zod';

/** Answers that a later try may not get: the server starts, is overloaded, or has a moment of trouble. */
const passing = new Set(['unavailable', 'internal_error', 'rate_limited']);
const firstWait = 250;
const longestWait = 10_000;

/**
 * Repeats a request, which has to be safe to repeat, until the server has answered it, waiting longer each time.
 * @throws ApiError for an answer that trying again would not change; the signal's reason when it is aborted.
 */
export async function untilAnswered<T>(
  request: () => Promise<T>,
  options: { signal: AbortSignal; onWait?: (error: unknown) => void },
): Promise<T> {
  for (let wait = firstWait; ; wait = Math.min(wait * 2, longestWait)) {
    options.signal.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      if (error instanceof ApiError && !passing.has(error.code)) throw error;
      // An answer that is understood no better the next time.
      if (error instanceof ZodError) throw error;
      options.signal.throwIfAborted();
      options.onWait?.(error);
      await delay(wait, undefined, { signal: options.signal });
    }
  }
}
