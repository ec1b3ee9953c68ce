import type { demonstrationRoutes, episodeRoutes, practiceRoutes } from '@rookery/shared/api';
import type { ProjectCaller, SamplingCaller } from '../../access/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { memberOf, readAssignment } from '../tasks/index.ts';
import { reportActivity } from './activity.ts';
import { submitAnswer } from './answers.ts';
import { sendCommand } from './commands.ts';
import type { EpisodeContext } from './context.ts';
import { listDemonstrations } from './demonstrations.ts';
import { listDraftVersions, readDraftVersion, saveDraft } from './drafts.ts';
import { endPractice, readPractice, startPractice } from './practice.ts';
import { replayEpisode } from './replay.ts';
import { getObservation, getScreenMarks, previewQuote } from './screen.ts';
import { getEpisode, startEpisode } from './start.ts';

/** The member that a caller acts as; null: a lead who is none, or a model worker. */
const viewerOf = (caller: ProjectCaller | SamplingCaller): string | null =>
  'memberId' in caller ? caller.memberId : null;

export const episodeHandlers = (
  deps: Dependencies,
  context: EpisodeContext,
): Handlers<typeof episodeRoutes & typeof practiceRoutes> => {
  return {
    startEpisode: ({ caller, body }) => startEpisode(context, { ...memberOf(caller), ...body }),
    getEpisode: ({ caller, params }) => getEpisode(context, { ...params, viewerId: viewerOf(caller) }),
    sendCommand: ({ caller, params, body }) =>
      sendCommand(context, { ...params, ...body, memberId: viewerOf(caller) }),
    previewQuote: ({ params, body }) => previewQuote(context, { ...params, ...body }),
    getObservation: ({ params }) => getObservation(context, params),
    getScreenMarks: ({ params, query }) => getScreenMarks(context, { ...params, ...query }),
    saveDraft: ({ caller, params, body }) => saveDraft(context, { ...memberOf(caller), ...params, ...body }),
    listDraftVersions: ({ params }) => listDraftVersions(deps.db, params),
    getDraftVersion: ({ params }) => readDraftVersion(deps.db, params),
    submitAnswer: async ({ caller, params, body }) => {
      const { projectId } = params;
      const { assignmentId } = await submitAnswer(context, { ...memberOf(caller), ...params, ...body });
      return readAssignment(deps.db, { projectId, assignmentId, now: deps.clock() });
    },
    reportActivity: ({ caller, params, body }) =>
      reportActivity(context, { ...memberOf(caller), ...params, ...body }),
    getPractice: ({ caller }) => readPractice(deps, memberOf(caller)),
    startPractice: ({ caller, body }) => startPractice(context, { ...memberOf(caller), ...body }),
    endPractice: ({ caller, body }) => endPractice(deps, { ...memberOf(caller), ...body }),
  };
};

export const demonstrationHandlers = (deps: Dependencies): Handlers<typeof demonstrationRoutes> => ({
  listDemonstrations: async ({ params, query }) => {
    const readAt = deps.clock().toISOString();
    return { ...(await listDemonstrations(deps.db, { ...params, ...query })), readAt };
  },
  replayEpisode: ({ params }) => replayEpisode(deps, params),
});
