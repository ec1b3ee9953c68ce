import type { simulationRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { createSimulatedMember } from './service.ts';

export const simulationHandlers = (deps: Dependencies): Handlers<typeof simulationRoutes> => ({
  createSimulatedMember: ({ params, body, caller }) =>
    createSimulatedMember(deps, { ...params, ...body, actorId: caller.person.id }),
});
