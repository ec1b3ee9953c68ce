import { ApiError, type JobState } from '@rookery/shared/api';
import { and, eq, inArray } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { samples, samplingPlans } from '../../db/schema/index.ts';
import { followJobs, type JobFollower } from '../jobs/index.ts';
import { announcePlan } from './announce.ts';
import type { PlanRow } from './plans.ts';
import { settlePlan } from './settle.ts';

const ended: ReadonlySet<JobState> = new Set<JobState>(['done', 'failed', 'cancelled']);

/** Samples follow their job in the same transaction; their plan follows when that is committed, or when plans are swept. */
const follower: JobFollower = {
  async changed(deps, { tx, before, job }) {
    if (job.state === before.state) return;
    const change = async (
      from: (typeof samples.$inferSelect)['state'][],
      to: Partial<typeof samples.$inferInsert>,
    ): Promise<void> => {
      await tx
        .update(samples)
        .set(to)
        .where(and(eq(samples.jobId, job.id), inArray(samples.state, from)));
    };
    if (job.state === 'done') await checkDone(tx, job.id);
    else if (ended.has(job.state)) {
      await change(['waiting', 'running'], { state: 'cancelled', endedAt: deps.clock() });
    } else if (ended.has(before.state)) {
      const plan = await planOf(tx, job.id);
      if (plan?.state === 'cancelled') {
        throw new ApiError(
          'wrong_state',
          'The sampling plan of this job was cancelled. Make a new plan to sample more.',
        );
      }
      await change(['cancelled'], { state: 'waiting', endedAt: null });
    } else if (job.state === 'queued') {
      await change(['running'], { state: 'waiting' });
    }
  },
  async afterwards(deps, job) {
    const plan = await planOf(deps.db, job.id);
    if (!plan) return;
    await settlePlan(deps, { projectId: plan.projectId, planId: plan.id });
    announcePlan(deps, plan);
  },
};

/** A job is done when its samples are. One that is handed in too early falls silent, and its next attempt draws what is left. */
async function checkDone(tx: Transaction, jobId: string): Promise<void> {
  const undone = await tx.$count(
    samples,
    and(eq(samples.jobId, jobId), inArray(samples.state, ['waiting', 'running'])),
  );
  if (undone > 0) {
    throw new ApiError(
      'conflict',
      `${undone} samples of this job are not done: its next attempt draws them.`,
    );
  }
}

/** Makes samples and plans follow the jobs that sample. */
export const followSamplingJobs = (): void => followJobs('sample', follower);

async function planOf(db: Queryable, jobId: string): Promise<PlanRow | undefined> {
  const [row] = await db
    .select({ plan: samplingPlans })
    .from(samples)
    .innerJoin(samplingPlans, eq(samplingPlans.id, samples.planId))
    .where(eq(samples.jobId, jobId))
    .limit(1);
  return row?.plan;
}
