import type { Estimate, ShareOf } from '@rookery/shared/api';
import { percent } from './table.ts';

/** How often something was right, with its 95 % interval: `61.2 % (58.0 – 64.4)`; a dash of nothing. */
export function shareWithInterval({ right, of, low, high }: ShareOf): string {
  return of === 0 ? '–' : `${percent(right / of)} (${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)})`;
}

/** A share alone; a dash of nothing. */
export const shareAlone = ({ right, of }: ShareOf): string => (of === 0 ? '–' : percent(right / of));

/** A figure with its 95 % interval, where it has one: `0.652 (0.630 – 0.674)`. */
export function withInterval({ value, low, high }: Estimate, digits = 3): string {
  const range = low === null || high === null ? '' : ` (${low.toFixed(digits)} – ${high.toFixed(digits)})`;
  return value.toFixed(digits) + range;
}

/** A score with its sign: above 0 is better than what the zero stands for. */
export const signed = (value: number, digits = 2): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
