import type { ComparisonProgress } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { and, count, eq, gte, isNull, sql, type SQL } from 'drizzle-orm';
import { counts, holdsPlace, isGivenOut, isInProgress } from '../../db/counting-comparisons.ts';
import type { Dependencies } from '../../dependencies.ts';
import { comparisons, members, pairs } from '../../db/schema/index.ts';
import { midnightOf } from './counting.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** Days of the history, the present one included. */
const shownDays = 28;

interface Asked {
  projectId: string;
  form: FormName;
  now: Date;
}

/** How far the comparisons of one form are; every figure is of rows as they are now. */
export async function readProgress(
  deps: Dependencies,
  { projectId, form }: { projectId: string; form: FormName },
): Promise<ComparisonProgress> {
  const asked = { projectId, form, now: deps.clock() };
  const [ofPairs, ofComparisons, raters, days] = await Promise.all([
    countPairs(deps, asked),
    countComparisons(deps, asked),
    countRaters(deps, asked),
    countDays(deps, asked),
  ]);
  const { wanted, ...pairCounts } = ofPairs;
  const { activeToday, recent, recentSince, medianActiveMs, ...comparisonCounts } = ofComparisons;
  return {
    pairs: pairCounts,
    comparisons: { wanted, ...comparisonCounts },
    raters: { total: raters, activeToday },
    days,
    pace: paceOf({ recent, recentSince, remaining: wanted - comparisonCounts.submitted, now: asked.now }),
    medianActiveSeconds: medianActiveMs === null ? null : medianActiveMs / 1000,
  };
}

/**
 * Comparisons an hour since the first of `recent`, at least an hour, so that the first few make no giddy promises; and when
 * what remains is done at this pace.
 */
export function paceOf(input: {
  recent: number;
  recentSince: Date | null;
  remaining: number;
  now: Date;
}): ComparisonProgress['pace'] {
  const { recent, recentSince, remaining, now } = input;
  if (recent === 0 || recentSince === null) return { perHour: null, windowHours: 24, estimatedEnd: null };
  const windowHours = Math.max(1, (now.getTime() - recentSince.getTime()) / hourMs);
  const perHour = recent / windowHours;
  const end = new Date(now.getTime() + (remaining / perHour) * hourMs);
  // Beyond what a date can be, there is no end to tell.
  const hasEnd = remaining > 0 && !Number.isNaN(end.getTime());
  return { perHour, windowHours, estimatedEnd: hasEnd ? end.toISOString() : null };
}

const number = (expression: SQL) => expression.mapWith(Number);
const countIf = (condition: SQL) => number(sql`count(*) filter (where ${condition})`);
const from = (time: Date) => sql`${time.toISOString()}::timestamptz`;

async function countPairs({ db }: Dependencies, { projectId, form }: Asked) {
  const isInUse = isNull(pairs.excludedAt);
  const submitted = db
    .select({ pairId: comparisons.pairId, submitted: count().as('submitted') })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .where(and(eq(comparisons.projectId, projectId), eq(comparisons.form, form), holdsPlace))
    .groupBy(comparisons.pairId)
    .as('submitted_by_pair');
  const isDone = sql`${pairs.wanted} > 0 and coalesce(${submitted.submitted}, 0) >= ${pairs.wanted}`;
  const [counted] = await db
    .select({
      total: countIf(isInUse),
      open: countIf(sql`${isGivenOut} and ${pairs.held} < ${pairs.wanted}`),
      done: countIf(sql`${isGivenOut} and ${isDone}`),
      calibration: countIf(sql`${isInUse} and ${pairs.isCalibration}`),
      excluded: countIf(sql`not ${isInUse}`),
      wanted: number(sql`coalesce(sum(${pairs.wanted}) filter (where ${isGivenOut}), 0)`),
    })
    .from(pairs)
    .leftJoin(submitted, eq(submitted.pairId, pairs.id))
    .where(and(eq(pairs.projectId, projectId), eq(pairs.form, form)));
  return counted!;
}

async function countComparisons({ db }: Dependencies, { projectId, form, now }: Asked) {
  const { origin, state, submittedAt, isCalibration, memberId } = comparisons;
  const isRaters = sql`${origin} = 'rater'`;
  const isToday = sql`${isRaters} and ${counts} and ${submittedAt} >= ${from(midnightOf(now))}`;
  const isRecent = sql`${holdsPlace} and ${submittedAt} > ${from(new Date(now.getTime() - dayMs))}`;
  const [counted] = await db
    .select({
      submitted: countIf(holdsPlace),
      inProgress: countIf(isInProgress(now)),
      submittedToday: countIf(isToday),
      surplus: countIf(sql`${counts} and ${state} = 'surplus'`),
      calibration: countIf(sql`${isRaters} and ${counts} and ${isCalibration}`),
      imported: countIf(sql`${origin} = 'import' and ${counts}`),
      skipped: countIf(sql`${state} = 'released'`),
      flagged: countIf(sql`${state} = 'flagged'`),
      excluded: countIf(sql`${state} = 'excluded'`),
      activeToday: number(sql`count(distinct ${memberId}) filter (where ${isToday})`),
      recent: countIf(isRecent),
      recentSince: sql`min(${submittedAt}) filter (where ${isRecent})`.mapWith(submittedAt),
      medianActiveMs: sql<number | null>`percentile_cont(0.5) within group (order by ${comparisons.activeMs})
        filter (where ${counts} and not ${members.isSimulated})`,
    })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .leftJoin(members, eq(members.id, memberId))
    .where(and(eq(comparisons.projectId, projectId), eq(comparisons.form, form)));
  return counted!;
}

async function countRaters({ db }: Dependencies, { projectId, form }: Asked): Promise<number> {
  const [counted] = await db
    .select({ raters: count() })
    .from(members)
    .where(
      and(
        eq(members.projectId, projectId),
        isNull(members.removedAt),
        eq(members.ratingForm, form),
        sql`'rater' = any(${members.roles})`,
      ),
    );
  return counted?.raters ?? 0;
}

async function countDays({ db }: Dependencies, { projectId, form, now }: Asked) {
  const today = midnightOf(now).getTime();
  const first = new Date(today - (shownDays - 1) * dayMs);
  const day = sql<string>`to_char(${comparisons.submittedAt} at time zone 'UTC', 'YYYY-MM-DD')`;
  const rows = await db
    .select({ day, submitted: count() })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .where(
      and(
        eq(comparisons.projectId, projectId),
        eq(comparisons.form, form),
        eq(comparisons.origin, 'rater'),
        counts,
        gte(comparisons.submittedAt, first),
      ),
    )
    .groupBy(sql`1`);
  const submittedOn = new Map(rows.map((row) => [row.day, row.submitted]));
  return Array.from({ length: shownDays }, (_, index) => {
    const name = new Date(first.getTime() + index * dayMs).toISOString().slice(0, 10);
    return { day: name, submitted: submittedOn.get(name) ?? 0 };
  });
}
