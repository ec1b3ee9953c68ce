import { z } from 'zod';
import { nameSchema, projectParams } from './common.ts';
import { formNameSchema } from './pairs.ts';
import { memberSchema } from './people.ts';
import { defineRoutes } from './route.ts';

/** What simulated people can be; a program leads no project. */
export const simulatedRoles = ['demonstrator', 'rater'] as const;

export const simulationRoutes = defineRoutes({
  createSimulatedMember: {
    method: 'POST',
    path: '/api/projects/:projectId/simulated-members',
    summary:
      'Add a simulated person and a token to act as them; the same name again is the same one with a new token',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      name: nameSchema,
      role: z.enum(simulatedRoles),
      ratingForm: formNameSchema.default('webgpt-five').describe('Of a rater.'),
    }),
    status: 201,
    answer: z.object({
      member: memberSchema,
      token: z.string().describe('Of this project alone; shown only once. Tokens made before stop working.'),
    }),
    errors: ['wrong_state'],
  },
});
