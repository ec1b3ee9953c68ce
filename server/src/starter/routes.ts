import type { starterRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../dependencies.ts';
import { orNameTaken, presentProject } from '../features/projects/index.ts';
import type { Handlers } from '../http/handlers.ts';
import { insertStarterProject, loadStarter } from './load.ts';

export const starterHandlers = (deps: Dependencies): Handlers<typeof starterRoutes> => ({
  async createStarterProject({ body: { name }, caller }) {
    const maker = { makerId: caller.person.id, actorId: caller.person.id, at: deps.clock() };
    const row = await orNameTaken(name, () =>
      deps.db.transaction((tx) => insertStarterProject(tx, { name, ...maker })),
    );
    await loadStarter(deps);
    return presentProject(row, { isLead: true });
  },
});
