import type { pairRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { changePairs } from './change.ts';
import { createPairing, previewPairing } from './pairing.ts';
import { listPairings, listPairs, readWholePair } from './queries.ts';
import { createPair } from './service.ts';

export const pairHandlers = (deps: Dependencies): Handlers<typeof pairRoutes> => ({
  previewPairing: ({ params, body }) => previewPairing(deps, { ...params, options: body }),
  createPairing: ({ params, body, caller }) =>
    createPairing(deps, { ...params, options: body, actorId: caller.person.id }),
  listPairings: ({ params, query }) => listPairings(deps.db, { ...params, ...query }),
  createPair: ({ params, body, caller }) =>
    createPair(deps, { ...params, ...body, actorId: caller.person.id }),
  listPairs: ({ params, query }) => listPairs(deps.db, { ...params, ...query, now: deps.clock() }),
  changePairs: ({ params, body, caller }) =>
    changePairs(deps, { ...params, ...body, actorId: caller.person.id }),
  getPair: ({ params }) => readWholePair(deps.db, { ...params, now: deps.clock() }),
});
