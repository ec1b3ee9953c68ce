import type { reviewRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { readDemonstration } from '../episodes/index.ts';
import { reviewDemonstrations } from './many.ts';
import { reviewDemonstration } from './one.ts';
import { nextToReview } from './queue.ts';

export const reviewHandlers = (deps: Dependencies): Handlers<typeof reviewRoutes> => ({
  reviewDemonstration: async ({ params, body, caller }) => {
    await reviewDemonstration(deps, { ...params, ...body, actorId: caller.person.id });
    return readDemonstration(deps.db, params);
  },
  reviewDemonstrations: ({ params, body, caller }) =>
    reviewDemonstrations(deps, { ...params, ...body, actorId: caller.person.id }),
  nextToReview: ({ params, query }) => nextToReview(deps.db, { ...params, ...query }),
});
