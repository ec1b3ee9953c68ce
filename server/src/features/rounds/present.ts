import {
  roundOptionsSchema,
  type Round,
  type RoundEvent,
  type RoundState,
  type roundRoutes,
} from '@rookery/shared/api';
import { aliasedTable, and, asc, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import {
  events,
  people,
  policyVersions,
  rewardModels,
  rounds,
  samples,
  samplingPlans,
} from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { answeredCount, readRoundPairs } from './facts.ts';
import { findProblem } from './problems.ts';
import { roundNotFound, type RoundKey } from './rows.ts';

/** How a round stands. @throws ApiError `not_found` */
export async function readRound(deps: Dependencies, key: RoundKey): Promise<Round> {
  const [round] = await presentRounds(deps, { projectId: key.projectId, roundIds: [key.roundId] });
  if (round) return round;
  throw roundNotFound();
}

/** Newest first. Ids are made in the order of time, so the cursor is the last id of the page before. */
export async function listRounds(
  deps: Dependencies,
  options: { projectId: string; limit: number; cursor?: string | undefined },
): Promise<z.input<(typeof roundRoutes)['listRounds']['answer']>> {
  const { projectId, limit } = options;
  const before = readCursor(z.uuid(), options.cursor);
  const ofProject = eq(rounds.projectId, projectId);
  const found = await deps.db
    .select({ id: rounds.id })
    .from(rounds)
    .where(and(ofProject, before === null ? undefined : lt(rounds.id, before)))
    .orderBy(desc(rounds.id))
    .limit(limit + 1);
  const roundIds = found.slice(0, limit).map(({ id }) => id);
  const [items, total] = await Promise.all([
    presentRounds(deps, { projectId, roundIds }),
    deps.db.$count(rounds, ofProject),
  ]);
  return { items, nextCursor: found.length > limit ? writeCursor(roundIds.at(-1)) : null, total };
}

/** The rounds of a project with these ids, in their order. */
async function presentRounds(
  deps: Dependencies,
  key: { projectId: string; roundIds: readonly string[] },
): Promise<Round[]> {
  if (key.roundIds.length === 0) return [];
  const rows = await readRows(deps.db, key);
  const jobIds = rows.flatMap(({ round }) => round.pairingJobId ?? []);
  const versionIds = rows.flatMap(({ round }) => round.options.sampling.versionIds);
  const [sampled, policies, pairsByJob, problems] = await Promise.all([
    countSamples(
      deps.db,
      rows.map(({ round }) => round.planId),
    ),
    readPolicies(deps.db, { projectId: key.projectId, versionIds }),
    readRoundPairs(deps.db, { jobIds, now: deps.clock() }),
    // One at the most is open.
    Promise.all(rows.map(({ round }) => findProblem(deps, round))),
  ]);
  const presented = rows.map(({ round, startsFrom, planName, createdBy, model }, index): Round => {
    const options = roundOptionsSchema.parse(round.options);
    const pairs = pairsByJob.get(round.pairingJobId ?? '');
    return {
      id: round.id,
      number: round.number,
      name: round.name,
      state: round.state,
      options,
      problem: problems[index] ?? null,
      startsFrom,
      plan: { id: round.planId, name: planName },
      policies: options.sampling.versionIds.flatMap((id) => policies.get(id) ?? []),
      samples: sampled.get(round.planId) ?? { wanted: 0, done: 0, answered: 0 },
      pairingId: pairs?.pairingId ?? null,
      pairs: { chosen: pairs?.chosen ?? 0, byRule: pairs?.byRule ?? [] },
      comparisons: {
        wanted: pairs?.wanted ?? 0,
        submitted: pairs?.submitted ?? 0,
        inProgress: pairs?.inProgress ?? 0,
      },
      jobs: {
        scoring: round.scoringJobId,
        pairing: round.pairingJobId,
        training: round.trainingJobId,
        rescoring: round.rescoringJobId,
      },
      model,
      createdBy,
      createdAt: round.createdAt.toISOString(),
      closedAt: round.closedAt?.toISOString() ?? null,
    };
  });
  return key.roundIds.flatMap((id) => presented.find((round) => round.id === id) ?? []);
}

const start = aliasedTable(rewardModels, 'start_models');

const readRows = (db: Queryable, key: { projectId: string; roundIds: readonly string[] }) =>
  db
    .select({
      round: rounds,
      startsFrom: { id: start.id, version: start.version },
      planName: samplingPlans.name,
      createdBy: people.name,
      model: {
        id: rewardModels.id,
        version: rewardModels.version,
        accuracy: sql<
          NonNullable<Round['model']>['accuracy']
        >`${rewardModels.manifest} #> '{heldOut,accuracy}'`,
        previous: sql<
          NonNullable<Round['model']>['previous']
        >`${rewardModels.manifest} #> '{previous,accuracy}'`,
      },
    })
    .from(rounds)
    .innerJoin(samplingPlans, eq(samplingPlans.id, rounds.planId))
    .leftJoin(people, eq(people.id, rounds.createdBy))
    .leftJoin(start, eq(start.id, rounds.startModelId))
    .leftJoin(rewardModels, eq(rewardModels.id, rounds.modelId))
    .where(and(eq(rounds.projectId, key.projectId), inArray(rounds.id, [...key.roundIds])));

async function countSamples(
  db: Queryable,
  planIds: readonly string[],
): Promise<Map<string, Round['samples']>> {
  const rows = await db
    .select({
      planId: samples.planId,
      wanted: count(),
      done: sql<number>`(count(*) filter (where ${samples.state} in ('answered', 'no-answer', 'duplicate')))::int`,
      answered: answeredCount,
    })
    .from(samples)
    .where(inArray(samples.planId, [...planIds]))
    .groupBy(samples.planId);
  return new Map(rows.map(({ planId, ...counts }) => [planId, counts]));
}

async function readPolicies(
  db: Queryable,
  key: { projectId: string; versionIds: readonly string[] },
): Promise<Map<string, Round['policies'][number]>> {
  const rows = await db
    .select({ id: policyVersions.id, source: policyVersions.source })
    .from(policyVersions)
    .where(
      and(
        eq(policyVersions.projectId, key.projectId),
        inArray(policyVersions.id, [...new Set(key.versionIds)]),
      ),
    );
  return new Map(rows.map((row) => [row.id, row]));
}

interface Told {
  state?: RoundState;
  fact?: string;
}

/** Every transition of a round, the oldest first. @throws ApiError `not_found` */
export async function listRoundEvents(db: Queryable, key: RoundKey): Promise<RoundEvent[]> {
  const { projectId, roundId } = key;
  const isRound = and(eq(rounds.projectId, projectId), eq(rounds.id, roundId));
  if ((await db.$count(rounds, isRound)) === 0) throw roundNotFound();
  const rows = await db
    .select({
      at: events.at,
      kind: events.kind,
      before: sql<Told | null>`${events.before}`,
      after: sql<Told | null>`${events.after}`,
      by: people.name,
    })
    .from(events)
    .leftJoin(people, eq(people.id, events.actorId))
    .where(and(eq(events.objectType, 'round'), eq(events.objectId, roundId), eq(events.projectId, projectId)))
    .orderBy(asc(events.at), asc(events.id));
  return rows.map(({ at, kind, before, after, by }) => ({
    at: at.toISOString(),
    kind,
    from: before?.state ?? null,
    to: after?.state ?? null,
    fact: after?.fact ?? null,
    by,
  }));
}
