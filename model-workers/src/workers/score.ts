import type { JobHandler } from './index.ts';

export const score: JobHandler = () => {
  throw new Error('Not built yet.');
};
