import type { JobProcessor } from '../jobs/index.ts';

export const choosePairs: JobProcessor = () => {
  throw new Error('Not built yet.');
};
