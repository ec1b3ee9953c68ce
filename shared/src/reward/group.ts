import type { Reading } from './reading.ts';

/** Features that are worked out together. */
export interface FeatureGroup {
  /** In the order of the numbers. */
  features: readonly { name: string; description: string }[];
  of: (reading: Reading) => number[];
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
export const least = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.min(...values));
export const most = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.max(...values));
/** 0 where there is nothing to have a share of. */
export const share = (part: number, of: number): number => (of === 0 ? 0 : part / of);
export const shareOf = <T>(items: readonly T[], is: (item: T) => boolean): number =>
  share(items.filter(is).length, items.length);
