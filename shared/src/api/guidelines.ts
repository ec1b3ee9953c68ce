import { z } from 'zod';
import { formNames } from '../comparisons/forms.ts';
import { projectParams, textSchema, timeSchema } from './common.ts';
import { defineRoutes } from './route.ts';

/** Longest guidelines, in UTF-16 units. */
export const maxGuidelinesCharacters = 50_000;

/** Whom guidelines are for: demonstrators, or the raters of a form. */
export const guidelinesKinds = ['demonstrations', ...formNames] as const;
export const guidelinesKindSchema = z.enum(guidelinesKinds);
export type GuidelinesKind = z.infer<typeof guidelinesKindSchema>;

const kindQuery = z.object({ kind: guidelinesKindSchema.default('demonstrations') });

const versionSchema = z.number().int().min(1);

export const guidelinesSchema = z
  .object({
    version: versionSchema,
    text: z.string().describe('Markdown.'),
    note: z.string().describe('What its writer says has changed.'),
    createdAt: timeSchema,
  })
  .meta({ id: 'Guidelines' });
export type Guidelines = z.infer<typeof guidelinesSchema>;

export const guidelinesVersionSchema = guidelinesSchema
  .omit({ text: true })
  .extend({
    characters: z.number().int(),
    createdBy: z.string().nullable().describe("The writer's name; null: the text that Rookery brings."),
  })
  .meta({ id: 'GuidelinesVersion' });
export type GuidelinesVersion = z.infer<typeof guidelinesVersionSchema>;

const members = { project: ['lead', 'demonstrator', 'rater'] } as const;

export const guidelinesRoutes = defineRoutes({
  getGuidelines: {
    method: 'GET',
    path: '/api/projects/:projectId/guidelines',
    summary: 'The newest guidelines, and which version the person knows',
    tag: 'guidelines',
    access: members,
    params: projectParams,
    query: kindQuery,
    status: 200,
    answer: guidelinesSchema.extend({
      known: versionSchema
        .nullable()
        .describe(
          'The newest version that the person was shown or told of, or else the one they first worked under; null: none yet.',
        ),
    }),
  },
  getGuidelinesVersion: {
    method: 'GET',
    path: '/api/projects/:projectId/guidelines/versions/:version',
    summary: 'One version of the guidelines',
    tag: 'guidelines',
    access: members,
    params: projectParams.extend({ version: z.coerce.number().int().min(1).max(1_000_000) }),
    query: kindQuery,
    status: 200,
    answer: guidelinesSchema,
  },
  listGuidelinesVersions: {
    method: 'GET',
    path: '/api/projects/:projectId/guidelines/versions',
    summary: 'All versions of the guidelines, newest first, without their text',
    tag: 'guidelines',
    access: { project: ['lead'] },
    params: projectParams,
    query: kindQuery,
    status: 200,
    answer: z.array(guidelinesVersionSchema),
  },
  writeGuidelines: {
    method: 'PUT',
    path: '/api/projects/:projectId/guidelines',
    summary: 'Write the guidelines as a new version; the text of the newest one changes nothing',
    tag: 'guidelines',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      kind: guidelinesKindSchema.default('demonstrations'),
      text: textSchema
        .max(maxGuidelinesCharacters)
        .refine((text) => text.trim() !== '', 'must not be empty')
        .describe('Markdown.'),
      note: textSchema.max(500).default('').describe('What has changed, for those who work by them.'),
      baseVersion: versionSchema.describe('The version that was edited; a newer one is a conflict.'),
    }),
    status: 200,
    answer: guidelinesSchema,
    errors: ['conflict'],
  },
  markGuidelinesSeen: {
    method: 'PUT',
    path: '/api/projects/:projectId/guidelines/seen',
    summary: 'The person has been shown this version, or told of it',
    tag: 'guidelines',
    access: members,
    params: projectParams,
    body: z.object({ kind: guidelinesKindSchema.default('demonstrations'), version: versionSchema }),
    status: 204,
    answer: null,
  },
});
