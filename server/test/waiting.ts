import { sql } from 'drizzle-orm';
import type { TestApp } from './app.ts';

/** Returns once a claim waits for a row that another transaction has locked. */
export async function untilClaimWaits({ deps }: Pick<TestApp, 'deps'>): Promise<void> {
  const waiting = sql`select count(*)::int as waiting from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where not l.granted and a.datname = current_database() and a.query like '%candidate as%'`;
  for (;;) {
    const { rows } = await deps.db.execute<{ waiting: number }>(waiting);
    if (rows[0]!.waiting > 0) return;
  }
}
