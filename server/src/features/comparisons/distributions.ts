import { currentForm } from '@rookery/shared/comparisons';
import { count, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { ratings } from '../../db/schema/index.ts';
import { pointOf, selectCounting, type SelectionOfProject } from './counting.ts';

/** How often each of the five points was chosen, by criterion in the form's order, of the comparisons that count. */
export async function readDistributions(db: Queryable, selection: SelectionOfProject) {
  const counting = selectCounting(db, selection);
  const point = pointOf(ratings.value, counting.firstSide);
  const [[all], rows] = await Promise.all([
    db.select({ comparisons: count() }).from(counting),
    db
      .select({
        criterion: ratings.criterion,
        point,
        rated: count(),
        sum: sql<number>`sum(${ratings.value})`,
      })
      .from(counting)
      .innerJoin(ratings, eq(ratings.comparisonId, counting.id))
      .groupBy(ratings.criterion, sql`2`),
  ]);
  const comparisons = all?.comparisons ?? 0;
  const criteria = currentForm(selection.form).criteria.map(({ id: criterion }) => {
    const own = rows.filter((row) => row.criterion === criterion);
    const counts = [0, 1, 2, 3, 4].map((index) => own.find((row) => row.point === index)?.rated ?? 0);
    const rated = counts.reduce((sum, each) => sum + each, 0);
    const sum = own.reduce((total, row) => total + row.sum, 0);
    return {
      criterion,
      counts,
      rated,
      skipped: comparisons - rated,
      meanFirst: rated === 0 ? null : sum / rated,
    };
  });
  return { comparisons, criteria };
}
