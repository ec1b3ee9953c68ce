import { z } from 'zod';
import { projectParams } from './common.ts';
import { acceptedStandings, reviewStandingSchema } from './demonstrations.ts';
import { jobSchema } from './jobs.ts';
import { defineRoutes } from './route.ts';

export const exportRoutes = defineRoutes({
  createExport: {
    method: 'POST',
    path: '/api/projects/:projectId/exports',
    summary: 'Export demonstrations: prompt and completion rows per step and answer, or whole episodes',
    tag: 'exports',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      format: z.enum(['steps', 'episodes']),
      includeInvalidSteps: z
        .boolean()
        .default(false)
        .describe('Steps format: keep invalid actions of people.'),
      standings: z
        .array(reviewStandingSchema)
        .min(1)
        .default([...acceptedStandings])
        .describe('Which demonstrations, by where they stand in the review.'),
    }),
    status: 202,
    answer: jobSchema,
  },
  createVerification: {
    method: 'POST',
    path: '/api/projects/:projectId/verifications',
    summary: 'Replay every episode over its stored pages and compare every observation’s SHA-256',
    tag: 'episodes',
    access: { project: ['lead'] },
    params: projectParams,
    status: 202,
    answer: jobSchema,
  },
});
