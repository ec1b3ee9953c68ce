import type { taskRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { memberOf } from './assignments.ts';
import { claimTask } from './claim.ts';
import { extendLease, releaseAssignment } from './leases.ts';
import { pauseTask, resumeTask } from './pauses.ts';
import { listAssignments, readAssignment } from './queries.ts';
import { keepAnswer, reopenAnswer } from './revisions.ts';
import { readOwnStatistics } from './statistics.ts';
import { leaveTask, openTask } from './windows.ts';

export const taskHandlers = (deps: Dependencies): Handlers<typeof taskRoutes> => ({
  claimTask: async ({ caller }) => {
    const { assignmentId, reason } = await claimTask(deps, memberOf(caller));
    if (assignmentId === null) return { assignment: null, reason };
    const { projectId } = caller;
    return {
      assignment: await readAssignment(deps.db, { projectId, assignmentId, now: deps.clock() }),
      reason,
    };
  },
  listOwnAssignments: ({ caller, query }) =>
    listAssignments(deps.db, { ...memberOf(caller), ...query, now: deps.clock() }),
  getAssignment: ({ params }) => readAssignment(deps.db, { ...params, now: deps.clock() }),
  extendLease: async ({ caller, params }) => {
    await extendLease(deps, { ...memberOf(caller), ...params });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
  openTask: async ({ caller, params, body }) => {
    await openTask(deps, { ...memberOf(caller), ...params, ...body });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
  leaveTask: async ({ caller, params, body }) => {
    await leaveTask(deps, { ...memberOf(caller), ...params, ...body });
  },
  pauseTask: async ({ caller, params, body }) => {
    await pauseTask(deps, { ...memberOf(caller), ...params, ...body });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
  resumeTask: async ({ caller, params }) => {
    await resumeTask(deps, { ...memberOf(caller), ...params });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
  reopenAnswer: async ({ caller, params }) => {
    await reopenAnswer(deps, { ...memberOf(caller), ...params });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
  keepAnswer: async ({ caller, params, body }) => {
    await keepAnswer(deps, { ...memberOf(caller), ...params, ...body });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
  getOwnStatistics: ({ caller, query }) =>
    readOwnStatistics(deps.db, { ...memberOf(caller), ...query, now: deps.clock() }),
  releaseAssignment: async ({ caller, params, body }) => {
    await releaseAssignment(deps, { ...memberOf(caller), ...params, ...body });
    return readAssignment(deps.db, { ...params, now: deps.clock() });
  },
});
