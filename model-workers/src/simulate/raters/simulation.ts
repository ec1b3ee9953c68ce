import type { Client } from '@rookery/shared/api';
import { seededRandom, type FormName } from '@rookery/shared/comparisons';
import { untilAnswered } from '../../until-answered.ts';
import { createPace } from '../pace.ts';
import { createRatingJournal, type RatingJournal } from './journal.ts';
import { doComparison, type Rater, type RatingOutcome } from './rater.ts';
import type { Taste } from './taste.ts';

export interface RatingSimulationOptions {
  projectId: string;
  /** How many people work at once. */
  people: number;
  /** How many comparisons are done in all; null: until none are left. */
  comparisons: number | null;
  form: FormName;
  taste: Taste;
  /** See `Character`; the people have these in turn. */
  noise: readonly number[];
  positionBias: number;
  annotates: boolean;
  /** See `createPace`. */
  speed: number;
  seed: number;
  signal: AbortSignal;
  onTask?: (done: number) => void;
}

export interface RatingSimulation {
  raters: Rater[];
  outcomes: Partial<Record<RatingOutcome, number>>;
  journal: RatingJournal;
  seconds: number;
}

/**
 * Lets simulated raters compare answers, all at once, over the same calls as the screen. Raters of one seed and form have the
 * same names, so that a run that was cut short is gone on with by the next.
 * @param clients a lead's, who makes the raters, and one for each of them by their token
 */
export async function simulateRaters(
  clients: { lead: Client; actAs: (token: string) => Client },
  options: RatingSimulationOptions,
): Promise<RatingSimulation> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const start = performance.now();
  const journal = createRatingJournal();
  const outcomes: Partial<Record<RatingOutcome, number>> = {};
  const most = options.comparisons ?? Number.POSITIVE_INFINITY;
  let begun = 0;
  let done = 0;

  async function work(rater: Rater): Promise<void> {
    while (begun < most) {
      begun += 1;
      const outcome = await doComparison(rater);
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

  const numbers = Array.from({ length: options.people }, (_, index) => index + 1);
  const raters = await Promise.all(
    numbers.map((number) => makeRater(clients, { ...options, number, journal, signal })),
  );
  try {
    await Promise.all(raters.map(work));
  } catch (error) {
    // One's failure ends the others' work: what is begun is gone on with by the next run.
    failure.abort(error);
    throw error;
  }
  return { raters, outcomes, journal, seconds: (performance.now() - start) / 1000 };
}

async function makeRater(
  { lead, actAs }: { lead: Client; actAs: (token: string) => Client },
  options: RatingSimulationOptions & { number: number; journal: RatingJournal },
): Promise<Rater> {
  const { projectId, number, seed, form, taste, noise, positionBias, journal, signal } = options;
  const name = `Simulated rater ${seed}-${number} (${form})`;
  const body = { name, role: 'rater', ratingForm: form } as const;
  const { member, token } = await untilAnswered(
    () => lead.createSimulatedMember({ params: { projectId }, body, signal }),
    { signal },
  );
  return {
    client: actAs(token),
    projectId,
    memberId: member.id,
    character: { seed, name, taste, noise: noise[(number - 1) % noise.length]!, positionBias },
    annotates: options.annotates,
    pace: createPace({ speed: options.speed, random: seededRandom(`${seed} ${name} pace`), signal }),
    journal,
    signal,
    mayHoldMore: true,
    givenUp: new Set(),
  };
}
