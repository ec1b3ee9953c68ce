import { z } from 'zod';
import { idSchema, projectParams } from './common.ts';
import { acceptedStandings, reviewStandingSchema } from './demonstrations.ts';
import { jobSchema } from './jobs.ts';
import { formNameSchema } from './pairs.ts';
import { defineRoutes } from './route.ts';

/** What an export of comparisons holds. */
export const exportComparisonsOptionsSchema = z
  .object({
    format: z
      .enum(['webgpt', 'webgpt-flat', 'full'])
      .describe(
        '`webgpt`: lines as in openai/webgpt_comparisons; `webgpt-flat`: as its Hugging Face loader gives them.',
      ),
    combine: z
      .enum(['each', 'mean'])
      .default('each')
      .describe(
        'A line per comparison, or per pair with the mean over its raters; `full` is always per comparison.',
      ),
    form: formNameSchema.default('webgpt-five'),
    people: z.boolean().default(true).describe("People's comparisons."),
    programs: z.boolean().default(false).describe("Simulated raters' comparisons."),
    imports: z
      .union([z.enum(['none', 'all']), z.array(idSchema).min(1).max(100)])
      .default('none')
      .describe('Imported comparisons: none, all, or those of some imports.'),
    includeSurplus: z.boolean().default(false).describe('Those that came after their place was taken.'),
    includeCalibration: z.boolean().default(true),
    includeExcluded: z
      .boolean()
      .default(false)
      .describe('In `full` alone: those that a lead took out, marked so.'),
  })
  .refine(
    ({ people, programs, imports }) => people || programs || imports !== 'none',
    'names nobody whose comparisons to export',
  )
  .meta({ id: 'ExportComparisonsOptions' });
export type ExportComparisonsOptions = z.output<typeof exportComparisonsOptionsSchema>;

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
  createComparisonExport: {
    method: 'POST',
    path: '/api/projects/:projectId/comparison-exports',
    summary:
      'Export comparisons: in the shapes of openai/webgpt_comparisons, or with everything that is known of them',
    tag: 'exports',
    access: { project: ['lead'] },
    params: projectParams,
    body: exportComparisonsOptionsSchema,
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
