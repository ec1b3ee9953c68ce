import type { JobProcessor } from '../jobs/index.ts';

export const importAnswers: JobProcessor = async () => {
  throw new Error('to be built');
};
