import type { Dependencies } from '../../dependencies.ts';
import type { PlanKey } from './plans.ts';

/** What a feature does once a plan was held, resumed, cancelled, or has ended or begun again. */
type PlanFollower = (deps: Dependencies, key: PlanKey) => Promise<void>;

let follower: PlanFollower | null = null;

/** Makes the feature that has plans made follow them. Plans themselves know nothing of it. */
export function followPlans(followed: PlanFollower): void {
  follower = followed;
}

/** Call it once the change is committed. A server that is killed in between tells nobody: a sweep of the follower has to do the same. */
export async function tellPlanFollower(deps: Dependencies, { projectId, planId }: PlanKey): Promise<void> {
  try {
    await follower?.(deps, { projectId, planId });
  } catch (error) {
    deps.log.warn({ err: error, planId }, 'a change of a sampling plan was not followed up; a sweep will');
  }
}
