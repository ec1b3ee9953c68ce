import { sql } from 'drizzle-orm';
import type { Transaction } from '../src/db/database.ts';
import type { TestApp } from './app.ts';

type Application = Pick<TestApp, 'deps'>;

/**
 * Does `work` while a transaction of somebody else holds what `first` has locked, and has that transaction do `second` once `work` waits for
 * it, or is done. Where the two lock in different orders, PostgreSQL ends one of them, and this rejects.
 * @returns what `work` comes to
 */
export async function whileHeld<T>(
  test: Application,
  steps: {
    first: (tx: Transaction) => Promise<unknown>;
    work: () => Promise<T>;
    second: (tx: Transaction) => Promise<unknown>;
  },
): Promise<T> {
  const working = await test.deps.db.transaction(async (tx) => {
    await steps.first(tx);
    const work = steps.work();
    const done = work.then(
      () => 'done',
      () => 'done',
    );
    while ((await Promise.race([done, lookForWaiting(test)])) === 'nobody') continue;
    await steps.second(tx);
    return { work };
  });
  return working.work;
}

async function lookForWaiting({ deps }: Application): Promise<'somebody' | 'nobody'> {
  const { rows } = await deps.db.execute<{ waiting: number }>(sql`select count(*)::int as waiting
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where not l.granted and a.datname = current_database()`);
  return rows[0]!.waiting > 0 ? 'somebody' : 'nobody';
}
