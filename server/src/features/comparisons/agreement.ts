import type { CriterionAgreement } from '@rookery/shared/api';
import { currentForm, ordinalAlpha, startBootstrap, tieAwareAgreement } from '@rookery/shared/comparisons';
import { and, asc, eq, sql } from 'drizzle-orm';
import { setImmediate } from 'node:timers/promises';
import type { Database, Queryable } from '../../db/database.ts';
import { ratings } from '../../db/schema/index.ts';
import { selectCounting, type SelectionOfProject } from './counting.ts';

export interface Agreement {
  criteria: CriterionAgreement[];
  resamples: number;
}

const resamples = 1000;
/** Ratings of pairs that are drawn before others get a turn: some milliseconds. */
const drawnAtOnce = 200_000;
/** Selections whose agreement is kept. */
const keptAtMost = 100;

interface Kept {
  /** Of what it is of; another one than now, and it has to be worked out anew. */
  stamp: string | null;
  agreement: Promise<Agreement>;
}

/**
 * Agreement of selections, each worked out once for the same comparisons: what is asked for again and again while nothing changes is
 * read from memory. One is worked out at a time, in slices, so that the server goes on answering; what waits for its turn reads what is
 * there then, so that nothing waits behind what is out of date already.
 */
export function createAgreementReader(db: Database): (selection: SelectionOfProject) => Promise<Agreement> {
  const kept = new Map<string, Kept>();
  const waiting = new Map<string, Promise<Agreement>>();
  let last: Promise<unknown> = Promise.resolve();

  const work = async (key: string, selection: SelectionOfProject): Promise<Agreement> => {
    waiting.delete(key);
    const agreement = stampOf(db, selection).then(async (stamp) => {
      entry.stamp = stamp;
      return computeAgreement(db, selection);
    });
    const entry: Kept = { stamp: null, agreement };
    kept.set(key, entry);
    for (const oldest of [...kept.keys()].slice(0, -keptAtMost)) kept.delete(oldest);
    try {
      return await agreement;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };

  return async (selection) => {
    const { projectId, form, by, importId } = selection;
    const key = [projectId, form, by, importId ?? ''].join(' ');
    const stamp = await stampOf(db, selection);
    const known = kept.get(key);
    if (known?.stamp === stamp) {
      // Asked for last, forgotten last.
      kept.delete(key);
      kept.set(key, known);
      return known.agreement;
    }
    const waits = waiting.get(key) ?? last.then(() => work(key, selection));
    waiting.set(key, waits);
    last = waits.catch(() => {});
    return waits;
  };
}

/** Another one whenever a comparison counts that did not, does not any more, or has another revision. */
async function stampOf(db: Queryable, selection: SelectionOfProject): Promise<string> {
  const counting = selectCounting(db, selection);
  // What is imported again may have another rating without another revision.
  const value = sql`coalesce(${ratings.value}::text, '')`;
  const fingerprint = sql`hashtextextended(${counting.id}::text || ' ' || ${counting.revision} || ' ' || ${value}, 0)`;
  const [row] = await db
    .select({ stamp: sql<string>`count(*) || ' ' || coalesce(bit_xor(${fingerprint}), 0)` })
    .from(counting)
    .leftJoin(ratings, and(eq(ratings.comparisonId, counting.id), eq(ratings.criterion, 'overall')));
  return row?.stamp ?? '';
}

/** Agreement by criterion, in the form's order, of pairs with two ratings or more; the same ratings give the same intervals. */
async function computeAgreement(db: Queryable, selection: SelectionOfProject): Promise<Agreement> {
  const counting = selectCounting(db, selection);
  const values = sql<number[]>`array_agg(${ratings.value} order by ${ratings.value})`;
  const rows = await db
    .select({ criterion: ratings.criterion, values })
    .from(counting)
    .innerJoin(ratings, eq(ratings.comparisonId, counting.id))
    .groupBy(ratings.criterion, counting.pairId)
    .having(sql`count(*) > 1`)
    .orderBy(asc(counting.pairId));
  const unitsOf = Map.groupBy(rows, ({ criterion }) => criterion);
  const criteria: CriterionAgreement[] = [];
  for (const { id: criterion } of currentForm(selection.form).criteria) {
    const units = (unitsOf.get(criterion) ?? []).map((row) => row.values);
    const { agreement, ratingPairs } = tieAwareAgreement(units);
    const bootstrap = startBootstrap(units, { seed: criterion, resamples });
    const slice = Math.max(1, Math.floor(drawnAtOnce / Math.max(1, units.length)));
    while (!bootstrap.isDone) {
      bootstrap.run(slice);
      await setImmediate();
    }
    const intervals = bootstrap.intervals();
    criteria.push({
      criterion,
      pairs: units.length,
      ratingPairs,
      agreement,
      agreementInterval: intervals.agreement,
      alpha: ordinalAlpha(units),
      alphaInterval: intervals.alpha,
    });
  }
  return { criteria, resamples };
}
