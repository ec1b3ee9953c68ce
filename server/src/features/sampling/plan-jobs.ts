import type { JobState } from '@rookery/shared/api';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { jobs, samples, samplingPlans } from '../../db/schema/index.ts';
import { openStates, type JobRow } from '../jobs/index.ts';
import { planNotFound, type PlanKey, type PlanRow } from './plans.ts';

/**
 * A plan's row, which nobody else changes until the transaction ends. It is locked before any of its jobs, and a job before its samples:
 * who holds a job's row never waits for a plan's.
 * @throws ApiError `not_found`
 */
export async function lockPlan(tx: Transaction, key: PlanKey): Promise<PlanRow> {
  const [plan] = await tx
    .select()
    .from(samplingPlans)
    .where(and(eq(samplingPlans.projectId, key.projectId), eq(samplingPlans.id, key.planId)))
    .for('no key update');
  if (plan) return plan;
  throw planNotFound();
}

/** A plan's jobs in some states, locked in the order of their ids. */
export async function lockPlanJobs(
  tx: Transaction,
  { planId, states }: { planId: string; states: readonly JobState[] },
): Promise<JobRow[]> {
  return tx
    .select()
    .from(jobs)
    .where(and(inArray(jobs.id, jobsOf(tx, planId)), inArray(jobs.state, [...states])))
    .orderBy(jobs.id)
    .for('no key update');
}

/** Whether anything of a plan is left to do. Samples tell it at once until the last ones are done. */
export async function hasWorkLeft(tx: Transaction, planId: string): Promise<boolean> {
  const { rows } = await tx.execute<{ is_left: boolean }>(sql`
    select exists (select from samples where plan_id = ${planId} and ended_at is null) as is_left`);
  if (rows[0]!.is_left) return true;
  const open = await tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(inArray(jobs.id, jobsOf(tx, planId)), inArray(jobs.state, openStates)))
    .limit(1);
  return open.length > 0;
}

/** Each job has a first sample. */
const jobsOf = (db: Queryable, planId: string) =>
  db
    .select({ id: samples.jobId })
    .from(samples)
    .where(and(eq(samples.planId, planId), eq(samples.number, 1)));
