import type { Rater } from '@rookery/shared/api';
import { wilsonInterval } from '@rookery/shared/comparisons';
import { and, asc, count, eq, isNull, or, sql } from 'drizzle-orm';
import { counts } from '../../db/counting-comparisons.ts';
import type { Queryable } from '../../db/database.ts';
import { comparisons, members, pairs, ratings } from '../../db/schema/index.ts';
import { midnightOf } from './counting.ts';

/**
 * Everybody who compares answers in a project, or has done so: what they did with every form, and figures of their overall ratings that
 * count. Agreement is with others who rated the same pairs, people with people and programs with programs.
 */
export async function listRaters(
  db: Queryable,
  { projectId, now }: { projectId: string; now: Date },
): Promise<Rater[]> {
  const [work, figures] = await Promise.all([readWork(db, { projectId, now }), readFigures(db, projectId)]);
  return work.map(({ removedAt, lastSubmittedAt, medianActiveMs, ...row }) => {
    const figure = figures.get(row.memberId) ?? noFigures;
    const { rated, preferA, preferB, ratingPairs, agreeing } = figure;
    const of = preferA + preferB;
    return Object.assign(row, {
      removedAt: removedAt?.toISOString() ?? null,
      lastSubmittedAt: lastSubmittedAt?.toISOString() ?? null,
      medianActiveSeconds: medianActiveMs === null ? null : medianActiveMs / 1000,
      choosesA: { share: shareOf(preferA, of), of, interval: wilsonInterval(preferA, of) },
      neutral: shareOf(rated - of, rated),
      agreement: { share: shareOf(agreeing, ratingPairs), ratingPairs },
    });
  });
}

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Members who are raters, or have compared something, by pseudonym. */
function readWork(db: Queryable, { projectId, now }: { projectId: string; now: Date }) {
  const { state, submittedAt } = comparisons;
  const isDone = sql`${state} in ('submitted', 'surplus')`;
  const countOf = (condition: ReturnType<typeof sql>) =>
    sql<number>`(count(${comparisons.id}) filter (where ${condition}))::int`;
  return db
    .select({
      memberId: members.id,
      pseudonym: members.pseudonym,
      isSimulated: members.isSimulated,
      removedAt: members.removedAt,
      form: members.ratingForm,
      submitted: countOf(isDone),
      submittedToday: countOf(
        sql`${isDone} and ${submittedAt} >= ${midnightOf(now).toISOString()}::timestamptz`,
      ),
      skipped: countOf(sql`${state} = 'released'`),
      flagged: countOf(sql`${state} = 'flagged'`),
      excluded: countOf(sql`${state} = 'excluded'`),
      medianActiveMs: sql<
        number | null
      >`percentile_cont(0.5) within group (order by ${comparisons.activeMs}) filter (where ${counts})`,
      lastSubmittedAt: sql`max(${submittedAt})`.mapWith(submittedAt),
    })
    .from(members)
    .leftJoin(
      comparisons,
      and(eq(comparisons.projectId, members.projectId), eq(comparisons.memberId, members.id)),
    )
    .leftJoin(pairs, eq(pairs.id, comparisons.pairId))
    .where(eq(members.projectId, projectId))
    .groupBy(members.id)
    .having(
      or(
        and(sql`'rater' = any(${members.roles})`, isNull(members.removedAt)),
        sql`${count(comparisons.id)} > 0`,
      ),
    )
    .orderBy(asc(members.pseudonym));
}

interface Figures {
  memberId: string;
  rated: number;
  preferA: number;
  preferB: number;
  ratingPairs: number;
  agreeing: number;
}

const noFigures = { rated: 0, preferA: 0, preferB: 0, ratingPairs: 0, agreeing: 0 };

/**
 * Of each member's overall ratings that count: which side they prefer, and how far they agree with the others of the pair, neutral against
 * not neutral counting half. Within a pair it is enough to count the ratings of each direction.
 */
async function readFigures(db: Queryable, projectId: string): Promise<Map<string, Figures>> {
  const { value } = ratings;
  const counting = db
    .select({
      memberId: comparisons.memberId,
      pairId: comparisons.pairId,
      isSimulated: members.isSimulated,
      direction: sql<number>`sign(${value})`.as('direction'),
      shown: sql<number>`sign(case ${comparisons.firstSide} when 'b' then -${value} else ${value} end)`.as(
        'shown',
      ),
    })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .innerJoin(members, eq(members.id, comparisons.memberId))
    .innerJoin(ratings, and(eq(ratings.comparisonId, comparisons.id), eq(ratings.criterion, 'overall')))
    .where(and(eq(comparisons.projectId, projectId), eq(comparisons.origin, 'rater'), counts));
  const { rows } = await db.execute<{ [Name in keyof Figures]: Figures[Name] }>(sql`
    with counting as (${counting}),
    beside as (
      select member_id, direction, shown, count(*) over kind as all_ratings,
        count(*) filter (where direction > 0) over kind as first,
        count(*) filter (where direction = 0) over kind as neutral,
        count(*) filter (where direction < 0) over kind as second
      from counting window kind as (partition by pair_id, is_simulated))
    select member_id as "memberId", count(*)::int as "rated",
      (count(*) filter (where shown > 0))::int as "preferA",
      (count(*) filter (where shown < 0))::int as "preferB",
      sum(all_ratings - 1)::int as "ratingPairs",
      sum(case when direction > 0 then first - 1 + neutral / 2.0 when direction < 0 then second - 1 + neutral / 2.0
        else neutral - 1 + (first + second) / 2.0 end)::float8 as "agreeing"
    from beside group by member_id`);
  return new Map(rows.map((row) => [row.memberId, row]));
}
