import { z } from 'zod';
import { pageSchema } from '../browser/index.ts';
import { idSchema, projectParams, sha256Schema, sortedPageOf, sortedQuery, timeSchema } from './common.ts';
import { defineRoutes } from './route.ts';

export const libraryPageSchema = z
  .object({
    id: idSchema,
    url: z.string(),
    title: z.string(),
    domain: z.string(),
    characters: z.number().int(),
    links: z.number().int(),
    pageHash: sha256Schema,
    importId: idSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'LibraryPage' });
export type LibraryPage = z.infer<typeof libraryPageSchema>;

export const libraryPageSorts = ['url', 'title', 'characters', 'links', 'updated'] as const;
export type LibraryPageSort = (typeof libraryPageSorts)[number];

export const libraryRoutes = defineRoutes({
  listLibraryPages: {
    method: 'GET',
    path: '/api/projects/:projectId/library/pages',
    summary: 'Imported pages in the order that is asked for, or those a search finds, best first',
    tag: 'library',
    access: { project: ['lead'] },
    params: projectParams,
    query: sortedQuery(libraryPageSorts).extend({ search: z.string().max(500).optional() }),
    status: 200,
    answer: sortedPageOf(libraryPageSchema),
  },
  getLibraryPage: {
    method: 'GET',
    path: '/api/projects/:projectId/library/pages/:pageId',
    summary: 'One page as the text browser shows it',
    tag: 'library',
    access: { project: ['lead'] },
    params: projectParams.extend({ pageId: idSchema }),
    status: 200,
    answer: libraryPageSchema.extend({ page: pageSchema }),
  },
});
