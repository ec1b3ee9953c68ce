import type { Reading } from './reading.ts';

/** Features that are worked out together. */
export interface FeatureGroup {
  /** In the order of the numbers. */
  features: readonly { name: string; description: string }[];
  /** Finite numbers, whatever the reading. */
  of: (reading: Reading) => number[];
}
