import type { Job } from '@rookery/shared/api';
import { formatPercent } from '../format.ts';
import { text } from '../text.ts';

type Words = Readonly<Record<string, (count: number) => string>>;

/** What a job has brought, in words. */
export function jobWords({ kind, result }: Pick<Job, 'kind' | 'result'>): string {
  if (result === null) return '';
  if (kind === 'train-ranker') return trainedWords(result);
  if (kind === 'train-reward') return rewardWords(result);
  const { rebuilt, differing, rows, leftOut } = result;
  if (typeof rebuilt === 'number' && typeof differing === 'number')
    return text.exports.verified(rebuilt, differing);
  if (typeof rows === 'number') {
    const others = isCounts(leftOut) ? countsIn(text.comparisons.exports.leftOut, leftOut) : [];
    const some = others.filter(({ count }) => count > 0).map((one) => one.words);
    const written = text.exports.rows(rows);
    return some.length === 0 ? written : text.comparisons.exports.written(written, some.join(', '));
  }
  const counts = countsIn(wordsOf[kind] ?? importWords, result);
  const some = counts.filter(({ count }) => count > 0);
  // Counts of nothing are left out, unless there is nothing else.
  return (some.length > 0 ? some : counts).map((one) => one.words).join(', ');
}

const importWords: Words = { ...text.imports.results, ...text.comparisons.imports.results };

const wordsOf: Partial<Record<Job['kind'], Words>> = {
  'make-pairs': text.comparisons.making.results,
  'choose-pairs': text.rounds.results,
  'score-answers': { scored: text.rewards.results.scored },
  sample: text.jobs.results.samples,
};

/** Which version a training made, and how good it is on what it was not trained on. */
function trainedWords({ name, version, accuracy }: NonNullable<Job['result']>): string {
  if (typeof name !== 'string' || typeof version !== 'number') return '';
  const source = text.policies.versionName(name, version);
  const share = isCounts(accuracy) && isCounts(accuracy['policy']) ? accuracy['policy'] : {};
  const { right, of } = share;
  if (typeof right !== 'number' || typeof of !== 'number' || of === 0) return source;
  return text.jobs.results.trained(source, formatPercent(right / of));
}

/** Which version of the reward model a training made, and how often it agrees with people on what it was not trained on. */
function rewardWords({ version, accuracy }: NonNullable<Job['result']>): string {
  if (typeof version !== 'number') return '';
  const name = text.rounds.modelName(version);
  const { right, of } = isCounts(accuracy) ? accuracy : {};
  if (typeof right !== 'number' || typeof of !== 'number' || of === 0) return name;
  return text.rewards.results.trained(name, formatPercent(right / of));
}

/** The version of the reward model that a job has trained or scored by; null if there is none. */
export function rewardModelOf({ kind, result }: Pick<Job, 'kind' | 'result'>): string | null {
  const id = kind === 'train-reward' || kind === 'score-answers' ? result?.['modelId'] : undefined;
  return typeof id === 'string' ? id : null;
}

/** The policy version that a training has made; null if it made none. */
export function versionMadeBy({ kind, result }: Pick<Job, 'kind' | 'result'>): string | null {
  const id = kind === 'train-ranker' ? result?.['versionId'] : undefined;
  return typeof id === 'string' ? id : null;
}

/** From when a job was first begun to its end, in seconds; null before. */
export const tookSeconds = ({ startedAt, endedAt }: Pick<Job, 'startedAt' | 'endedAt'>): number | null =>
  startedAt === null || endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;

const isCounts = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The counts that there are words for, in the order of the words. */
const countsIn = (words: Words, counts: Record<string, unknown>): { count: number; words: string }[] =>
  Object.entries(words).flatMap(([name, describe]) => {
    const count = counts[name];
    return typeof count === 'number' ? [{ count, words: describe(count) }] : [];
  });
