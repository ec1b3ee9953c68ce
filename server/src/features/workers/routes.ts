import type { workerRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { listProjectWorkers, listWorkers } from './list.ts';
import { complete, fail, progress, reportWorker, start } from './service.ts';

export const workerHandlers = (deps: Dependencies): Handlers<typeof workerRoutes> => ({
  listWorkers: () => listWorkers(deps),
  listProjectWorkers: ({ params }) => listProjectWorkers(deps, params.projectId),
  reportWorker: ({ params, body, caller }) =>
    reportWorker(deps, { ...params, ...body, tokenId: caller.tokenId }),
  startAttempt: ({ params, body, caller }) => start(deps, { ...params, ...body, tokenId: caller.tokenId }),
  reportProgress: ({ params, body, caller }) =>
    progress(deps, { ...params, ...body, tokenId: caller.tokenId }),
  completeAttempt: ({ params, body, caller }) =>
    complete(deps, { ...params, ...body, tokenId: caller.tokenId }),
  failAttempt: ({ params, body, caller }) => fail(deps, { ...params, ...body, tokenId: caller.tokenId }),
});
