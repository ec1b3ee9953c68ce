import { comparisonFlags, comparisonSorts, type Client } from '@rookery/shared/api';
import { setTimeout } from 'node:timers/promises';
import { startApplication } from './application.ts';
import { seedComparisons } from './comparisons-seed.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- comparisons [rows]`: what a lead waits for, over HTTP: pages of the list by every sorting and filter, one comparison, progress,
 * distributions, raters, and agreement, the first time and again.
 */

const rows = Number(process.argv[2] ?? 20_000);
const requests = 15;
const aims = { p95: 300 };

async function main(): Promise<void> {
  const application = await startApplication();
  try {
    const { projectId, client } = await seedComparisons(application, { comparisons: rows });
    console.log(`${rows.toLocaleString('en')} comparisons`);
    const slowest = Math.max(await measureLists(client, projectId), await measureFigures(client, projectId));
    const isMet = slowest <= aims.p95;
    console.log(`slowest p95: ${slowest.toFixed(0)} ms, wanted ${aims.p95}: ${isMet ? 'met' : 'MISSED'}`);
    if (!isMet) process.exitCode = 1;
  } finally {
    await application.close();
  }
}

/** Gives the slowest p95, in milliseconds. */
async function measureLists(client: Client, projectId: string): Promise<number> {
  const params = { projectId };
  const day = new Date(Date.now() - 3 * 24 * 60 * 60_000).toISOString().slice(0, 10);
  const queries: [string, Record<string, unknown>][] = [
    ...comparisonSorts.flatMap((sort): [string, Record<string, unknown>][] => [
      [`by ${sort}`, { sort }],
      [`by ${sort}, upwards`, { sort, order: 'asc' }],
    ]),
    ...comparisonFlags.map((flag): [string, Record<string, unknown>] => [`flag ${flag}`, { flag }]),
    ['counting people', { by: 'people', counts: 'yes', form: 'webgpt-five' }],
    ['of a day', { by: 'raters', counts: 'yes', day }],
    ['holding a place', { holdsPlace: 'yes' }],
    ['chose A better for coherence', { counts: 'yes', criterion: 'coherence', choice: 'a-better' }],
    ['question has words', { contains: 'number 77' }],
    ['question has no such words', { contains: 'nothing like it' }],
    ['by one rater, by overall', { rater: 'rater-7', sort: 'overall' }],
    ['500 rows', { limit: 500 }],
  ];
  let slowest = 0;
  for (const [name, query] of queries) {
    let cursor: string | null = null;
    const p95 = await measure(name, async () => {
      const page = await client.listComparisons({
        params,
        query: { limit: 50, ...query, ...(cursor !== null && { cursor }) },
      });
      cursor = page.nextCursor;
    });
    slowest = Math.max(slowest, p95);
  }
  const { items } = await client.listComparisons({ params });
  const comparisonId = items[0]!.id;
  const one = await measure('one comparison', () =>
    client.getComparison({ params: { projectId, comparisonId } }),
  );
  return Math.max(slowest, one);
}

/** Gives the slowest p95, in milliseconds; working out agreement the first time is told apart. */
async function measureFigures(client: Client, projectId: string): Promise<number> {
  const params = { projectId };
  const begun = performance.now();
  const isDone = client.getAgreement({ params }).then(() => true);
  const beside: number[] = [];
  while (!(await Promise.race([isDone, setTimeout(0, false)]))) {
    const asked = performance.now();
    await client.getProject({ params });
    beside.push(performance.now() - asked);
  }
  console.log(
    `agreement, the first time: ${(performance.now() - begun).toFixed(0)} ms; ${beside.length} small requests meanwhile: ${describe(beside)}`,
  );
  const calls: [string, () => Promise<unknown>][] = [
    ['agreement again', () => client.getAgreement({ params })],
    ['progress', () => client.getComparisonProgress({ params })],
    ['distributions', () => client.getRatingDistributions({ params })],
    ['raters', () => client.listRaters({ params })],
    ['imports', () => client.listComparisonImports({ params })],
    ['overview', () => client.getProjectOverview({ params })],
  ];
  let slowest = 0;
  for (const [name, call] of calls) slowest = Math.max(slowest, await measure(name, call));
  return slowest;
}

async function measure(name: string, call: () => Promise<unknown>): Promise<number> {
  const all: number[] = [];
  for (let request = 0; request < requests; request += 1) {
    const begun = performance.now();
    await call();
    all.push(performance.now() - begun);
  }
  console.log(`${name.padEnd(30)} ${describe(all)}`);
  return percentile(all, 0.95);
}

/** On a busy machine the fastest says more about the work than the others do. */
function describe(all: readonly number[]): string {
  const figures = { fastest: Math.min(...all), p50: median(all), p95: percentile(all, 0.95) };
  return Object.entries(figures)
    .map(([name, ms]) => `${name} ${ms.toFixed(0).padStart(4)} ms`)
    .join('  ');
}

await main();
