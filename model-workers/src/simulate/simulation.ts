import type { Client } from '@rookery/shared/api';
import { untilAnswered } from '../until-answered.ts';
import { doTask, type Outcome } from './demonstrator.ts';
import { createJournal, type Journal } from './journal.ts';
import { readReferences, type Knowledge } from './knowledge.ts';
import { createPace } from './pace.ts';
import { createRandom } from './random.ts';
import type { Traits } from './reader.ts';

export interface SimulationOptions {
  projectId: string;
  /** How many people work at once. */
  people: number;
  /** How many tasks are done; fewer where fewer are left. */
  demonstrations: number;
  traits: Traits;
  /** See `createPace`. */
  speed: number;
  seed: number;
  /** Whether they know the reference pages and answers. */
  knowsReferences: boolean;
  signal: AbortSignal;
  onTask?: (done: number) => void;
}

export interface SimulationResult {
  outcomes: Partial<Record<Outcome, number>>;
  journal: Journal;
  seconds: number;
}

/**
 * Lets simulated people do demonstrations, all at once, over the same calls as the screen. People of one seed have the
 * same names, so that a run that was cut short is gone on with by the next.
 * @param lead client of a lead, who makes the people and knows the references
 * @param actAs a client for one of them, by their token
 */
export async function simulateDemonstrators(
  clients: { lead: Client; actAs: (token: string) => Client },
  options: SimulationOptions,
): Promise<SimulationResult> {
  const { projectId, seed } = options;
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const start = performance.now();
  const references: ReadonlyMap<string, Knowledge> = options.knowsReferences
    ? await readReferences(clients.lead, { projectId, signal })
    : new Map();
  const journal = createJournal();
  const outcomes: Partial<Record<Outcome, number>> = {};
  let begun = 0;
  let done = 0;

  async function work(number: number): Promise<void> {
    const body = { name: `Simulated ${seed}-${number}`, role: 'demonstrator' } as const;
    const { token } = await untilAnswered(
      () => clients.lead.createSimulatedMember({ params: { projectId }, body, signal }),
      { signal },
    );
    const random = createRandom(seed).fork(body.name);
    const pace = createPace({ speed: options.speed, random: random.fork('pace'), signal });
    const { traits } = options;
    const person = {
      client: clients.actAs(token),
      projectId,
      traits,
      random,
      pace,
      journal,
      references,
      signal,
    };
    while (begun < options.demonstrations) {
      begun += 1;
      const outcome = await doTask(person);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'none_left' || outcome === 'too_many_leases' || outcome === 'paused') {
        // What this one cannot take, another may.
        begun -= 1;
        return;
      }
      done += 1;
      options.onTask?.(done);
    }
  }

  try {
    await Promise.all(Array.from({ length: options.people }, (_, index) => work(index + 1)));
  } catch (error) {
    // One's failure ends the others' work: what is begun is gone on with by the next run.
    failure.abort(error);
    throw error;
  }
  return { outcomes, journal, seconds: (performance.now() - start) / 1000 };
}
