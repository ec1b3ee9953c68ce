import type { samplingJobRoutes, samplingRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';

const later = (): never => {
  throw new Error('to be built');
};

export const samplingHandlers = (_deps: Dependencies): Handlers<typeof samplingRoutes> => ({
  estimateSampling: later,
  createSamplingPlan: later,
  listSamplingPlans: later,
  getSamplingPlan: later,
  pauseSamplingPlan: later,
  resumeSamplingPlan: later,
  cancelSamplingPlan: later,
  listSamples: later,
  replaySample: later,
});

export const samplingJobHandlers = (_deps: Dependencies): Handlers<typeof samplingJobRoutes> => ({
  getSamplingJob: later,
  downloadSamplingModel: later,
  beginSample: later,
  submitSample: later,
});
