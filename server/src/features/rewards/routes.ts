import type { rewardJobRoutes, rewardRoutes } from '@rookery/shared/api';
import type { FastifyReply } from 'fastify';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { listArtifacts } from '../models/index.ts';
import { rankAnswers } from './ask.ts';
import { readBestOf } from './best-of-n.ts';
import { listRewardPairs } from './pairs.ts';
import { listScoredAnswers } from './scored-answers.ts';
import { scoreAnswers, storeScores } from './scoring.ts';
import { previewTraining, trainRewardModel } from './train.ts';
import { getRewardJob, jobModelFile, listRewardAnswers, listRewardJobPairs } from './training-job.ts';
import { listModels, readModel, rewardModelFile } from './versions.ts';

/** @param closing aborted when the server begins to close: requests that wait are ended then */
export const rewardHandlers = (deps: Dependencies, closing: AbortSignal): Handlers<typeof rewardRoutes> => ({
  listRewardModels: ({ params, query }) => listModels(deps.db, { ...params, ...query }),
  getRewardModel: ({ params }) => readModel(deps.db, params),
  downloadRewardModel: ({ params }) => rewardModelFile(deps, params),
  previewRewardTraining: ({ params, body }) => previewTraining(deps.db, { ...params, settings: body }),
  trainRewardModel: ({ params, body, caller }) =>
    trainRewardModel(deps, { ...params, ...body, actorId: caller.person.id }),
  listRewardPairs: ({ params, query }) => listRewardPairs(deps.db, { ...params, ...query }),
  scoreAnswers: ({ params, body, caller }) =>
    scoreAnswers(deps, { ...params, ...body, actorId: caller.person.id }),
  listScoredAnswers: ({ params, query }) => listScoredAnswers(deps, { ...params, ...query }),
  getBestOf: ({ params, query }) => readBestOf(deps.db, { ...params, ...query }),
  scoreAnswer: async ({ params, body, caller, reply }) => {
    const { question, wait, ...answer } = body;
    const asked = { ...params, question, answers: [answer], wait, actorId: caller.person.id };
    const { model, ranking } = await rankAnswers(deps, { ...asked, signal: whileWaiting(reply, closing) });
    const { score, uncertainty } = ranking[0]!;
    return { model, score, uncertainty };
  },
  rankAnswers: ({ params, body, caller, reply }) =>
    rankAnswers(deps, {
      ...params,
      ...body,
      actorId: caller.person.id,
      signal: whileWaiting(reply, closing),
    }),
  listArtifacts: ({ query }) => listArtifacts(deps, query),
});

export const rewardJobHandlers = (deps: Dependencies): Handlers<typeof rewardJobRoutes> => ({
  getRewardJob: ({ params, caller }) => getRewardJob(deps, { ...params, tokenId: caller.tokenId }),
  listRewardAnswers: ({ params, query, caller }) =>
    listRewardAnswers(deps, { ...params, ...query, tokenId: caller.tokenId }),
  listRewardJobPairs: ({ params, query, caller }) =>
    listRewardJobPairs(deps, { ...params, ...query, tokenId: caller.tokenId }),
  downloadJobRewardModel: ({ params, caller }) => jobModelFile(deps, { ...params, tokenId: caller.tokenId }),
  storeScores: ({ params, body, caller }) =>
    storeScores(deps, { jobId: params.jobId, ...body, tokenId: caller.tokenId }),
});

/** Aborted when the client closes the connection before it has its answer, or the server closes. */
function whileWaiting(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closing]);
}
