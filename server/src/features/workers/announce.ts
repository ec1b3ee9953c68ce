import type { Dependencies } from '../../dependencies.ts';

/** Tells leads and admins that a model worker has come, gone, or begun or ended a job. */
export function announceWorkers(deps: Dependencies): void {
  deps.live.publishSoon({ projectId: null }, { type: 'workers' });
}
