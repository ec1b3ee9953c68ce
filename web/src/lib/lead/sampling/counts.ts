import type { SampleState, SamplingFigures, SamplingPlan } from '@rookery/shared/api';

/** How many samples are in each state. */
export type SampleCounts = Record<SampleState, number>;

/** The states in which a sample stays. */
export const doneStates = [
  'answered',
  'no-answer',
  'duplicate',
  'cancelled',
] as const satisfies readonly SampleState[];

export const countsOfFigures = (figures: SamplingFigures): SampleCounts => ({
  waiting: figures.waiting,
  running: figures.running,
  answered: figures.answered,
  'no-answer': figures.noAnswer,
  duplicate: figures.duplicate,
  cancelled: figures.cancelled,
});

/** The counts of all versions of a plan together. */
export function countsOfPlan({ versions }: Pick<SamplingPlan, 'versions'>): SampleCounts {
  const sum: SampleCounts = {
    waiting: 0,
    running: 0,
    answered: 0,
    'no-answer': 0,
    duplicate: 0,
    cancelled: 0,
  };
  for (const figures of versions) {
    for (const [state, count] of Object.entries(countsOfFigures(figures))) sum[state as SampleState] += count;
  }
  return sum;
}

export const totalOf = (counts: SampleCounts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Samples drawn to their end; those that were cancelled were not. */
export const doneOf = (counts: SampleCounts): number =>
  counts.answered + counts['no-answer'] + counts.duplicate;
