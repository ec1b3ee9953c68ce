import {
  ApiError,
  pairingOptionsSchema,
  type Pair,
  type PairFilter,
  type pairRoutes,
  type PairSort,
} from '@rookery/shared/api';
import { aliasedTable, and, count, eq, inArray, isNotNull, or, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import { isGivenOut } from '../../db/counting-comparisons.ts';
import type { Queryable } from '../../db/database.ts';
import { likePattern } from '../../db/like-pattern.ts';
import { answers, comparisons, pairings, pairs, people, questions, ratings } from '../../db/schema/index.ts';
import { keyset, type SortKey } from '../../http/cursor.ts';
import { readAnswers } from '../answers/index.ts';

export interface PairKey {
  projectId: string;
  pairId: string;
}

const first = aliasedTable(answers, 'first_answers');
const second = aliasedTable(answers, 'second_answers');

const countOf = (what: SQL): SQL<number> => sql<number>`(count(*) filter (where ${what}))::int`;

/**
 * What was compared so far, by pair; pairs without any comparison have no row. To be joined on `pairId`: PostgreSQL leaves it out of
 * statements that use none of its columns.
 */
const comparedOf = (db: Queryable, key: { projectId: string; now: Date; pairIds?: readonly string[] }) => {
  const { state, place, isCalibration, origin, leaseExpiresAt } = comparisons;
  const isByRater = sql`${origin} = 'rater'`;
  const isDone = sql`${state} in ('submitted', 'surplus')`;
  const isLeased = sql`${leaseExpiresAt} > ${key.now.toISOString()}::timestamptz`;
  return db
    .select({
      pairId: comparisons.pairId,
      submitted: countOf(sql`${state} = 'submitted' and ${place} is not null`).as('submitted'),
      inProgress: countOf(sql`${state} = 'active' and ${isLeased}`).as('in_progress'),
      surplus: countOf(sql`${state} = 'surplus' and not ${isCalibration}`).as('surplus'),
      calibrated: countOf(sql`${isDone} and ${isCalibration}`).as('calibrated'),
      imported: countOf(sql`${origin} = 'import' and ${state} = 'submitted'`).as('imported'),
      overall: sql<number | null>`avg(${ratings.value}) filter (where ${isByRater} and ${isDone})`.as(
        'overall',
      ),
    })
    .from(comparisons)
    .leftJoin(ratings, and(eq(ratings.comparisonId, comparisons.id), eq(ratings.criterion, 'overall')))
    .where(
      and(
        eq(comparisons.projectId, key.projectId),
        key.pairIds && inArray(comparisons.pairId, [...key.pairIds]),
      ),
    )
    .groupBy(comparisons.pairId)
    .as('compared');
};
type Compared = ReturnType<typeof comparedOf>;

const orNone = (number: unknown): SQL<number> => sql<number>`coalesce(${number}, 0)`;

/** The pairs of a project with these ids, in their order. */
async function readPairs(
  db: Queryable,
  key: { projectId: string; now: Date; pairIds: readonly string[] },
): Promise<Pair[]> {
  const { projectId, pairIds } = key;
  if (pairIds.length === 0) return [];
  const compared = comparedOf(db, key);
  const sideOf = (side: typeof first) => ({
    answerId: side.id,
    origin: side.origin,
    source: side.source,
    characters: sql<number>`char_length(${side.text})`,
  });
  const rows = await db
    .select({
      id: pairs.id,
      form: pairs.form,
      question: {
        id: questions.id,
        fullText: questions.fullText,
        dataset: questions.dataset,
        use: questions.use,
      },
      first: sideOf(first),
      second: sideOf(second),
      pairing: { id: pairings.id, method: pairings.method },
      rule: pairs.rule,
      probability: pairs.probability,
      wanted: pairs.wanted,
      submitted: orNone(compared.submitted),
      inProgress: orNone(compared.inProgress),
      surplus: orNone(compared.surplus),
      calibrated: orNone(compared.calibrated),
      imported: orNone(compared.imported),
      overall: compared.overall,
      isCalibration: pairs.isCalibration,
      priority: pairs.priority,
      createdAt: pairs.createdAt,
      excludedAt: pairs.excludedAt,
      excludedReason: pairs.excludedReason,
    })
    .from(pairs)
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .innerJoin(pairings, eq(pairings.id, pairs.pairingId))
    .innerJoin(first, eq(first.id, pairs.firstAnswerId))
    .innerJoin(second, eq(second.id, pairs.secondAnswerId))
    .leftJoin(compared, eq(compared.pairId, pairs.id))
    .where(and(eq(pairs.projectId, projectId), inArray(pairs.id, [...pairIds])));
  const byId = new Map(
    rows.map((row) => [
      row.id,
      {
        ...row,
        createdAt: row.createdAt.toISOString(),
        excludedAt: row.excludedAt?.toISOString() ?? null,
      } satisfies Pair,
    ]),
  );
  return pairIds.flatMap((id) => byId.get(id) ?? []);
}

/** The same order on every machine, whatever the database's language. */
const plainly = (text: SQL): SQL => sql`${text} collate "C"`;

/** Pairs without a rating, or with no known probability, come before all others. */
const sortsBy = (compared: Compared): Record<PairSort, SortKey> => ({
  created: { by: pairs.createdAt, type: 'timestamptz' },
  question: { by: plainly(sql`lower(left(${questions.fullText}, 200))`), type: 'text' },
  priority: { by: pairs.priority, type: 'integer' },
  wanted: { by: pairs.wanted, type: 'integer' },
  submitted: { by: orNone(compared.submitted), type: 'integer' },
  overall: { by: sql`coalesce(${compared.overall}, -2)`, type: 'float8' },
  probability: { by: sql`coalesce(${pairs.probability}, 0)`, type: 'float8' },
});

export async function listPairs(
  db: Queryable,
  options: PairFilter & {
    projectId: string;
    now: Date;
    sort: PairSort;
    order: 'asc' | 'desc';
    limit: number;
    cursor?: string | undefined;
  },
): Promise<z.input<(typeof pairRoutes)['listPairs']['answer']>> {
  const { projectId, now, sort, order, limit, cursor } = options;
  const compared = comparedOf(db, { projectId, now });
  const set = keyset({ sorts: sortsBy(compared), sort, order, id: pairs.id, cursor, limit });
  const matching = matches(options, compared);
  const [found, [counted]] = await Promise.all([
    db
      .select({ id: pairs.id, place: set.place })
      .from(pairs)
      .innerJoin(questions, eq(questions.id, pairs.questionId))
      .leftJoin(compared, eq(compared.pairId, pairs.id))
      .where(and(matching, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    db
      .select({ total: count() })
      .from(pairs)
      .innerJoin(questions, eq(questions.id, pairs.questionId))
      .leftJoin(compared, eq(compared.pairId, pairs.id))
      .where(matching),
  ]);
  const { rows, ...page } = set.page(found);
  const items = await readPairs(db, { projectId, now, pairIds: rows.map((row) => row.id) });
  return { ...page, items, total: counted?.total ?? 0 };
}

/** The ids of a project's pairs that a filter lets through, as a part of other statements. */
export function matchingPairs(db: Queryable, filter: PairFilter & { projectId: string; now: Date }) {
  const compared = comparedOf(db, filter);
  return db
    .select({ id: pairs.id })
    .from(pairs)
    .innerJoin(questions, eq(questions.id, pairs.questionId))
    .leftJoin(compared, eq(compared.pairId, pairs.id))
    .where(matches(filter, compared));
}

function matches(filter: PairFilter & { projectId: string }, compared: Compared): SQL | undefined {
  const { projectId, form, questionId, contains, state, method, pairingId, rule, source, calibration } =
    filter;
  return and(
    eq(pairs.projectId, projectId),
    form === undefined ? undefined : eq(pairs.form, form),
    questionId === undefined ? undefined : eq(pairs.questionId, questionId),
    contains === undefined ? undefined : sql`${questions.fullText} ilike ${likePattern(contains)}`,
    state === undefined ? undefined : isInState(state, compared),
    method === undefined
      ? undefined
      : sql`${pairs.pairingId} in (select id from pairings where project_id = ${projectId} and method = ${method})`,
    pairingId === undefined ? undefined : eq(pairs.pairingId, pairingId),
    rule === undefined ? undefined : eq(pairs.rule, rule),
    source === undefined ? undefined : or(isFrom(pairs.firstAnswerId), isFrom(pairs.secondAnswerId)),
    calibration === undefined ? undefined : eq(pairs.isCalibration, calibration === 'yes'),
  );

  function isFrom(answerId: typeof pairs.firstAnswerId | typeof pairs.secondAnswerId): SQL {
    return sql`exists (select from answers where answers.id = ${answerId} and answers.source = ${source})`;
  }
}

function isInState(state: NonNullable<PairFilter['state']>, compared: Compared): SQL | undefined {
  if (state === 'excluded') return isNotNull(pairs.excludedAt);
  if (state === 'open') return and(isGivenOut, sql`${pairs.held} < ${pairs.wanted}`);
  return and(isGivenOut, sql`${pairs.wanted} > 0 and ${orNone(compared.submitted)} >= ${pairs.wanted}`);
}

export const pairNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such pair in this project.');

/** @throws ApiError `not_found` */
export async function readPair(db: Queryable, key: PairKey & { now: Date }): Promise<Pair> {
  const [pair] = await readPairs(db, { ...key, pairIds: [key.pairId] });
  if (pair) return pair;
  throw pairNotFound();
}

/** A pair with both answers. @throws ApiError `not_found` */
export async function readWholePair(
  db: Queryable,
  key: PairKey & { now: Date },
): Promise<z.input<(typeof pairRoutes)['getPair']['answer']>> {
  const pair = await readPair(db, key);
  const answerIds = [pair.first.answerId, pair.second.answerId];
  const [firstAnswer, secondAnswer] = await readAnswers(db, { projectId: key.projectId, answerIds });
  return { ...pair, answers: { first: firstAnswer!, second: secondAnswer! } };
}

const pairingSorts = { created: { by: pairings.createdAt, type: 'timestamptz' } } as const;

export async function listPairings(
  db: Queryable,
  options: { projectId: string; limit: number; cursor?: string | undefined },
): Promise<z.input<(typeof pairRoutes)['listPairings']['answer']>> {
  const { projectId, limit, cursor } = options;
  const sorting = { sorts: pairingSorts, sort: 'created', order: 'desc', id: pairings.id } as const;
  const set = keyset({ ...sorting, cursor, limit });
  const matching = eq(pairings.projectId, projectId);
  const [found, total] = await Promise.all([
    db
      .select({
        id: pairings.id,
        method: pairings.method,
        options: pairings.options,
        seed: pairings.seed,
        pairs: sql<number>`(select count(*)::int from pairs where pairs.pairing_id = ${pairings.id})`,
        jobId: pairings.jobId,
        createdBy: people.name,
        createdAt: pairings.createdAt,
        place: set.place,
      })
      .from(pairings)
      .leftJoin(people, eq(people.id, pairings.createdBy))
      .where(and(matching, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    db.$count(pairings, matching),
  ]);
  const { rows, nextCursor } = set.page(found);
  const items = rows.map((row) => ({
    id: row.id,
    method: row.method,
    options: row.options && pairingOptionsSchema.parse(row.options),
    seed: row.seed,
    pairs: row.pairs,
    jobId: row.jobId,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
  }));
  return { items, nextCursor, total };
}
