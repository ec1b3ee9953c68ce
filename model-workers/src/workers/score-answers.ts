import type { JobHandler } from './index.ts';

export const scoreAnswers: JobHandler = () => {
  throw new Error('Not built yet.');
};
