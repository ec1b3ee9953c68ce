import { z } from 'zod';
import { browserSettingsSchema, defaultBlockedDomains, normaliseDomain } from '../browser/index.ts';
import { idSchema, nameSchema, projectParams, timeSchema } from './common.ts';
import { defineRoutes } from './route.ts';

/** Whether simulated people may work in a project: their work is never to be mistaken for people's. */
export const simulationModes = ['refused', 'allowed'] as const;

/** Which demonstrations leads review: none (all count as accepted), a share that is drawn by lot, or all. */
export const reviewModes = ['accept-all', 'share', 'all'] as const;

/** How many domains a project can block. */
export const maxBlockedDomains = 1000;

/** Domains, each once, in the form in which they are compared. */
const blockedDomainsSchema = z
  .array(
    z
      .string()
      .max(2000)
      .overwrite((domain) => normaliseDomain(domain) ?? domain)
      .refine((domain) => normaliseDomain(domain) !== null, 'has to be a domain like reddit.com'),
  )
  .overwrite((domains) => [...new Set(domains)])
  .max(maxBlockedDomains);

/** What a project's lead sets. Every change is a new version; work records the version it was done under. */
export const projectSettingsSchema = z
  .object({
    language: z
      .enum(['simple', 'english'])
      .default('english')
      .describe('PostgreSQL text search configuration.'),
    demonstrationsPerQuestion: z.number().int().min(1).max(100).default(1),
    leaseMinutes: z
      .number()
      .int()
      .min(1)
      .max(24 * 60)
      .default(20),
    leasesPerPerson: z.number().int().min(1).max(100).default(3),
    pauseHours: z
      .number()
      .int()
      .min(1)
      .max(14 * 24)
      .default(24)
      .describe('How long a paused task is held for its person.'),
    revisionMinutes: z
      .number()
      .int()
      .min(0)
      .max(24 * 60)
      .default(30)
      .describe('How long after submitting a demonstrator may reopen the answer; 0: not at all.'),
    blockedDomains: blockedDomainsSchema
      .default([...defaultBlockedDomains])
      .describe('Domains, subdomains included, whose pages are never shown: no result, no link, no page.'),
    simulation: z
      .enum(simulationModes)
      .default('refused')
      .describe('Whether simulated people may work in this project.'),
    review: z
      .object({
        mode: z.enum(reviewModes).default('accept-all'),
        percent: z.number().int().min(1).max(99).default(10).describe('Of the demonstrations, for `share`.'),
      })
      .prefault({})
      .describe('Which demonstrations leads review. What they do not review counts as accepted.'),
    comparisons: z
      .object({
        overlap: z
          .number()
          .int()
          .min(1)
          .max(100)
          .default(1)
          .describe('Raters of a new pair, where its pairing does not say.'),
        reratedPercent: z
          .number()
          .int()
          .min(0)
          .max(100)
          .default(10)
          .describe('Share of new pairs, drawn by lot, that one rater more compares.'),
        everythingPercent: z
          .number()
          .int()
          .min(0)
          .max(100)
          .default(10)
          .describe('Share of tasks, drawn by lot, that require everything their form has.'),
        calibrationEvery: z
          .number()
          .int()
          .min(1)
          .max(100)
          .default(5)
          .describe(
            "Of so many of a rater's tasks one, drawn by lot, is a calibration pair, while there are any they have not had.",
          ),
        leaseMinutes: z
          .number()
          .int()
          .min(1)
          .max(24 * 60)
          .default(30),
        leasesPerPerson: z.number().int().min(1).max(100).default(2),
        revisionMinutes: z
          .number()
          .int()
          .min(0)
          .max(24 * 60)
          .default(30)
          .describe('How long after submitting a rater may submit another revision; 0: not at all.'),
        questionFlags: z
          .boolean()
          .default(false)
          .describe(
            'Whether raters can say that a question makes no sense or should not be answered, and skip the rest.',
          ),
      })
      .prefault({})
      .describe(
        'How answers are compared. Who does not lead the project is told the defaults of what says which pairs come when.',
      ),
    browser: browserSettingsSchema,
  })
  .meta({ id: 'ProjectSettings' });
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;

export const projectSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    settings: projectSettingsSchema,
    settingsVersion: z.number().int(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof projectSchema>;

/** Counts of the flow strip: each is a count of rows, taken now. */
export const projectOverviewSchema = z
  .object({
    questions: z.object({ total: z.number().int(), open: z.number().int() }),
    libraryPages: z.number().int(),
    demonstrations: z.object({
      submitted: z.number().int(),
      inProgress: z.number().int(),
      wanted: z.number().int(),
      submittedToday: z.number().int(),
      accepted: z.number().int().describe('Of the submitted: accepted, or not reviewed by the settings.'),
      toReview: z.number().int(),
    }),
    pairs: z.object({
      total: z.number().int().describe('Not excluded.'),
      open: z.number().int().describe('With a free place; calibration pairs left out.'),
    }),
    comparisons: z.object({
      submitted: z.number().int().describe('Holding a place of a pair that is given out.'),
      inProgress: z.number().int(),
      wanted: z.number().int().describe('Places of pairs that are neither excluded nor for calibration.'),
      submittedToday: z.number().int().describe('Calibration and surplus included.'),
    }),
    members: z.number().int(),
    workers: z.number().int().describe('Model workers seen in the last minute.'),
  })
  .meta({ id: 'ProjectOverview' });
export type ProjectOverview = z.infer<typeof projectOverviewSchema>;

export const projectRoutes = defineRoutes({
  listProjects: {
    method: 'GET',
    path: '/api/projects',
    summary: 'Projects the person belongs to; all of them for admins',
    tag: 'projects',
    access: 'signed-in',
    status: 200,
    answer: z.array(projectSchema),
  },
  createProject: {
    method: 'POST',
    path: '/api/projects',
    summary: 'Make a project, led by its maker',
    tag: 'projects',
    access: 'admin',
    body: z.object({ name: nameSchema }),
    status: 201,
    answer: projectSchema,
    errors: ['already_exists'],
  },
  getProject: {
    method: 'GET',
    path: '/api/projects/:projectId',
    summary: 'One project',
    tag: 'projects',
    access: { project: ['lead', 'demonstrator', 'rater'] },
    params: projectParams,
    status: 200,
    answer: projectSchema,
  },
  updateProject: {
    method: 'PATCH',
    path: '/api/projects/:projectId',
    summary: 'Rename, or set settings as a new version',
    tag: 'projects',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      name: nameSchema.optional(),
      settings: projectSettingsSchema.optional(),
      settingsVersion: z
        .number()
        .int()
        .optional()
        .describe('The version that was edited; a newer one in the meantime is a conflict.'),
    }),
    status: 200,
    answer: projectSchema,
    errors: ['conflict', 'already_exists'],
  },
  getProjectOverview: {
    method: 'GET',
    path: '/api/projects/:projectId/overview',
    summary: 'The counts of the flow strip',
    tag: 'projects',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: projectOverviewSchema,
  },
});
