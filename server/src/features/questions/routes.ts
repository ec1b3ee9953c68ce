import type { questionRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { listQuestions, listQuestionSets, readQuestion } from './queries.ts';
import { updateQuestion, updateQuestions } from './service.ts';

export const questionHandlers = (deps: Dependencies): Handlers<typeof questionRoutes> => ({
  listQuestions: ({ params, query }) => listQuestions(deps.db, { ...params, ...query }),
  updateQuestions: ({ params, body, caller }) =>
    updateQuestions(deps, { ...params, ...body, actorId: caller.person.id }),
  listQuestionSets: ({ params }) => listQuestionSets(deps.db, params.projectId),
  getQuestion: ({ params }) => readQuestion(deps.db, params),
  updateQuestion: ({ params, body, caller }) =>
    updateQuestion(deps, { ...params, change: body, actorId: caller.person.id }),
});
