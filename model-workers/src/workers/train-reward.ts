import type { JobHandler } from './index.ts';

export const trainReward: JobHandler = () => {
  throw new Error('Not built yet.');
};
