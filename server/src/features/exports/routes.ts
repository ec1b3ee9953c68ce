import { ApiError, type ExportComparisonsOptions, type exportRoutes, type Job } from '@rookery/shared/api';
import type { ServerJobKind } from '@rookery/shared/queues';
import { and, eq, inArray } from 'drizzle-orm';
import type { ProjectCaller } from '../../access/index.ts';
import { comparisonImports } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { createJob, enqueueJob, jobAnswer } from '../jobs/index.ts';

export const exportHandlers = (deps: Dependencies): Handlers<typeof exportRoutes> => ({
  createExport: ({ caller, body }) => queueJob(deps, { caller, kind: 'export-demonstrations', input: body }),
  createComparisonExport: async ({ caller, body }) => {
    await checkImports(deps, caller.projectId, body.imports);
    return queueJob(deps, { caller, kind: 'export-comparisons', input: body });
  },
  createVerification: ({ caller }) => queueJob(deps, { caller, kind: 'verify-episodes', input: {} }),
});

/** @throws ApiError `invalid_request` for an import that the project does not have */
async function checkImports(
  { db }: Dependencies,
  projectId: string,
  imports: ExportComparisonsOptions['imports'],
): Promise<void> {
  if (!Array.isArray(imports)) return;
  const { id } = comparisonImports;
  const found = await db
    .select({ id })
    .from(comparisonImports)
    .where(and(eq(comparisonImports.projectId, projectId), inArray(id, imports)));
  if (found.length === new Set(imports).size) return;
  throw new ApiError('invalid_request', 'One of these imports of comparisons is not in this project.');
}

async function queueJob(
  deps: Dependencies,
  options: { caller: ProjectCaller; kind: ServerJobKind; input: Record<string, unknown> },
): Promise<Job> {
  const { caller, kind, input } = options;
  const { projectId, person } = caller;
  const job = await deps.db.transaction((tx) =>
    createJob(tx, { projectId, kind, input, createdBy: person.id, state: 'queued', at: deps.clock() }),
  );
  await enqueueJob(deps, job);
  return jobAnswer(job);
}
