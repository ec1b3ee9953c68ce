import type { samplingJobRoutes, samplingRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import type { EpisodeContext } from '../episodes/index.ts';
import { beginSample } from './begin.ts';
import { cancelPlan, pausePlan, resumePlan } from './control.ts';
import { createSamplingPlan } from './create.ts';
import { estimateSampling } from './estimate.ts';
import { listPlans, readPlan } from './plans.ts';
import { replaySample } from './replay.ts';
import { listSamples } from './samples.ts';
import { getSamplingJob, samplingModel } from './sampling-job.ts';
import { submitSample } from './submit.ts';

export const samplingHandlers = (deps: Dependencies): Handlers<typeof samplingRoutes> => ({
  estimateSampling: ({ params, body }) => estimateSampling(deps, { ...params, options: body }),
  createSamplingPlan: ({ params, body: { name, ...options }, caller }) =>
    createSamplingPlan(deps, { ...params, name, options, actorId: caller.person.id }),
  listSamplingPlans: ({ params, query }) => listPlans(deps, { ...params, ...query }),
  getSamplingPlan: ({ params }) => readPlan(deps, params),
  pauseSamplingPlan: ({ params, caller }) => pausePlan(deps, { ...params, actorId: caller.person.id }),
  resumeSamplingPlan: ({ params, caller }) => resumePlan(deps, { ...params, actorId: caller.person.id }),
  cancelSamplingPlan: ({ params, caller }) => cancelPlan(deps, { ...params, actorId: caller.person.id }),
  listSamples: ({ params, query }) => listSamples(deps.db, { ...params, ...query }),
  replaySample: ({ params, query }) => replaySample(deps, { ...params, draw: query.draw }),
});

export const samplingJobHandlers = (
  deps: Dependencies,
  context: EpisodeContext,
): Handlers<typeof samplingJobRoutes> => ({
  getSamplingJob: ({ params, caller }) => getSamplingJob(deps, { ...params, tokenId: caller.tokenId }),
  downloadSamplingModel: ({ params, caller }) => samplingModel(deps, { ...params, tokenId: caller.tokenId }),
  beginSample: ({ params, body, caller }) =>
    beginSample(deps, context, { ...params, ...body, tokenId: caller.tokenId }),
  submitSample: ({ params, body, caller }) =>
    submitSample(deps, { ...params, ...body, tokenId: caller.tokenId }),
});
