import { pairingOptionsSchema, samplingOptionsSchema } from '@rookery/shared/api';
import { demonstrationsSource } from '@rookery/shared/datasets';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { samples, samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { announceJobs, enqueueJob, type JobRow } from '../jobs/index.ts';
import { insertPairing } from '../pairs/index.ts';
import { announcePlan } from './announce.ts';
import { cancelPlanJobs, holdPlanJobs } from './change-jobs.ts';
import { tellPlanFollower } from './follow-plans.ts';
import { hasWorkLeft, lockPlan } from './plan-jobs.ts';
import { planStateOf, type PlanKey, type PlanRow } from './plans.ts';
import { readVersions } from './scope.ts';

/**
 * Makes a plan and its jobs agree, whatever happened to either: jobs of a paused plan are held, those of a cancelled one cancelled; a plan
 * that has no job left to do has ended, and its pairs are made, once; one that has some again goes on. Called after every change of a job,
 * and by a sweep for what a killed server left; doing it again changes nothing.
 */
export async function settlePlan(deps: Dependencies, key: PlanKey): Promise<void> {
  const { changed, isMoved, pairing } = await deps.db.transaction(async (tx) => {
    const plan = await lockPlan(tx, key);
    const changed = await adjustJobs(deps, { tx, plan });
    if (plan.state === 'cancelled') return { changed, isMoved: false, pairing: null };
    const isOver = !(await hasWorkLeft(tx, plan.id));
    const isMoved = isOver !== (plan.endedAt !== null);
    if (isMoved) await writeEnd(deps, { tx, plan, endedAt: isOver ? deps.clock() : null });
    return { changed, isMoved, pairing: isMoved && isOver ? await startPairing(deps, { tx, plan }) : null };
  });
  announceJobs(deps, changed);
  if (pairing) await enqueueJob(deps, pairing);
  if (!isMoved && changed.length === 0) return;
  announcePlan(deps, { projectId: key.projectId, id: key.planId });
  await tellPlanFollower(deps, key);
}

async function adjustJobs(
  deps: Dependencies,
  { tx, plan }: { tx: Transaction; plan: PlanRow },
): Promise<JobRow[]> {
  if (plan.state === 'paused') return holdPlanJobs(deps, { tx, plan, actorId: null });
  if (plan.state === 'cancelled') return cancelPlanJobs(deps, { tx, plan, actorId: null });
  return [];
}

/** @returns the job that makes the plan's pairs, to be queued after the commit; null if it makes none, or made them before */
async function startPairing(
  deps: Dependencies,
  { tx, plan }: { tx: Transaction; plan: PlanRow },
): Promise<JobRow | null> {
  const { pairing, versionIds, uses, datasets } = samplingOptionsSchema.parse(plan.options);
  if (pairing === null || plan.pairingJobId !== null) return null;
  const { form, perQuestion, acrossSources, withDemonstrations } = pairing;
  const versions = await readVersions(tx, { projectId: plan.projectId, versionIds });
  const sources = versions.map(({ source }) => source);
  if (withDemonstrations) sources.push(demonstrationsSource);
  const options = pairingOptionsSchema.parse({
    form,
    perQuestion,
    acrossSources,
    sources,
    uses,
    datasets,
    planId: plan.id,
    seed: plan.seed,
  });
  const { projectId, createdBy: actorId } = plan;
  const job = await insertPairing(deps, tx, { projectId, options, actorId });
  await tx.update(samplingPlans).set({ pairingJobId: job.id }).where(eq(samplingPlans.id, plan.id));
  return job;
}

async function writeEnd(
  deps: Dependencies,
  { tx, plan, endedAt }: { tx: Transaction; plan: PlanRow; endedAt: Date | null },
): Promise<void> {
  await tx.update(samplingPlans).set({ endedAt }).where(eq(samplingPlans.id, plan.id));
  await recordEvent(tx, {
    projectId: plan.projectId,
    actorId: null,
    objectType: 'sampling-plan',
    objectId: plan.id,
    kind: endedAt === null ? 'sampling-plan.reopened' : 'sampling-plan.done',
    before: { state: planStateOf(plan) },
    after: { state: planStateOf({ ...plan, endedAt }) },
    at: deps.clock(),
  });
}

/** Settles the plans that a killed server left between two steps: samples of jobs that have ended, plans without their end or pairs. */
export async function sweepSamplingPlans(deps: Dependencies): Promise<void> {
  const { db } = deps;
  const hasOpenSamples = sql`exists (select from samples
    where samples.plan_id = sampling_plans.id and samples.ended_at is null)`;
  const unsettled = await db
    .select({ id: samplingPlans.id, projectId: samplingPlans.projectId })
    .from(samplingPlans)
    .where(sql`(${isNull(samplingPlans.endedAt)} or ${hasOpenSamples})`)
    .orderBy(samplingPlans.id);
  for (const { id: planId, projectId } of unsettled) {
    try {
      await endLeftSamples(deps, planId);
      await settlePlan(deps, { projectId, planId });
    } catch (error) {
      deps.log.error({ err: error, planId }, 'a sampling plan was not settled; the next sweep tries again');
    }
  }
}

async function endLeftSamples(deps: Dependencies, planId: string): Promise<void> {
  const ofEndedJob = sql`exists (select from jobs
    where jobs.id = ${samples}.job_id and jobs.state in ('done', 'failed', 'cancelled'))`;
  await deps.db
    .update(samples)
    .set({ state: 'cancelled', endedAt: deps.clock() })
    .where(and(eq(samples.planId, planId), inArray(samples.state, ['waiting', 'running']), ofEndedJob));
}
