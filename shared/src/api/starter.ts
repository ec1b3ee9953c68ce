import { z } from 'zod';
import { nameSchema } from './common.ts';
import { projectSchema } from './projects.ts';
import { defineRoutes } from './route.ts';

export const starterRoutes = defineRoutes({
  createStarterProject: {
    method: 'POST',
    path: '/api/starter-projects',
    summary:
      'Make a project like the starter project, led by its maker, in which simulated people may work; its imports are jobs',
    tag: 'projects',
    access: 'admin',
    body: z.object({ name: nameSchema }),
    status: 201,
    answer: projectSchema,
    errors: ['already_exists'],
  },
});
