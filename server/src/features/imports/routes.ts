import type { importRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { jobAnswer } from '../jobs/index.ts';
import { previewImport } from './preview-questions.ts';
import { addImportFile, createImport, startImport } from './service.ts';

export const importHandlers = (deps: Dependencies): Handlers<typeof importRoutes> => ({
  createImport: async ({ params, body, caller }) => {
    const { kind, ...input } = body;
    return jobAnswer(await createImport(deps, { ...params, kind, input, actorId: caller.person.id }));
  },
  addImportFile: ({ params, query, body }) =>
    addImportFile(deps, { ...params, path: query.path, content: body }),
  previewImport: ({ params, body }) => previewImport(deps, { ...params, options: body }),
  startImport: async ({ params, caller }) =>
    jobAnswer(await startImport(deps, { ...params, actorId: caller.person.id })),
});
