import type { JobKind } from '@rookery/shared/queues';
import type { Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { JobRow } from './presenter.ts';

/** What the feature that a kind of job belongs to does when one of its jobs changes. */
export interface JobFollower {
  /** In the transaction that changes the row, which is locked: what must hold together with it. An error undoes both. */
  changed?(deps: Dependencies, change: { tx: Transaction; before: JobRow; job: JobRow }): Promise<void>;
  /**
   * In the transaction in which a lead tries a failed or cancelled job again, whose row is locked.
   * @returns whether something waits for it, so that a cancelled one is tried again too
   * @throws ApiError `wrong_state` when nothing would come of it, with what to do instead
   */
  checkRetry?(tx: Transaction, job: JobRow): Promise<boolean>;
  /** After that transaction, and never if the server is killed in between: a sweep has to do the same. */
  afterwards(deps: Dependencies, job: JobRow): Promise<void>;
}

const followers = new Map<JobKind, Set<JobFollower>>();

/**
 * Makes a feature follow a kind of job; jobs themselves know nothing of the features that use them. Who follows first is told first;
 * following twice is the same as once.
 */
export function followJobs(kind: JobKind, follower: JobFollower): void {
  const ofKind = followers.get(kind) ?? new Set();
  followers.set(kind, ofKind.add(follower));
}

export async function tellFollowers(
  deps: Dependencies,
  change: { tx: Transaction; before: JobRow; job: JobRow },
): Promise<void> {
  for (const follower of followers.get(change.job.kind) ?? []) await follower.changed?.(deps, change);
}

/** Whether a follower waits for a job that has failed or was cancelled. @throws as its `checkRetry` */
export async function checkRetry(tx: Transaction, job: JobRow): Promise<boolean> {
  let isAwaited = false;
  for (const follower of followers.get(job.kind) ?? []) {
    if (await follower.checkRetry?.(tx, job)) isAwaited = true;
  }
  return isAwaited;
}

/** Call it once the change is committed. What fails here is left to the sweeps. */
export async function followUp(deps: Dependencies, job: JobRow): Promise<void> {
  for (const follower of followers.get(job.kind) ?? []) {
    try {
      await follower.afterwards(deps, job);
    } catch (error) {
      deps.log.warn({ err: error, jobId: job.id }, 'a change of a job was not followed up; a sweep will');
    }
  }
}
