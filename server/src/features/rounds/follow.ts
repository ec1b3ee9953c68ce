import type { Dependencies } from '../../dependencies.ts';
import { followComparisons } from '../comparison-tasks/index.ts';
import { followJobs, type JobFollower } from '../jobs/index.ts';
import { followPlans } from '../sampling/index.ts';
import { checkRetryOfRound } from './retry.ts';
import { findOpenRound } from './rows.ts';
import { settleOpenRound, settleRound } from './settle.ts';

const follower: JobFollower = {
  checkRetry: checkRetryOfRound,
  afterwards: (deps, job) => settleOpenRound(deps, job.projectId),
};

/** Makes rounds follow what moves them: sampling plans, their own kinds of job, and comparisons. */
export function followRounds(): void {
  followJobs('score-answers', follower);
  followJobs('choose-pairs', follower);
  followJobs('train-reward', follower);
  followPlans((deps, { projectId }) => settleOpenRound(deps, projectId));
  followComparisons(settleSoon);
}

/** How long changes of a project's comparisons are gathered, in milliseconds: all of a round's are counted then, which takes tens of them. */
const gatheredMs = 1000;
/** Projects whose comparisons have changed. */
const changed = new WeakMap<Dependencies, Set<string>>();

/** Has the round of a project that compares looked at soon, once for all that changes meanwhile. */
function settleSoon(deps: Dependencies, projectId: string): void {
  const gathered = changed.get(deps) ?? new Set();
  if (gathered.has(projectId)) return;
  changed.set(deps, gathered.add(projectId));
  setTimeout(() => {
    gathered.delete(projectId);
    settleComparing(deps, projectId).catch((error: unknown) =>
      deps.log.warn({ err: error, projectId }, 'comparisons were not followed up; a sweep will'),
    );
  }, gatheredMs).unref();
}

async function settleComparing(deps: Dependencies, projectId: string): Promise<void> {
  const round = await findOpenRound(deps.db, projectId);
  if (round?.state === 'comparing') await settleRound(deps, { projectId, roundId: round.id });
}
