import type { answerRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

export const answerHandlers = (_deps: Dependencies): Handlers<typeof answerRoutes> => ({
  listAnswers: () => {
    throw new Error('to be built');
  },
  listAnswerSources: () => {
    throw new Error('to be built');
  },
});
