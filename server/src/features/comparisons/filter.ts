import type { ComparisonFilter, ComparisonFlag, ComparisonState } from '@rookery/shared/api';
import { choices } from '@rookery/shared/comparisons';
import { and, eq, gt, gte, isNotNull, lt, not, sql, type SQL } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import { counts, hasRunOut, holdsPlace, isInProgress } from '../../db/counting-comparisons.ts';
import { likePattern } from '../../db/like-pattern.ts';
import { comparisonImports, comparisons, members, pairs, questions } from '../../db/schema/index.ts';
import { isBy, pointOf } from './counting.ts';

export const flagConditions: Readonly<Record<ComparisonFlag, SQL>> = {
  'question-flag': isNotNull(comparisons.questionFlag),
  contradicts: sql`'contradicts' = any(${comparisons.softPrompts})`,
  fast: sql`'fast' = any(${comparisons.softPrompts})`,
  revised: gt(comparisons.revision, 1),
  surplus: eq(comparisons.state, 'surplus'),
  calibration: eq(comparisons.isCalibration, true),
  noted: eq(comparisons.isNoted, true),
  simulated: eq(members.isSimulated, true),
};

/** The tables of a row, and how they belong together; an import has no member, and a rater's comparison no import. */
export const joins = {
  pairs: { table: pairs, on: eq(pairs.id, comparisons.pairId), isOptional: false },
  questions: { table: questions, on: eq(questions.id, pairs.questionId), isOptional: false },
  members: { table: members, on: eq(members.id, comparisons.memberId), isOptional: true },
  imports: {
    table: comparisonImports,
    on: eq(comparisonImports.id, comparisons.importId),
    isOptional: true,
  },
} as const;
export type Joined = keyof typeof joins;

/** Joining costs time for every row of a project: only those tables are joined that a filter or a sorting reads. */
export function joinTables(query: PgSelect, tables: readonly Joined[]): void {
  const wanted = new Set(
    tables.flatMap((name) => (name === 'questions' ? (['pairs', name] as const) : name)),
  );
  for (const name of wanted) {
    const { table, on, isOptional } = joins[name];
    if (isOptional) query.leftJoin(table, on);
    else query.innerJoin(table, on);
  }
}

const dayMs = 24 * 60 * 60_000;

/** The comparisons of a project that a filter lets through, and the tables that it reads beside `comparisons`. */
export function matchingComparisons(filter: ComparisonFilter & { projectId: string; now: Date }): {
  where: SQL | undefined;
  tables: Joined[];
} {
  const { projectId, form, state, by, importId, rater, memberId, pairId, questionId, contains, flag } =
    filter;
  const { day, criterion, choice, calibration, pairingId } = filter;
  const tables: Joined[] = [];
  /** A condition that is there if what it is made of is, and the tables that it reads. */
  const when = <T>(value: T | undefined, make: (value: T) => SQL | undefined, ...reads: Joined[]) => {
    if (value === undefined) return undefined;
    tables.push(...reads);
    return make(value);
  };
  const isOrNot = (answer: 'yes' | 'no', condition: SQL): SQL =>
    answer === 'yes' ? condition : not(condition);
  const isOfDay = (from: Date): SQL | undefined =>
    and(gte(comparisons.submittedAt, from), lt(comparisons.submittedAt, new Date(from.getTime() + dayMs)));
  const hasRating = criterion ?? (choice === undefined ? undefined : 'overall');
  const where = and(
    eq(comparisons.projectId, projectId),
    when(form, (value) => eq(comparisons.form, value)),
    when(state, (value) => isInState(value, filter.now)),
    when(by, isBy, 'members'),
    when(importId, (value) => eq(comparisons.importId, value)),
    when(rater, (value) => sql`${members.pseudonym} ilike ${likePattern(value)}`, 'members'),
    when(memberId, (value) => eq(comparisons.memberId, value)),
    when(pairId, (value) => eq(comparisons.pairId, value)),
    when(pairingId, (value) => eq(pairs.pairingId, value), 'pairs'),
    when(questionId, (value) => eq(pairs.questionId, value), 'pairs'),
    when(contains, (value) => sql`${questions.fullText} ilike ${likePattern(value)}`, 'questions'),
    when(flag, (value) => flagConditions[value], ...(flag === 'simulated' ? (['members'] as const) : [])),
    when(filter.counts, (value) => isOrNot(value, counts), 'pairs'),
    when(filter.holdsPlace, (value) => isOrNot(value, holdsPlace), 'pairs'),
    when(calibration, (value) => eq(comparisons.isCalibration, value === 'yes')),
    when(day, (value) => isOfDay(new Date(value))),
    when(hasRating, (value) => isRated(value, choice)),
  );
  return { where, tables };
}

/** Whether a comparison is in a state at a time: a lease that has ended counts as expired from that moment on. */
function isInState(state: ComparisonState, now: Date): SQL {
  if (state === 'active') return isInProgress(now);
  return state === 'expired' ? hasRunOut(now) : eq(comparisons.state, state);
}

/** Whether there is a rating of a criterion, and, if asked for, whether it says so. */
function isRated(criterion: string, choice: (typeof choices)[number] | undefined): SQL {
  const point = pointOf(sql`ratings.value`, sql`comparisons.first_side`);
  const says = choice === undefined ? sql`` : sql`and ${point} = ${choices.indexOf(choice)}`;
  return sql`exists (select from ratings
    where ratings.comparison_id = comparisons.id and ratings.criterion = ${criterion} ${says})`;
}
