import type { JobProcessor } from '../jobs/index.ts';

export const exportComparisons: JobProcessor = async () => {
  throw new Error('to be built');
};
