import { ApiError, type SamplingPlan } from '@rookery/shared/api';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { announceJobs, enqueueJobs, type JobRow } from '../jobs/index.ts';
import { announcePlan } from './announce.ts';
import { cancelPlanJobs, holdPlanJobs, releasePlanJobs } from './change-jobs.ts';
import { tellPlanFollower } from './follow-plans.ts';
import { lockPlan } from './plan-jobs.ts';
import { planStateOf, readPlan, type PlanKey, type PlanRow } from './plans.ts';

type Controlled = PlanKey & { actorId: string };
type ChangeJobs = (
  deps: Dependencies,
  locked: { tx: Transaction; plan: PlanRow; actorId: string },
) => Promise<JobRow[]>;

/**
 * Holds a plan; holding it twice is the same as once.
 * @throws ApiError `not_found`; `wrong_state` when it has ended
 */
export const pausePlan = (deps: Dependencies, key: Controlled): Promise<SamplingPlan> =>
  control(deps, { ...key, to: 'paused', what: 'paused', changeJobs: holdPlanJobs });

/**
 * Goes on with a plan that is paused; resuming one that runs changes nothing.
 * @throws ApiError `not_found`; `wrong_state` when it has ended
 */
export const resumePlan = (deps: Dependencies, key: Controlled): Promise<SamplingPlan> =>
  control(deps, { ...key, to: 'running', what: 'resumed', changeJobs: releasePlanJobs });

/**
 * Ends a plan with the samples that are done; no pairs are made of themselves then. Cancelling it twice is the same as once.
 * @throws ApiError `not_found`; `wrong_state` when it is done
 */
export const cancelPlan = (deps: Dependencies, key: Controlled): Promise<SamplingPlan> =>
  control(deps, { ...key, to: 'cancelled', what: 'cancelled', changeJobs: cancelPlanJobs });

/**
 * As `cancelPlan`, within a transaction; a plan that has ended stays as it is. Call `announceJobs` once that is committed.
 * @returns the jobs that were cancelled
 */
export async function endPlan(deps: Dependencies, tx: Transaction, key: Controlled): Promise<JobRow[]> {
  const plan = await lockPlan(tx, key);
  if (plan.endedAt !== null) return [];
  return change(deps, { tx, plan, ...key, to: 'cancelled', what: 'cancelled', changeJobs: cancelPlanJobs });
}

type Act = Controlled & { to: PlanRow['state']; what: string; changeJobs: ChangeJobs };

async function control(deps: Dependencies, act: Act): Promise<SamplingPlan> {
  const { projectId, planId, to } = act;
  const changed = await deps.db.transaction(async (tx) => {
    const plan = await lockPlan(tx, act);
    const state = planStateOf(plan);
    if (state === to) return [];
    if (state === 'done' || state === 'cancelled') {
      const hint = state === 'done' ? 'it is done' : 'it was cancelled';
      throw new ApiError('wrong_state', `This plan has ended: ${hint}. Make a new one to sample more.`);
    }
    return change(deps, { tx, plan, ...act });
  });
  if (to === 'running') await enqueueJobs(deps, changed);
  announceJobs(deps, changed);
  announcePlan(deps, { projectId, id: planId });
  await tellPlanFollower(deps, act);
  return readPlan(deps, act);
}

async function change(deps: Dependencies, act: Act & { tx: Transaction; plan: PlanRow }): Promise<JobRow[]> {
  const { tx, plan, projectId, planId, actorId, to, what } = act;
  const at = deps.clock();
  const endedAt = to === 'cancelled' ? at : null;
  await tx.update(samplingPlans).set({ state: to, endedAt }).where(eq(samplingPlans.id, planId));
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'sampling-plan',
    objectId: planId,
    kind: `sampling-plan.${what}`,
    before: { state: planStateOf(plan) },
    after: { state: to },
    at,
  });
  return act.changeJobs(deps, { tx, plan, actorId });
}
