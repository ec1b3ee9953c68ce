import { setTimeout as delay } from 'node:timers/promises';
import { normalOf } from './normal.ts';
import type { Random } from './random.ts';

/**
 * How long people take, in ms at speed 1: medians of ours, towards the 15 minutes of a demonstration and the 10 of a comparison
 * (`study` an answer with its quotes, `weigh` a part of the form).
 */
const usual = { read: 9000, choose: 4000, type: 6000, write: 25_000, study: 50_000, weigh: 45_000 } as const;

/** Waits as a person would, or not at all. */
export interface Pace {
  pass(activity: keyof typeof usual): Promise<void>;
}

/** `speed` 1 is a person's, 10 is ten times as fast, 0 waits for nothing. Waits are log-normal about their median. */
export function createPace(options: {
  speed: number;
  random: Pick<Random, 'next'>;
  signal: AbortSignal;
}): Pace {
  const { speed, random, signal } = options;
  return {
    async pass(activity) {
      signal.throwIfAborted();
      if (speed === 0) return;
      await delay((usual[activity] * Math.exp(0.5 * normalOf(random))) / speed, undefined, { signal });
    },
  };
}
