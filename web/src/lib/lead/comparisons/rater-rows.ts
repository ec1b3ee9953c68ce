import type { Rater } from '@rookery/shared/api';
import type { SortValue } from '../../components/table/local.svelte.ts';

export const raterSorts = [
  'rater',
  'submitted',
  'today',
  'median',
  'choosesA',
  'neutral',
  'agreement',
  'skipped',
  'flagged',
  'excluded',
  'last',
] as const;

const values: Record<(typeof raterSorts)[number], (rater: Rater) => SortValue> = {
  rater: ({ pseudonym }) => pseudonym,
  submitted: ({ submitted }) => submitted,
  today: ({ submittedToday }) => submittedToday,
  median: ({ medianActiveSeconds }) => medianActiveSeconds,
  choosesA: ({ choosesA }) => choosesA.share,
  neutral: ({ neutral }) => neutral,
  agreement: ({ agreement }) => agreement.share,
  skipped: ({ skipped }) => skipped,
  flagged: ({ flagged }) => flagged,
  excluded: ({ excluded }) => excluded,
  last: ({ lastSubmittedAt }) => (lastSubmittedAt === null ? null : Date.parse(lastSubmittedAt)),
};

/** What raters are sorted by. */
export const raterValue = (rater: Rater, sort: string): SortValue =>
  values[sort as (typeof raterSorts)[number]](rater);

/** Which side a rater leans to: the interval of the share choosing A leaves one half out. */
export function leaning({ choosesA }: Pick<Rater, 'choosesA'>): 'a' | 'b' | null {
  const { interval } = choosesA;
  if (!interval) return null;
  if (interval.low > 0.5) return 'a';
  return interval.high < 0.5 ? 'b' : null;
}
