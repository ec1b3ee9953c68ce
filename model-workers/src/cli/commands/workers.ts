import { connect, findProject, type ProjectOptions } from '../connection.ts';
import type { Io } from '../io.ts';
import type { Outcome } from '../run.ts';
import { tableOf } from '../table.ts';

const columns = [
  { head: 'Worker' },
  { head: 'State' },
  { head: 'Takes' },
  { head: 'In hand', isNumber: true },
  { head: 'Device' },
  { head: 'Endpoints' },
  { head: 'Version' },
  { head: 'Last seen' },
];

/** The model workers that take jobs of the project, the last seen first. */
export async function listWorkers(io: Io, options: ProjectOptions): Promise<Outcome> {
  const { client } = await connect(io, options);
  const { id: projectId } = await findProject(client, options.project);
  const workers = await client.listProjectWorkers({ params: { projectId } });
  const rows = workers.map((worker) => [
    worker.name,
    worker.isOnline ? 'online' : 'offline',
    worker.kinds.map(({ kind, concurrency }) => `${kind} ${concurrency}`).join(', '),
    String(worker.jobs.length),
    worker.device,
    worker.endpoints.join(', ') || '–',
    worker.version,
    worker.lastSeenAt,
  ]);
  return {
    json: { workers },
    text: workers.length === 0 ? 'No model worker was seen in the last day.\n' : tableOf(columns, rows),
  };
}
