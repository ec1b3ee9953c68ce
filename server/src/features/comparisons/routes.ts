import type { comparisonRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

export const comparisonHandlers = (_deps: Dependencies): Handlers<typeof comparisonRoutes> => ({
  listComparisons: () => {
    throw new Error('to be built');
  },
  getComparisonProgress: () => {
    throw new Error('to be built');
  },
  getRatingDistributions: () => {
    throw new Error('to be built');
  },
  getAgreement: () => {
    throw new Error('to be built');
  },
  listRaters: () => {
    throw new Error('to be built');
  },
  listComparisonImports: () => {
    throw new Error('to be built');
  },
  getComparison: () => {
    throw new Error('to be built');
  },
  excludeComparison: () => {
    throw new Error('to be built');
  },
});
