import type { pairRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

export const pairHandlers = (_deps: Dependencies): Handlers<typeof pairRoutes> => ({
  previewPairing: () => {
    throw new Error('to be built');
  },
  createPairing: () => {
    throw new Error('to be built');
  },
  listPairings: () => {
    throw new Error('to be built');
  },
  createPair: () => {
    throw new Error('to be built');
  },
  listPairs: () => {
    throw new Error('to be built');
  },
  changePairs: () => {
    throw new Error('to be built');
  },
  getPair: () => {
    throw new Error('to be built');
  },
});
