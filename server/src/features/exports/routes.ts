import type { exportRoutes, Job } from '@rookery/shared/api';
import type { ServerJobKind } from '@rookery/shared/queues';
import type { ProjectCaller } from '../../access/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { createJob, enqueueJob, jobAnswer } from '../jobs/index.ts';

export const exportHandlers = (deps: Dependencies): Handlers<typeof exportRoutes> => ({
  createExport: ({ caller, body }) => queueJob(deps, { caller, kind: 'export-demonstrations', input: body }),
  createComparisonExport: ({ caller, body }) =>
    queueJob(deps, { caller, kind: 'export-comparisons', input: body }),
  createVerification: ({ caller }) => queueJob(deps, { caller, kind: 'verify-episodes', input: {} }),
});

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
