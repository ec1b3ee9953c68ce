import type { PairRule, RoundState, SamplingPlanState } from '@rookery/shared/api';
import { and, count, eq, inArray, isNull, sql, sum } from 'drizzle-orm';
import { holdsPlace, isGivenOut, isInProgress } from '../../db/counting-comparisons.ts';
import type { Queryable } from '../../db/database.ts';
import {
  answers,
  comparisons,
  episodes,
  pairings,
  pairs,
  questions,
  rewardModels,
  samples,
  samplingPlans,
} from '../../db/schema/index.ts';
import { planStateOf } from '../sampling/index.ts';

/** How the plan of a round stands. */
export async function readSampling(
  db: Queryable,
  planId: string,
): Promise<{ state: SamplingPlanState; wanted: number; answered: number }> {
  const [[plan], [counted]] = await Promise.all([
    db
      .select({ state: samplingPlans.state, endedAt: samplingPlans.endedAt })
      .from(samplingPlans)
      .where(eq(samplingPlans.id, planId)),
    db.select({ wanted: count(), answered: answeredCount }).from(samples).where(eq(samples.planId, planId)),
  ]);
  if (!plan || !counted) throw new Error('A round names a sampling plan that does not exist.');
  return { state: planStateOf(plan), ...counted };
}

export const answeredCount = sql<number>`(count(*) filter (where ${samples.state} = 'answered'))::int`;

/** The answers of a plan's answered samples; to be joined on `samples`. */
export const ofSample = {
  episode: and(eq(episodes.sampleId, samples.id), eq(episodes.draw, samples.draw)),
  answer: and(eq(answers.episodeId, episodes.id), eq(answers.revision, episodes.answerRevision)),
};

/** The version that a training came to, once it has. */
export async function findTrained(
  db: Queryable,
  jobId: string,
): Promise<{ id: string; version: number } | null> {
  const [model] = await db
    .select({ id: rewardModels.id, version: rewardModels.version })
    .from(rewardModels)
    .where(eq(rewardModels.jobId, jobId));
  return model ?? null;
}

/** The pairs of a round and how far their comparisons are. What is out of use, with its question or alone, wants none. */
export interface RoundPairs {
  pairingId: string;
  chosen: number;
  byRule: { rule: PairRule; pairs: number }[];
  /** Places of pairs in use. */
  wanted: number;
  /** Places that hold a submitted comparison. */
  submitted: number;
  inProgress: number;
}

/** The pairs that jobs have chosen, by job; one that has chosen none yet has no entry. */
export async function readRoundPairs(
  db: Queryable,
  { jobIds, now }: { jobIds: readonly string[]; now: Date },
): Promise<Map<string, RoundPairs>> {
  if (jobIds.length === 0) return new Map();
  const ofJobs = inArray(pairings.jobId, [...jobIds]);
  const isInUse = and(isGivenOut, isNull(questions.excludedAt));
  const [made, compared] = await Promise.all([
    db
      .select({
        jobId: pairings.jobId,
        pairingId: pairings.id,
        rule: pairs.rule,
        pairs: count(pairs.id),
        wanted: sum(sql`case when ${isInUse} then ${pairs.wanted} end`).mapWith(Number),
      })
      .from(pairings)
      .leftJoin(pairs, eq(pairs.pairingId, pairings.id))
      .leftJoin(questions, eq(questions.id, pairs.questionId))
      .where(ofJobs)
      .groupBy(pairings.id, pairs.rule)
      .orderBy(pairs.rule),
    db
      .select({
        jobId: pairings.jobId,
        submitted: sql<number>`(count(*) filter (where ${holdsPlace}))::int`,
        inProgress: sql<number>`(count(*) filter (where ${isInProgress(now)}))::int`,
      })
      .from(pairings)
      .innerJoin(pairs, eq(pairs.pairingId, pairings.id))
      .innerJoin(questions, eq(questions.id, pairs.questionId))
      .innerJoin(comparisons, eq(comparisons.pairId, pairs.id))
      .where(and(ofJobs, isInUse))
      .groupBy(pairings.jobId),
  ]);
  const byJob = new Map<string, RoundPairs>();
  for (const { jobId, pairingId, rule, pairs, wanted } of made) {
    const { submitted = 0, inProgress = 0 } = compared.find((row) => row.jobId === jobId) ?? {};
    const none = { pairingId, chosen: 0, byRule: [], wanted: 0, submitted, inProgress };
    const before = byJob.get(jobId!) ?? none;
    byJob.set(jobId!, {
      ...before,
      chosen: before.chosen + pairs,
      byRule: rule === null ? before.byRule : [...before.byRule, { rule, pairs }],
      wanted: before.wanted + (wanted ?? 0),
    });
  }
  return byJob;
}

/** Whether as many comparisons are in as were wanted. */
export const isCompared = ({ wanted, submitted }: Pick<RoundPairs, 'wanted' | 'submitted'>): boolean =>
  wanted > 0 && submitted >= wanted;

/** The job that a round waits for in a state. */
export const jobOfState = {
  scoring: 'scoringJobId',
  pairing: 'pairingJobId',
  training: 'trainingJobId',
  rescoring: 'rescoringJobId',
} as const satisfies Partial<Record<RoundState, string>>;
