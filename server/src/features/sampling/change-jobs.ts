import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { jobs, samples } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { changeJobs, openStates, type JobRow } from '../jobs/index.ts';
import { lockPlanJobs } from './plan-jobs.ts';
import type { PlanRow } from './plans.ts';

/** A plan whose row the caller has locked. */
interface Locked {
  tx: Transaction;
  plan: Pick<PlanRow, 'id'>;
  actorId: string | null;
}

/**
 * Holds the jobs of a plan that wait or run. Without its token, the attempt that runs is refused whatever it writes from now on; its
 * samples wait, with their episodes as they are.
 */
export async function holdPlanJobs(deps: Dependencies, { tx, plan, actorId }: Locked): Promise<JobRow[]> {
  const before = await lockPlanJobs(tx, { planId: plan.id, states: ['queued', 'running'] });
  if (before.length === 0) return [];
  const change = { state: 'held', attemptToken: null, aliveAt: null } as const;
  const held = await changeJobs(deps, { tx, before, change, what: 'held', actorId });
  await tx
    .update(samples)
    .set({ state: 'waiting' })
    .where(and(eq(samples.planId, plan.id), eq(samples.state, 'running')));
  return held;
}

/** Queues the jobs of a plan that are held, as their next attempts; hand them to the queue once that is committed. */
export async function releasePlanJobs(deps: Dependencies, { tx, plan, actorId }: Locked): Promise<JobRow[]> {
  const before = await lockPlanJobs(tx, { planId: plan.id, states: ['held'] });
  if (before.length === 0) return [];
  const change = { state: 'queued', attempt: sql`${jobs.attempt} + 1` } as const;
  return changeJobs(deps, { tx, before, change, what: 'released', actorId });
}

/** Cancels the jobs of a plan that have not ended, and its samples that are not done. */
export async function cancelPlanJobs(deps: Dependencies, { tx, plan, actorId }: Locked): Promise<JobRow[]> {
  const before = await lockPlanJobs(tx, { planId: plan.id, states: openStates });
  const endedAt = deps.clock();
  const change = { state: 'cancelled', attemptToken: null, endedAt } as const;
  const cancelled = await changeJobs(deps, { tx, before, change, what: 'cancelled', actorId });
  await tx
    .update(samples)
    .set({ state: 'cancelled', endedAt })
    .where(and(eq(samples.planId, plan.id), inArray(samples.state, ['waiting', 'running'])));
  return cancelled;
}
