import type { Dependencies } from '../../dependencies.ts';

/** Tells the leads that a plan's counts have changed, once that is committed. */
export function announcePlan(deps: Dependencies, plan: { projectId: string; id: string }): void {
  const { projectId, id: planId } = plan;
  deps.live.publishSoon({ projectId }, { type: 'sampling-plan', projectId, planId });
}
