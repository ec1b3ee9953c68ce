import type { JobState } from '@rookery/shared/api';
import type { JobKind } from '@rookery/shared/queues';
import { connect, findProject, type ProjectOptions } from '../connection.ts';
import type { Io } from '../io.ts';
import { describeRest, readList } from '../paging.ts';
import type { Outcome } from '../run.ts';
import { oneLine, orDash, tableOf } from '../table.ts';

export interface JobsOptions extends ProjectOptions {
  state?: JobState;
  kind?: JobKind;
  limit: number;
}

const columns = [
  { head: 'Job' },
  { head: 'Kind' },
  { head: 'State' },
  { head: 'Attempt', isNumber: true },
  { head: 'Done', isNumber: true },
  { head: 'Worker' },
  { head: 'Made' },
  { head: 'Error' },
];

/** Jobs of the project, newest first. */
export async function listJobs(io: Io, options: JobsOptions): Promise<Outcome> {
  const { state, kind, limit } = options;
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const filter = { ...(state !== undefined && { state }), ...(kind !== undefined && { kind }) };
  const { items, total } = await readList(limit, (query) =>
    client.listJobs({ params: { projectId }, query: { ...query, ...filter } }),
  );
  const rows = items.map(({ progress, ...job }) => [
    job.id,
    job.kind,
    job.state,
    String(job.attempt),
    progress.total === null ? String(progress.done) : `${progress.done} of ${progress.total}`,
    job.worker ?? '–',
    job.createdAt,
    orDash(job.error, (error) => oneLine(error, 100)),
  ]);
  return {
    json: { items, total },
    text:
      total === 0 ? 'There are no such jobs.\n' : tableOf(columns, rows) + describeRest(items.length, total),
  };
}

/** Tries a failed job again. */
export async function retryJob(io: Io, jobId: string, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const job = await client.retryJob({ params: { projectId, jobId } });
  return { json: { ...job }, text: `Job ${jobId} is ${job.state}, attempt ${job.attempt}.\n` };
}

/** Cancels a job that has not ended; what it has done so far stays. */
export async function cancelJob(io: Io, jobId: string, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const job = await client.cancelJob({ params: { projectId, jobId } });
  return { json: { ...job }, text: `Job ${jobId} is ${job.state}.\n` };
}
