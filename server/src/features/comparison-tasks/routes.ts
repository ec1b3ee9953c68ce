import type { comparisonTaskRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { memberOf } from '../tasks/index.ts';
import { claimComparison } from './claim.ts';
import { saveDraft } from './drafts.ts';
import { extendLease, releaseComparison, reportActivity } from './leases.ts';
import { loadTask, presentTask } from './load.ts';
import { endPractice, listOwnComparisons, readOwnStatistics, readPractice } from './own.ts';
import type { ComparisonKey } from './state.ts';
import { submitComparison } from './submit.ts';

export const comparisonTaskHandlers = (deps: Dependencies): Handlers<typeof comparisonTaskRoutes> => {
  const read = async (key: ComparisonKey) => presentTask(await loadTask(deps.db, key), deps.clock());
  return {
    claimComparison: async ({ caller }) => {
      const { comparisonId, reason } = await claimComparison(deps, memberOf(caller));
      if (comparisonId === null) return { comparison: null, reason };
      return { comparison: await read({ projectId: caller.projectId, comparisonId }), reason };
    },
    listOwnComparisons: ({ caller, query }) =>
      listOwnComparisons(deps.db, { ...memberOf(caller), ...query, now: deps.clock() }),
    getOwnComparisonStatistics: ({ caller, query }) =>
      readOwnStatistics(deps.db, { ...memberOf(caller), ...query, now: deps.clock() }),
    getOwnComparison: ({ params }) => read(params),
    saveComparisonDraft: ({ caller, params, body }) =>
      saveDraft(deps, { ...memberOf(caller), ...params, ...body }),
    submitComparison: ({ caller, params, body }) =>
      submitComparison(deps, { ...memberOf(caller), ...params, ...body }),
    extendComparisonLease: async ({ caller, params }) => {
      await extendLease(deps, { ...memberOf(caller), ...params });
      return read(params);
    },
    releaseComparison: async ({ caller, params, body }) => {
      await releaseComparison(deps, { ...memberOf(caller), ...params, ...body });
      return read(params);
    },
    reportComparisonActivity: ({ caller, params, body }) =>
      reportActivity(deps, { ...memberOf(caller), ...params, ...body }),
    getComparisonPractice: ({ caller }) => readPractice(deps.db, memberOf(caller)),
    endComparisonPractice: async ({ caller, body }) => {
      await endPractice(deps, { ...memberOf(caller), ...body });
    },
  };
};
