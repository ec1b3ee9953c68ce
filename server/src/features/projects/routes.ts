import { ApiError, type projectRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { readOverview } from './overview.ts';
import { findProject, listProjectRows, presentProject } from './queries.ts';
import { createProject, updateProject } from './service.ts';

export const projectHandlers = (deps: Dependencies): Handlers<typeof projectRoutes> => ({
  listProjects: async ({ caller }) => {
    const { person, onlyProjectId } = caller;
    const rows = await listProjectRows(deps.db, person.isAdmin ? 'all' : { personId: person.id });
    return rows
      .filter(({ id }) => onlyProjectId === null || id === onlyProjectId)
      .map((row) => presentProject(row, row));
  },

  createProject: ({ body, caller }) => createProject(deps, { name: body.name, actorId: caller.person.id }),

  getProject: async ({ params, caller }) => {
    const row = await findProject(deps.db, params.projectId);
    if (!row) throw new ApiError('not_found', 'There is no such project.');
    return presentProject(row, { isLead: caller.roles.includes('lead') });
  },

  updateProject: ({ params, body, caller }) =>
    updateProject(deps, { ...body, projectId: params.projectId, actorId: caller.person.id }),

  getProjectOverview: ({ params }) => readOverview(deps, params.projectId),
});
