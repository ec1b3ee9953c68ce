import type { comparisonTaskRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

export const comparisonTaskHandlers = (_deps: Dependencies): Handlers<typeof comparisonTaskRoutes> => ({
  claimComparison: () => {
    throw new Error('to be built');
  },
  listOwnComparisons: () => {
    throw new Error('to be built');
  },
  getOwnComparisonStatistics: () => {
    throw new Error('to be built');
  },
  getOwnComparison: () => {
    throw new Error('to be built');
  },
  saveComparisonDraft: () => {
    throw new Error('to be built');
  },
  submitComparison: () => {
    throw new Error('to be built');
  },
  extendComparisonLease: () => {
    throw new Error('to be built');
  },
  releaseComparison: () => {
    throw new Error('to be built');
  },
  reportComparisonActivity: () => {
    throw new Error('to be built');
  },
  getComparisonPractice: () => {
    throw new Error('to be built');
  },
  endComparisonPractice: () => {
    throw new Error('to be built');
  },
});
