import type { Worker } from '@rookery/shared/api';
import type { ModelJobKind } from '@rookery/shared/queues';
import { useResource, type Resource } from '../resource.svelte.ts';
import { getSession } from '../session.svelte.ts';

/** Workers report themselves every few seconds; that one has gone silent is told by nobody. */
const staleAfterMs = 30_000;

/** The model workers of a project, read again when one comes, goes, begins or ends a job, and now and then besides. */
export function useWorkers(projectId: () => string): Resource<Worker[]> {
  const session = getSession();
  const workers = useResource({
    inputs: projectId,
    read: (projectId, signal) => session.api.listProjectWorkers({ params: { projectId }, signal }),
    changedBy: (message) => message.type === 'workers',
    everyMs: 1000,
  });
  $effect(() => {
    const timer = setInterval(() => workers.reloadSoon(), staleAfterMs);
    return () => clearInterval(timer);
  });
  return workers;
}

/** Whether a worker that is online takes such jobs. */
export const takes = (workers: readonly Worker[], kind: ModelJobKind): boolean =>
  workers.some((worker) => worker.isOnline && worker.kinds.some((one) => one.kind === kind));

/** Names of the endpoints that workers have which are online, in the order of the alphabet. */
export const endpointsOf = (workers: readonly Worker[]): string[] =>
  [...new Set(workers.filter(({ isOnline }) => isOnline).flatMap(({ endpoints }) => endpoints))].toSorted();

/** Names of the folders of encoders that workers have which are online, in the order of the alphabet. */
export const encodersOf = (workers: readonly Worker[]): string[] =>
  [...new Set(workers.filter(({ isOnline }) => isOnline).flatMap(({ encoders }) => encoders))].toSorted();
