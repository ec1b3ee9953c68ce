import { ApiError, type jobRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { readJobFigures } from './figures.ts';
import { jobAnswer } from './presenter.ts';
import { findJob, listJobs, listProblems, readJob } from './queries.ts';
import { cancelJob, createJob, enqueueJob, retryJob } from './service.ts';

const mediaTypes: Record<string, string> = {
  jsonl: 'application/jsonl',
  json: 'application/json',
  csv: 'text/csv',
};

export const jobHandlers = (deps: Dependencies): Handlers<typeof jobRoutes> => ({
  listJobs: ({ params, query }) => listJobs(deps.db, { ...params, ...query }),
  listJobFigures: ({ params }) => readJobFigures(deps, params.projectId),
  getJob: ({ params }) => readJob(deps.db, params),
  listJobProblems: ({ params, query }) => listProblems(deps.db, { ...params, ...query }),
  cancelJob: async ({ params, caller }) => {
    await cancelJob(deps, { ...params, actorId: caller.person.id });
    return readJob(deps.db, params);
  },
  retryJob: async ({ params, caller }) => {
    await retryJob(deps, { ...params, actorId: caller.person.id });
    return readJob(deps.db, params);
  },
  downloadJobFile: async ({ params }) => {
    const job = await findJob(deps.db, params);
    if (job.fileBlob === null || job.fileName === null) {
      throw new ApiError(
        'wrong_state',
        `This job has no file (it is ${job.state}). Only a finished export has one.`,
      );
    }
    const ending = job.fileName.split('.').at(-1) ?? '';
    const mediaType = mediaTypes[ending] ?? 'application/octet-stream';
    return { blobHash: job.fileBlob, fileName: job.fileName, mediaType };
  },
  createPing: async ({ params, caller }) => {
    const job = await deps.db.transaction((tx) =>
      createJob(tx, {
        projectId: params.projectId,
        kind: 'ping',
        input: {},
        createdBy: caller.person.id,
        state: 'queued',
        at: deps.clock(),
      }),
    );
    await enqueueJob(deps, job);
    return jobAnswer(job);
  },
});
