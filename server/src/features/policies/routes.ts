import type { policyRoutes, trainingJobRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

const later = (): never => {
  throw new Error('to be built');
};

export const policyHandlers = (_deps: Dependencies): Handlers<typeof policyRoutes> => ({
  listPolicyVersions: later,
  getPolicyVersion: later,
  downloadPolicyModel: later,
  previewTraining: later,
  trainRanker: later,
  createEndpointPolicy: later,
});

export const trainingJobHandlers = (_deps: Dependencies): Handlers<typeof trainingJobRoutes> => ({
  listTrainingDemonstrations: later,
  uploadModel: later,
});
