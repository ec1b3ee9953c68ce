import type { roundRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { cancelRound, closeRound, trainRound } from './control.ts';
import { readLineage } from './lineage.ts';
import { openRound } from './open.ts';
import { listRoundEvents, listRounds, readRound } from './present.ts';

export const roundHandlers = (deps: Dependencies): Handlers<typeof roundRoutes> => ({
  openRound: ({ params, body: { name, ...options }, caller }) =>
    openRound(deps, { ...params, name, options, actorId: caller.person.id }),
  listRounds: ({ params, query }) => listRounds(deps, { ...params, ...query }),
  getRound: ({ params }) => readRound(deps, params),
  listRoundEvents: ({ params }) => listRoundEvents(deps.db, params),
  trainRound: ({ params, caller }) => trainRound(deps, { ...params, actorId: caller.person.id }),
  closeRound: ({ params, caller }) => closeRound(deps, { ...params, actorId: caller.person.id }),
  cancelRound: ({ params, caller }) => cancelRound(deps, { ...params, actorId: caller.person.id }),
  getPairLineage: ({ params }) => readLineage(deps.db, params),
});
