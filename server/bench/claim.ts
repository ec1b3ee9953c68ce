import { sql } from 'drizzle-orm';
import { loadavg } from 'node:os';
import { Worker } from 'node:worker_threads';
import { startApplication, type BenchApplication } from './application.ts';
import { seedPairs } from './pairs.ts';
import type { Person } from './people.ts';
import { sendRequests } from './request-load.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- claim [rounds]`: 50 raters claim pairs at once, of 10,000 that three raters each are wanted for, a hundred
 * in each round; and then as many as are left of the last 100 pairs, which they all want. No pair may go to more raters than
 * are wanted, nor to one twice.
 */

const rounds = Number(process.argv[2] ?? 3);
const claimers = 50;
/** As many leases as one person may hold at most. */
const claimsEach = 100;
const pairs = 10_000;
const wanted = 3;

async function main(): Promise<void> {
  const application = await startApplication();
  const worker = new Worker(new URL('request-load.ts', import.meta.url), {
    workerData: { baseUrl: application.baseUrl },
  });
  try {
    const { projectId, raters } = await seedPairs(application, { pairs, wanted, raters: claimers });
    console.log(`${claimers} raters, ${pairs} pairs, ${wanted} wanted of each, load ${load()}`);
    for (let round = 0; round < rounds; round += 1) {
      await claimRound(application, { worker, projectId, raters, name: `round ${round + 1}` });
    }
    await closeAllBut(application, { projectId, left: 100 });
    await claimRound(application, { worker, projectId, raters, name: 'last pairs' });
    await check(application, projectId);
  } finally {
    await worker.terminate();
    await application.close();
  }
}

const load = (): string => loadavg()[0]!.toFixed(1);

interface Round {
  worker: Worker;
  projectId: string;
  raters: Person[];
  name: string;
}

async function claimRound(application: BenchApplication, round: Round): Promise<void> {
  const { worker, projectId, raters, name } = round;
  const before = await countClaims(application, projectId);
  const path = `/api/projects/${projectId}/own-comparisons/claim`;
  const { latencies, errors, seconds } = await sendRequests(worker, {
    clients: raters.map(({ token }) =>
      Array.from({ length: claimsEach }, () => ({ method: 'POST' as const, path, token, body: '' })),
    ),
    rate: null,
  });
  const claims = (await countClaims(application, projectId)) - before;
  const figures = `p50 ${median(latencies).toFixed(0)} ms, p95 ${percentile(latencies, 0.95).toFixed(0)} ms`;
  const rate = `${(latencies.length / seconds).toFixed(0)} requests/s`;
  console.log(
    `${name}: ${latencies.length} requests, ${claims} claims, ${figures}, ${rate}, ${errors.length} errors, load ${load()}`,
  );
  if (errors.length > 0) process.exitCode = 1;
  // What is done makes room for more leases.
  await application.deps.db.execute(
    sql`update comparisons set state = 'submitted' where project_id = ${projectId} and state = 'active'`,
  );
}

async function countClaims({ deps }: BenchApplication, projectId: string): Promise<number> {
  const { rows } = await deps.db.execute<{ claims: number }>(
    sql`select count(*)::int as claims from comparisons where project_id = ${projectId}`,
  );
  return rows[0]!.claims;
}

/** Leaves so many pairs open, of which nothing was claimed, and takes the others out of use. */
async function closeAllBut(
  { deps }: BenchApplication,
  { projectId, left }: { projectId: string; left: number },
): Promise<void> {
  await deps.db
    .execute(sql`update pairs set excluded_at = now() where project_id = ${projectId} and id not in (
    select id from pairs where project_id = ${projectId} order by held, lot limit ${left}::int)`);
}

async function check({ deps }: BenchApplication, projectId: string): Promise<void> {
  const { rows } = await deps.db.execute<Record<'over' | 'doubled' | 'miscounted' | 'free', number>>(sql`
    with counted as (
      select p.id, p.wanted, p.held, p.excluded_at, count(c.id) as claims, count(distinct c.member_id) as raters,
        count(c.place) as places
      from pairs p left join comparisons c on c.pair_id = p.id where p.project_id = ${projectId} group by p.id)
    select count(*) filter (where claims > wanted)::int as over, count(*) filter (where claims > raters)::int as doubled,
      count(*) filter (where held <> places)::int as miscounted,
      (sum(wanted - held) filter (where excluded_at is null))::int as free
    from counted`);
  const { over, doubled, miscounted, free } = rows[0]!;
  console.log(
    `${over} pairs over target, ${doubled} doubled, ${miscounted} miscounted; of the last pairs ${free} places free`,
  );
  if (over + doubled + miscounted + free > 0) process.exitCode = 1;
}

await main();
