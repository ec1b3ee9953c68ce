import {
  ApiError,
  comparisonFlags,
  type Comparison,
  type ComparisonFilter,
  type ComparisonFlag,
  type ComparisonSort,
} from '@rookery/shared/api';
import type { CriterionId } from '@rookery/shared/comparisons';
import { and, count, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { comparisonImports, comparisons, members, pairs, questions } from '../../db/schema/index.ts';
import { keyset, type SortKey } from '../../http/cursor.ts';
import { effectiveState } from '../comparison-tasks/index.ts';
import { flagConditions, joins, joinTables, matchingComparisons, type Joined } from './filter.ts';

export interface ComparisonKey {
  projectId: string;
  comparisonId: string;
}

const flags = sql<ComparisonFlag[]>`array_remove(array[${sql.join(
  comparisonFlags.map((flag) => sql`case when ${flagConditions[flag]} then ${flag}::text end`),
  sql`, `,
)}], null)`;

/**
 * Kept from the newest revision; of what was never submitted, counted. Null for an import. Names in parts that select by themselves are
 * written out, since Drizzle leaves the table's away where a statement has only one.
 */
const activeMs = sql<
  number | null
>`case when ${comparisons.origin} = 'rater' then coalesce(${comparisons.activeMs}, (
  select coalesce(sum(extract(epoch from ended_at - started_at)) * 1000, 0)::int
  from activity_intervals where activity_intervals.comparison_id = comparisons.id)) end`;

const ratings = sql<Partial<Record<CriterionId, number>>>`(
  select coalesce(jsonb_object_agg(ratings.criterion, ratings.value), '{}')
  from ratings where ratings.comparison_id = comparisons.id)`;

const overall = sql`(
  select ratings.value from ratings where ratings.comparison_id = comparisons.id and ratings.criterion = 'overall')`;

const selectComparisons = (db: Queryable) =>
  db
    .select({
      id: comparisons.id,
      pairId: comparisons.pairId,
      question: {
        id: questions.id,
        fullText: questions.fullText,
        dataset: questions.dataset,
        use: questions.use,
      },
      origin: comparisons.origin,
      rater: members.pseudonym,
      memberId: comparisons.memberId,
      isSimulated: sql<boolean>`coalesce(${members.isSimulated}, false)`,
      import: { id: comparisonImports.id, name: comparisonImports.name },
      state: comparisons.state,
      leaseExpiresAt: comparisons.leaseExpiresAt,
      form: { name: comparisons.form, version: comparisons.formVersion },
      flags,
      ratings,
      questionFlag: comparisons.questionFlag,
      firstSide: comparisons.firstSide,
      revision: comparisons.revision,
      spans: comparisons.spans,
      activeMs,
      releaseReason: comparisons.releaseReason,
      createdAt: comparisons.createdAt,
      endedAt: comparisons.endedAt,
      excludedReason: comparisons.excludedReason,
    })
    .from(comparisons)
    .innerJoin(pairs, joins.pairs.on)
    .innerJoin(questions, joins.questions.on)
    .leftJoin(members, joins.members.on)
    .leftJoin(comparisonImports, joins.imports.on);

type ComparisonRow = Awaited<ReturnType<typeof selectComparisons>>[number];

function presentComparison(
  { activeMs: active, leaseExpiresAt, createdAt, endedAt, ...row }: ComparisonRow,
  now: Date,
): Comparison {
  return {
    ...row,
    state: effectiveState({ state: row.state, leaseExpiresAt }, now),
    activeSeconds: active === null ? null : active / 1000,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** @throws ApiError `not_found` */
export async function readComparison(db: Queryable, key: ComparisonKey & { now: Date }): Promise<Comparison> {
  const where = and(eq(comparisons.projectId, key.projectId), eq(comparisons.id, key.comparisonId));
  const [row] = await selectComparisons(db).where(where);
  if (row) return presentComparison(row, key.now);
  throw comparisonNotFound();
}

export const comparisonNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such comparison in this project.');

/** The same order on every machine, whatever the database's language. */
const plainly = (text: SQL): SQL => sql`${text} collate "C"`;

const sorts: Record<ComparisonSort, SortKey> = {
  ended: { by: sql`coalesce(${comparisons.endedAt}, 'infinity'::timestamptz)`, type: 'timestamptz' },
  created: { by: comparisons.createdAt, type: 'timestamptz' },
  question: { by: plainly(sql`lower(left(${questions.fullText}, 200))`), type: 'text' },
  rater: {
    by: plainly(sql`coalesce(${members.pseudonym}, ${comparisonImports.name}, '')`),
    type: 'text',
  },
  state: { by: plainly(sql`${comparisons.state}`), type: 'text' },
  // What has none comes after all others, or before them.
  overall: { by: sql`coalesce(${overall}, -2)`, type: 'float8' },
  active: { by: sql`coalesce(${activeMs}, -1)`, type: 'integer' },
  spans: { by: comparisons.spans, type: 'integer' },
};

const tablesOfSorts: Partial<Record<ComparisonSort, readonly Joined[]>> = {
  question: ['questions'],
  rater: ['members', 'imports'],
};

/** A page of a project's comparisons, sorted. */
export async function listComparisons(
  db: Queryable,
  options: ComparisonFilter & {
    projectId: string;
    now: Date;
    sort: ComparisonSort;
    order: 'asc' | 'desc';
    limit: number;
    cursor?: string | undefined;
  },
) {
  const { sort, order, limit, cursor } = options;
  const set = keyset({ sorts, sort, order, id: comparisons.id, cursor, limit });
  const { where, tables } = matchingComparisons(options);
  const inOrder = db.select({ id: comparisons.id, place: set.place }).from(comparisons).$dynamic();
  joinTables(inOrder, [...tables, ...(tablesOfSorts[sort] ?? [])]);
  const counted = db.select({ total: count() }).from(comparisons).$dynamic();
  joinTables(counted, tables);
  const [found, [all]] = await Promise.all([
    inOrder
      .where(and(where, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    counted.where(where),
  ]);
  const { rows, ...page } = set.page(found);
  const ids = rows.map(({ id }) => id);
  const shown = await selectComparisons(db).where(inArray(comparisons.id, ids));
  const byId = new Map(shown.map((row) => [row.id, row]));
  return {
    ...page,
    items: ids.flatMap((id) => byId.get(id) ?? []).map((row) => presentComparison(row, options.now)),
    total: all?.total ?? 0,
  };
}

/** Named imports of a project, the newest first; `comparisons` leaves out those that were excluded. */
export async function listComparisonImports(db: Queryable, projectId: string) {
  const { id, name, createdAt } = comparisonImports;
  const rows = await db
    .select({ id, name, createdAt, comparisons: count(comparisons.id) })
    .from(comparisonImports)
    .leftJoin(comparisons, and(eq(comparisons.importId, id), eq(comparisons.state, 'submitted')))
    .where(eq(comparisonImports.projectId, projectId))
    .groupBy(id)
    .orderBy(sql`${createdAt} desc`, sql`${id} desc`);
  return rows.map((row) => Object.assign(row, { createdAt: row.createdAt.toISOString() }));
}
