import { lt, not, and, exists, eq } from 'drizzle-orm';
import { jobs, workers } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';

const keptForMs = 30 * 24 * 60 * 60_000;

/** Forgets workers that were not seen for 30 days, except those that a job names. */
export async function sweepWorkers(deps: Dependencies): Promise<void> {
  const before = new Date(deps.clock().getTime() - keptForMs);
  const ofWorker = deps.db.select({ id: jobs.id }).from(jobs).where(eq(jobs.workerId, workers.id));
  await deps.db.delete(workers).where(and(lt(workers.lastSeenAt, before), not(exists(ofWorker))));
}
