import type { answerRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { listAnswers, listAnswerSources } from './queries.ts';

export const answerHandlers = (deps: Dependencies): Handlers<typeof answerRoutes> => ({
  listAnswers: ({ params, query }) => listAnswers(deps.db, { ...params, ...query }),
  listAnswerSources: ({ params }) => listAnswerSources(deps.db, params.projectId),
});
