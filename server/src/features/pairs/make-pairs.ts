import type { JobProcessor } from '../jobs/index.ts';

export const makePairs: JobProcessor = async () => {
  throw new Error('to be built');
};
