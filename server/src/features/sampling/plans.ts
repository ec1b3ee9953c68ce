import { ApiError, samplingOptionsSchema, type SamplingPlan, type samplingRoutes } from '@rookery/shared/api';
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { pairings, people, rounds, samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { paceMs, readPlanFigures, readPlanJobs, type VersionFigures } from './figures.ts';

export interface PlanKey {
  projectId: string;
  planId: string;
}

export type PlanRow = typeof samplingPlans.$inferSelect;

export const planNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such sampling plan in this project.');

/** A plan's state as it is told: one that runs and has no job left to do is done. */
export const planStateOf = (plan: Pick<PlanRow, 'state' | 'endedAt'>): SamplingPlan['state'] =>
  plan.state !== 'cancelled' && plan.endedAt !== null ? 'done' : plan.state;

/** How a plan stands. @throws ApiError `not_found` */
export async function readPlan(deps: Dependencies, key: PlanKey): Promise<SamplingPlan> {
  const [plan] = await presentPlans(deps, { projectId: key.projectId, planIds: [key.planId] });
  if (plan) return plan;
  throw planNotFound();
}

/** Newest first. Ids are made in the order of time, so the cursor is the last id of the page before. */
export async function listPlans(
  deps: Dependencies,
  options: { projectId: string; limit: number; cursor?: string | undefined },
): Promise<z.input<(typeof samplingRoutes)['listSamplingPlans']['answer']>> {
  const { projectId, limit } = options;
  const before = readCursor(z.uuid(), options.cursor);
  const ofProject = eq(samplingPlans.projectId, projectId);
  const found = await deps.db
    .select({ id: samplingPlans.id })
    .from(samplingPlans)
    .where(and(ofProject, before === null ? undefined : lt(samplingPlans.id, before)))
    .orderBy(desc(samplingPlans.id))
    .limit(limit + 1);
  const planIds = found.slice(0, limit).map(({ id }) => id);
  const [items, total] = await Promise.all([
    presentPlans(deps, { projectId, planIds }),
    deps.db.$count(samplingPlans, ofProject),
  ]);
  return { items, nextCursor: found.length > limit ? writeCursor(planIds.at(-1)) : null, total };
}

/** The plans of a project with these ids, in their order. */
async function presentPlans(
  deps: Dependencies,
  key: { projectId: string; planIds: readonly string[] },
): Promise<SamplingPlan[]> {
  if (key.planIds.length === 0) return [];
  const now = deps.clock();
  const [rows, figures, jobs] = await Promise.all([
    readRows(deps.db, key),
    readPlanFigures(deps.db, { planIds: key.planIds, now }),
    readPlanJobs(deps.db, key.planIds),
  ]);
  return key.planIds.flatMap((id) => {
    const row = rows.find(({ plan }) => plan.id === id);
    if (!row) return [];
    const { plan, createdBy, pairingId, pairs, round } = row;
    const { pairingJobId: jobId } = plan;
    const options = samplingOptionsSchema.parse(plan.options);
    const ofPlan = figures.get(id) ?? [];
    // As the plan's options name them.
    const versions = options.versionIds.flatMap((versionId) =>
      ofPlan.filter(({ figures: { policy } }) => policy.id === versionId),
    );
    const { samplesPerMinute, ...counts } = paceOf(versions, { plan, now });
    return [
      {
        id,
        name: plan.name,
        state: planStateOf(plan),
        options,
        seed: plan.seed,
        questions: Math.round(counts.samples / options.versionIds.length / options.perQuestion),
        versions: versions.map((version) => version.figures),
        jobs: jobs.get(id) ?? { open: 0, done: 0, failed: 0, cancelled: 0, lastError: null },
        samplesPerMinute,
        secondsLeft: counts.secondsLeft,
        pairing: jobId === null || pairingId === null ? null : { id: pairingId, jobId, pairs },
        round,
        createdBy,
        createdAt: plan.createdAt.toISOString(),
        endedAt: plan.endedAt?.toISOString() ?? null,
      },
    ];
  });
}

const readRows = (db: Queryable, key: { projectId: string; planIds: readonly string[] }) =>
  db
    .select({
      plan: samplingPlans,
      createdBy: people.name,
      pairingId: pairings.id,
      pairs: sql<number>`(select count(*)::int from pairs where pairs.pairing_id = ${pairings.id})`,
      round: { id: rounds.id, name: rounds.name },
    })
    .from(samplingPlans)
    .leftJoin(people, eq(people.id, samplingPlans.createdBy))
    .leftJoin(pairings, eq(pairings.jobId, samplingPlans.pairingJobId))
    .leftJoin(rounds, eq(rounds.planId, samplingPlans.id))
    .where(and(eq(samplingPlans.projectId, key.projectId), inArray(samplingPlans.id, [...key.planIds])));

function paceOf(
  versions: readonly VersionFigures[],
  { plan, now }: { plan: PlanRow; now: Date },
): { samples: number; samplesPerMinute: number; secondsLeft: number | null } {
  const sum = (of: (version: VersionFigures) => number): number =>
    versions.reduce((total, version) => total + of(version), 0);
  const age = now.getTime() - plan.createdAt.getTime();
  // In its first minute a plan's pace is told by the minute all the same: too slow rather than beyond measure.
  const minutes = Math.min(paceMs, Math.max(60_000, age)) / 60_000;
  const samplesPerMinute = sum(({ endedLately }) => endedLately) / minutes;
  const left = sum(({ figures }) => figures.waiting + figures.running);
  const isKnown = samplesPerMinute > 0 && planStateOf(plan) === 'running';
  const secondsLeft = left === 0 ? 0 : isKnown ? (left / samplesPerMinute) * 60 : null;
  return { samples: sum(({ figures }) => figures.samples), samplesPerMinute, secondsLeft };
}
