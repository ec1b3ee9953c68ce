import { roundStates, type Round, type RoundEvent, type RoundState } from '@rookery/shared/api';

/** The states of a round that comes to its end, in their order. */
export const stepStates = roundStates.filter((state) => state !== 'cancelled');
export type StepState = (typeof stepStates)[number];

/** `passed`: it has no part in this round; `stopped`: it was cancelled there. */
export type Standing = 'done' | 'here' | 'passed' | 'stopped' | 'ahead';

/** How far a round is: each step with its standing. Where a cancelled one was, its events say. */
export function stepsOf(
  round: Pick<Round, 'state' | 'startsFrom'>,
  events: readonly Pick<RoundEvent, 'from' | 'to'>[],
): { state: StepState; standing: Standing }[] {
  const isCancelled = round.state === 'cancelled';
  const at: RoundState | null = isCancelled
    ? (events.findLast(({ to }) => to === 'cancelled')?.from ?? null)
    : round.state;
  const place = stepStates.findIndex((state) => state === at);
  return stepStates.map((state, index) => {
    if (state === 'scoring' && round.startsFrom === null) return { state, standing: 'passed' };
    if (index < place || (index === place && state === 'closed')) return { state, standing: 'done' };
    if (index === place) return { state, standing: isCancelled ? 'stopped' : 'here' };
    return { state, standing: 'ahead' };
  });
}

export const isOpen = ({ state }: Pick<Round, 'state'>): boolean =>
  state !== 'closed' && state !== 'cancelled';

/** Most pairs that so many samples of each of these questions can make: those of the same text are never one. */
export const mostPairs = (questions: number, samples: number): number =>
  (questions * samples * (samples - 1)) / 2;

/** How many pairs a budget of comparisons allows. */
export const pairsWithin = (comparisons: number, overlap: number): number =>
  Math.max(1, Math.floor(comparisons / overlap));
