import type { comparisonRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { excludeComparison, restoreComparison } from '../comparison-tasks/index.ts';
import { createAgreementReader } from './agreement.ts';
import { readDistributions } from './distributions.ts';
import { listComparisonImports, listComparisons, readComparison } from './list.ts';
import { getComparison } from './one.ts';
import { readProgress } from './progress.ts';
import { listRaters } from './raters.ts';

export const comparisonHandlers = (deps: Dependencies): Handlers<typeof comparisonRoutes> => {
  const { db } = deps;
  const readAgreement = createAgreementReader(db);
  return {
    listComparisons: ({ params, query }) => listComparisons(db, { ...params, ...query, now: deps.clock() }),
    getComparisonProgress: ({ params, query }) => readProgress(deps, { ...params, ...query }),
    getRatingDistributions: ({ params, query }) => readDistributions(db, { ...params, ...query }),
    getAgreement: ({ params, query }) => readAgreement({ ...params, ...query }),
    listRaters: ({ params }) => listRaters(db, { ...params, now: deps.clock() }),
    listComparisonImports: ({ params }) => listComparisonImports(db, params.projectId),
    getComparison: ({ params }) => getComparison(db, { ...params, now: deps.clock() }),
    excludeComparison: async ({ params, body, caller }) => {
      const change = body.excluded ? excludeComparison : restoreComparison;
      await change(deps, { ...params, actorId: caller.person.id, reason: body.reason });
      return readComparison(db, { ...params, now: deps.clock() });
    },
  };
};
