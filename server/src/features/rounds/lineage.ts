import { pairingOptionsSchema, roundOptionsSchema, type PairLineage } from '@rookery/shared/api';
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import {
  answers,
  answerScores,
  comparisonImports,
  episodes,
  pairings,
  pairs,
  people,
  rewardModels,
  rewardTrainingComparisons,
  rounds,
  samples,
  samplingPlans,
} from '../../db/schema/index.ts';
import { pairNotFound } from '../pairs/index.ts';
import { reasonOf } from './reason.ts';

interface PairKey {
  projectId: string;
  pairId: string;
}

/** Where a pair comes from and what it was used for. @throws ApiError `not_found` */
export async function readLineage(db: Queryable, key: PairKey): Promise<PairLineage> {
  const { pair, pairing, madeBy, round, model } = await readOrigin(db, key);
  // A pair that was drawn at random owes nothing to scores.
  const chosenBy = pair.rule === null || pair.rule === 'random' ? null : model;
  const options = pairing.options && pairingOptionsSchema.parse(pairing.options);
  const [sides, planName, importName, learntBy] = await Promise.all([
    readSides(db, { projectId: key.projectId, pair, modelId: chosenBy?.id ?? null }),
    readPlanName(db, { projectId: key.projectId, planId: options?.planId ?? null }),
    readImportName(db, pairing.jobId),
    readLearnt(db, key),
  ]);
  const [first, second] = [pair.firstAnswerId, pair.secondAnswerId].map((id) => sides.get(id)!) as [Why, Why];
  const reason = reasonOf({
    ...pair,
    method: pairing.method,
    perQuestion: options?.perQuestion ?? null,
    planName,
    importName,
    madeBy,
    round: round && { number: round.number, selection: roundOptionsSchema.parse(round.options).selection },
    chosenBy,
    scores: [first.score, second.score],
  });
  const { id, method, seed, createdAt } = pairing;
  return {
    pairId: key.pairId,
    reason,
    rule: pair.rule,
    probability: pair.probability,
    pairing: { id, method, seed, createdAt: createdAt.toISOString() },
    round: round && { id: round.id, number: round.number, name: round.name },
    chosenBy,
    first,
    second,
    learntBy,
  };
}

async function readOrigin(db: Queryable, key: PairKey) {
  const [found] = await db
    .select({
      pair: pairs,
      pairing: pairings,
      madeBy: people.name,
      round: rounds,
      model: { id: rewardModels.id, version: rewardModels.version },
    })
    .from(pairs)
    .innerJoin(pairings, eq(pairings.id, pairs.pairingId))
    .leftJoin(people, eq(people.id, pairings.createdBy))
    .leftJoin(rounds, eq(rounds.pairingJobId, pairings.jobId))
    .leftJoin(rewardModels, eq(rewardModels.id, rounds.startModelId))
    .where(and(eq(pairs.projectId, key.projectId), eq(pairs.id, key.pairId)));
  if (found) return found;
  throw pairNotFound();
}

type Why = PairLineage['first'];

/** The answers of a pair, by id, with their scores by the model that chose. */
async function readSides(
  db: Queryable,
  options: { projectId: string; pair: typeof pairs.$inferSelect; modelId: string | null },
): Promise<Map<string, Why>> {
  const { projectId, pair, modelId } = options;
  const answerIds = [pair.firstAnswerId, pair.secondAnswerId];
  const [rows, scores] = await Promise.all([
    db
      .select({
        answerId: answers.id,
        source: answers.source,
        sample: { id: samples.id, policyVersionId: samples.policyVersionId },
        episodeId: episodes.id,
        plan: { id: samplingPlans.id, name: samplingPlans.name },
      })
      .from(answers)
      .leftJoin(episodes, eq(episodes.id, answers.episodeId))
      .leftJoin(samples, eq(samples.id, episodes.sampleId))
      .leftJoin(samplingPlans, eq(samplingPlans.id, samples.planId))
      .where(and(eq(answers.projectId, projectId), inArray(answers.id, answerIds))),
    modelId === null ? [] : readScores(db, { modelId, answerIds }),
  ]);
  return new Map(
    rows.map(({ answerId, source, sample, episodeId, plan }) => {
      const score = scores.find((row) => row.answerId === answerId)?.score ?? null;
      const origin = sample && plan && episodeId !== null ? { ...sample, episodeId, plan } : null;
      return [answerId, { answerId, source, score, sample: origin }];
    }),
  );
}

const readScores = (db: Queryable, key: { modelId: string; answerIds: string[] }) =>
  db
    .select({ answerId: answerScores.answerId, score: answerScores.score })
    .from(answerScores)
    .where(and(eq(answerScores.modelId, key.modelId), inArray(answerScores.answerId, key.answerIds)));

async function readPlanName(
  db: Queryable,
  { projectId, planId }: { projectId: string; planId: string | null },
): Promise<string | null> {
  if (planId === null) return null;
  const [plan] = await db
    .select({ name: samplingPlans.name })
    .from(samplingPlans)
    .where(and(eq(samplingPlans.projectId, projectId), eq(samplingPlans.id, planId)));
  return plan?.name ?? null;
}

async function readImportName(db: Queryable, jobId: string | null): Promise<string | null> {
  if (jobId === null) return null;
  const [imported] = await db
    .select({ name: comparisonImports.name })
    .from(comparisonImports)
    .where(eq(comparisonImports.jobId, jobId));
  return imported?.name ?? null;
}

/** The reward models whose snapshots have a comparison of the pair, the oldest first. */
const readLearnt = (db: Queryable, key: PairKey): Promise<PairLineage['learntBy']> =>
  db
    .selectDistinct({
      id: rewardModels.id,
      version: rewardModels.version,
      isHeldOut: rewardTrainingComparisons.isHeldOut,
    })
    .from(rewardTrainingComparisons)
    .innerJoin(rewardModels, eq(rewardModels.jobId, rewardTrainingComparisons.jobId))
    .where(
      and(
        eq(rewardTrainingComparisons.projectId, key.projectId),
        eq(rewardTrainingComparisons.pairId, key.pairId),
      ),
    )
    .orderBy(asc(rewardModels.version));
