import { z } from 'zod';
import { idSchema, projectParams } from './common.ts';
import { episodeSchema } from './episodes.ts';
import { defineRoutes } from './route.ts';

/** What became of a person's guided first task in a project. */
export const practiceStates = ['offered', 'skipped', 'done'] as const;
export type PracticeState = (typeof practiceStates)[number];

export const practiceSchema = z
  .object({
    state: z.enum(practiceStates),
    isOffered: z.boolean().describe('Neither done nor skipped, before the first task.'),
    isAvailable: z.boolean().describe('Whether there is a question to practise on.'),
    episodeId: idSchema.nullable().describe('Of the practice that is under way.'),
  })
  .meta({ id: 'Practice' });
export type Practice = z.infer<typeof practiceSchema>;

export const practiceRoutes = defineRoutes({
  getPractice: {
    method: 'GET',
    path: '/api/projects/:projectId/practice',
    summary: 'Whether the guided first task is offered to this person, or under way',
    tag: 'practice',
    access: { project: ['demonstrator'] },
    params: projectParams,
    status: 200,
    answer: practiceSchema,
  },
  startPractice: {
    method: 'POST',
    path: '/api/projects/:projectId/practice',
    summary:
      'Start the guided first task: a real episode that counts nowhere. One under way is gone on with, unless it is begun again',
    tag: 'practice',
    access: { project: ['demonstrator'] },
    params: projectParams,
    body: z.object({ again: z.boolean().default(false) }),
    status: 200,
    answer: episodeSchema,
    errors: ['wrong_state'],
  },
  endPractice: {
    method: 'PUT',
    path: '/api/projects/:projectId/practice',
    summary: 'End the guided first task, or skip it',
    tag: 'practice',
    access: { project: ['demonstrator'] },
    params: projectParams,
    body: z.object({ state: z.enum(['skipped', 'done']) }),
    status: 200,
    answer: practiceSchema,
  },
});
