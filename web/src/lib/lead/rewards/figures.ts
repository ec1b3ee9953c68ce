import type { Estimate, RewardEvaluation, RewardModel } from '@rookery/shared/api';
import type { LiveMessage } from '@rookery/shared/live';
import { formatNumber, formatValue } from '../../format.ts';
import { text } from '../../text.ts';
import { valueOf } from '../policies/shares.ts';

/** How often at most versions and scores are read again while they change, in milliseconds. */
export const rewardsEveryMs = 1500;

/** Whether a message says that there is a version or a score that was not there before. */
export const isAboutRewards = (message: LiveMessage, projectId: string): boolean =>
  message.type === 'reward-models' && message.projectId === projectId;

/** `0.55 to 0.67`: the 95 % interval of a figure; empty where there is none. */
export const estimateInterval = ({ low, high }: Estimate): string =>
  low === null || high === null ? '' : text.rewards.interval(formatValue(low), formatValue(high));

/** `+3.1 points`, `−2 points`: a difference of two shares. */
export const pointsWords = (difference: number): string => text.rewards.difference(pointsOf(difference));

/** `+1.2 to +5 points`: the interval of a difference of two shares; empty where there is none. */
export const pointsInterval = ({ low, high }: Estimate): string =>
  low === null || high === null ? '' : text.rewards.interval(pointsOf(low), pointsWords(high));

function pointsOf(difference: number): string {
  const points = Math.round(difference * 1000) / 10;
  return `${points > 0 ? '+' : ''}${formatNumber(points).replace('-', '−')}`;
}

/** Whether a difference has a sign: its interval does not hold 0. */
export const isDecided = ({ low, high }: Estimate): boolean =>
  low !== null && high !== null && (low > 0 || high < 0);

/** What a correlation of score and length means for answers, and whether it is sure that there is one. */
export function lengthWords(correlation: Estimate): string {
  const words = text.rewards.lengthWords;
  const size = Math.abs(correlation.value);
  const strength = size < 0.1 ? 'hardly' : size < 0.3 ? 'little' : size < 0.5 ? 'clearly' : 'strongly';
  const said = words[strength](correlation.value > 0);
  return strength === 'hardly' || isDecided(correlation) ? said : `${said} ${words.unsure}`;
}

/** The name of a source of comparisons. */
export const sourceName = (source: string): string => text.rewards.sources[source] ?? source;

/** The rules of thumb that a reward model is measured by, in the order they are shown. */
export const rules = ['longer', 'first', 'cosine'] as const;

type Judged = Pick<RewardModel['heldOut'] | RewardEvaluation, 'accuracy' | 'baselines'>;

/** What the best rule of thumb gets right. */
export const bestRule = ({ baselines }: Judged): RewardEvaluation['accuracy'] =>
  rules
    .map((rule) => baselines[rule])
    .reduce((best, one) => ((valueOf(one) ?? 0) > (valueOf(best) ?? 0) ? one : best));

/** Whether a model is right more often than every rule of thumb on the same pairs, and whether that can be chance. */
export function standing(judged: Judged): 'ahead' | 'maybeAhead' | 'notAhead' {
  const best = valueOf(bestRule(judged)) ?? 0;
  if ((valueOf(judged.accuracy) ?? 0) <= best) return 'notAhead';
  return judged.accuracy.low > best ? 'ahead' : 'maybeAhead';
}
