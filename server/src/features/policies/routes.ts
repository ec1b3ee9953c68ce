import type { policyRoutes, trainingJobRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { listTrainingDemonstrations } from './demonstrations.ts';
import { storeModel } from '../models/index.ts';
import { modelFile } from './model-file.ts';
import { trainRanker } from './train.ts';
import { previewTraining } from './training-set.ts';
import { createEndpointVersion, listVersions, readVersion } from './versions.ts';

export const policyHandlers = (deps: Dependencies): Handlers<typeof policyRoutes> => ({
  listPolicyVersions: ({ params, query }) => listVersions(deps.db, { ...params, ...query }),
  getPolicyVersion: ({ params }) => readVersion(deps.db, params),
  downloadPolicyModel: ({ params }) => modelFile(deps, params),
  previewTraining: ({ params }) => previewTraining(deps.db, params.projectId),
  trainRanker: ({ params, body, caller }) =>
    trainRanker(deps, { ...params, ...body, actorId: caller.person.id }),
  createEndpointPolicy: ({ params, body, caller }) =>
    createEndpointVersion(deps, { ...params, ...body, actorId: caller.person.id }),
});

export const trainingJobHandlers = (deps: Dependencies): Handlers<typeof trainingJobRoutes> => ({
  listTrainingDemonstrations: ({ params, query, caller }) =>
    listTrainingDemonstrations(deps, { ...params, ...query, tokenId: caller.tokenId }),
  uploadModel: ({ params, query, body, caller }) =>
    storeModel(deps, {
      jobId: params.jobId,
      attemptToken: query.attemptToken,
      tokenId: caller.tokenId,
      content: body,
    }),
});
