import type { JobProcessor } from '../jobs/index.ts';

export const importComparisons: JobProcessor = async () => {
  throw new Error('to be built');
};
