import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.ts';

/** How long people take, in ms at speed 1: medians of ours, towards the 15 minutes of a demonstration. */
const usual = { read: 9000, choose: 4000, type: 6000, write: 25_000 } as const;

/** Waits as a person would, or not at all. */
export interface Pace {
  pass(activity: keyof typeof usual): Promise<void>;
}

/** `speed` 1 is a person's, 10 is ten times as fast, 0 waits for nothing. Waits are log-normal about their median. */
export function createPace(options: { speed: number; random: Random; signal: AbortSignal }): Pace {
  const { speed, random, signal } = options;
  return {
    async pass(activity) {
      signal.throwIfAborted();
      if (speed === 0) return;
      // Box and Muller; 1 - x keeps the logarithm finite.
      const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
      await delay((usual[activity] * Math.exp(0.5 * normal)) / speed, undefined, { signal });
    },
  };
}
