import type { ShareOf } from '@rookery/shared/api';
import { formatPercent } from '../../format.ts';
import { text } from '../../text.ts';

/** The share itself, from 0 to 1; null where it is of nothing. */
export const valueOf = ({ right, of }: Pick<ShareOf, 'right' | 'of'>): number | null =>
  of === 0 ? null : right / of;

/** `61 %`, or a dash where it is of nothing. */
export function shareWords(share: Pick<ShareOf, 'right' | 'of'>): string {
  const value = valueOf(share);
  return value === null ? text.units.none : formatPercent(value);
}

/** `55–67 %`: its 95 % interval. */
export function intervalWords({ low, high, of }: ShareOf): string {
  if (of === 0) return '';
  return text.policies.accuracy.interval(String(Math.round(low * 100)), formatPercent(high));
}

/** A share with its interval as a point of a line. */
export const sharePoint = (
  x: number,
  share: ShareOf,
): { x: number; y: number; low: number; high: number } => ({
  x,
  y: valueOf(share) ?? 0,
  low: share.low,
  high: share.high,
});

/** Whether the policy is better than both rules of thumb on the same decisions. */
export function beatsBaselines(accuracy: {
  policy: ShareOf;
  mostFrequent: ShareOf;
  lexical: ShareOf;
}): boolean {
  const best = Math.max(valueOf(accuracy.mostFrequent) ?? 0, valueOf(accuracy.lexical) ?? 0);
  return (valueOf(accuracy.policy) ?? 0) > best;
}
