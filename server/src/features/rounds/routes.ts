import type { roundRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

export const roundHandlers = (_deps: Dependencies): Handlers<typeof roundRoutes> => ({
  openRound: () => notBuilt(),
  listRounds: () => notBuilt(),
  getRound: () => notBuilt(),
  listRoundEvents: () => notBuilt(),
  trainRound: () => notBuilt(),
  closeRound: () => notBuilt(),
  cancelRound: () => notBuilt(),
  getPairLineage: () => notBuilt(),
});

const notBuilt = (): never => {
  throw new Error('Not built yet.');
};
