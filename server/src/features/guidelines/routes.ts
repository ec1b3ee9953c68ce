import type { guidelinesRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { listVersions, markSeen, readGuidelines, readVersion, writeGuidelines } from './service.ts';

export const guidelinesHandlers = (deps: Dependencies): Handlers<typeof guidelinesRoutes> => ({
  getGuidelines: ({ caller, params, query }) =>
    readGuidelines(deps, { ...params, ...query, memberId: caller.memberId }),
  getGuidelinesVersion: ({ params, query }) => readVersion(deps, { ...params, ...query }),
  listGuidelinesVersions: ({ params, query }) => listVersions(deps, { ...params, ...query }),
  writeGuidelines: ({ caller, params, body }) =>
    writeGuidelines(deps, { ...params, ...body, actorId: caller.person.id }),
  markGuidelinesSeen: async ({ caller, params, body }) => {
    await markSeen(deps, { ...params, ...body, memberId: caller.memberId });
  },
});
