import type { ComparisonSelection } from '@rookery/shared/api';
import { and, eq, sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import { counts } from '../../db/counting-comparisons.ts';
import type { Queryable } from '../../db/database.ts';
import { comparisons, members, pairs } from '../../db/schema/index.ts';

/** Whose comparisons a selection or a filter means; a statement that asks for people or programs joins `members`. */
export function isBy(by: 'people' | 'programs' | 'raters' | 'imports' | 'import'): SQL {
  if (by === 'imports' || by === 'import') return eq(comparisons.origin, 'import');
  if (by === 'raters') return eq(comparisons.origin, 'rater');
  return and(eq(comparisons.origin, 'rater'), eq(members.isSimulated, by === 'programs'))!;
}

export type SelectionOfProject = ComparisonSelection & { projectId: string };

/** The comparisons of a selection that count, for other statements to read from. */
export function selectCounting(db: Queryable, selection: SelectionOfProject) {
  const { projectId, form, by, importId } = selection;
  return db
    .select({
      id: comparisons.id,
      pairId: comparisons.pairId,
      revision: comparisons.revision,
      firstSide: comparisons.firstSide,
    })
    .from(comparisons)
    .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
    .leftJoin(members, eq(members.id, comparisons.memberId))
    .where(
      and(
        eq(comparisons.projectId, projectId),
        eq(comparisons.form, form),
        counts,
        isBy(by),
        by === 'import' && importId !== undefined ? eq(comparisons.importId, importId) : undefined,
      ),
    )
    .as('counting');
}

/**
 * Which of the five points, from 0 ("A much better") to 4, a value stands for as it was shown; of imports, which have no sides, from
 * the first answer to the second, values between the points being counted at the nearest.
 */
export const pointOf = (value: SQLWrapper, firstSide: SQLWrapper): SQL<number> =>
  sql<number>`(2 - round(2 * case when ${firstSide} = 'b' then -${value} else ${value} end))::int`;

/** Midnight UTC before a time. */
export function midnightOf(time: Date): Date {
  const midnight = new Date(time);
  midnight.setUTCHours(0, 0, 0, 0);
  return midnight;
}
