import type { Client } from '@rookery/shared/api';
import { setTimeout } from 'node:timers/promises';
import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import {
  answers,
  comparisonRevisions,
  comparisons,
  members,
  pairs,
  questions,
  ratings,
} from '../src/db/schema/index.ts';
import { startServerJobs } from '../src/jobs/index.ts';
import { startApplication, type BenchApplication } from './application.ts';
import { seedComparisons } from './comparisons-seed.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench -- export [comparisons] [rounds]`: how many comparisons are exported in a second, by format, as a job of the real server,
 * beside paging the same rows without making anything of them, in turns; and how much the memory of the process grows. Answers are as
 * long as WebGPT's, and three raters compare a pair.
 */

const total = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 3);
const aims = { ratio: 0.5, megabytes: 300 };
const pageSize = 250;
const formats = ['webgpt', 'webgpt-flat', 'full'] as const;
type Format = (typeof formats)[number];

async function main(): Promise<void> {
  const application = await startApplication();
  const jobs = await startServerJobs(application.deps);
  try {
    const { projectId, client } = await seedComparisons(application, { comparisons: total });
    print(`${total.toLocaleString('en')} comparisons; medians of ${rounds} rounds, each after paging`);
    // The first time, PostgreSQL reads from the disk.
    await pageRows(application, { projectId, isFull: true });
    let isMet = true;
    for (const format of formats) {
      const figures = await measure(application, { projectId, client, format });
      const { exported, paged, megabytes, size } = figures;
      const ratio = exported / paged;
      print(
        `${format.padEnd(12)} ${rate(exported)}, paging ${rate(paged)}: ${ratio.toFixed(2)} times; ` +
          `memory + ${megabytes.toFixed(0)} MB at most; file ${(size / 1e6).toFixed(0)} MB`,
      );
      if (ratio < aims.ratio || megabytes >= aims.megabytes) isMet = false;
    }
    print(
      `Aim: at least ${aims.ratio} times, less than ${aims.megabytes} MB: ${isMet ? 'met' : 'MISSED'}. ` +
        `Memory of the process at most ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB.`,
    );
    if (!isMet) process.exitCode = 1;
  } finally {
    await jobs.close();
    await application.close();
  }
}

const rate = (perSecond: number): string => `${perSecond.toFixed(0).padStart(6)} rows/s`;

/** Paging and exporting in turns, so that whatever else the machine does is the same for both. */
async function measure(
  application: BenchApplication,
  options: { projectId: string; client: Client; format: Format },
) {
  const { projectId, format } = options;
  const [exported, paged, grown]: [number[], number[], number[]] = [[], [], []];
  let size = 0;
  for (let round = 0; round < rounds; round += 1) {
    paged.push(total / (await pageRows(application, { projectId, isFull: format === 'full' })));
    const stopWatching = watchMemory();
    const done = await exportOnce(options);
    grown.push(stopWatching());
    exported.push(total / done.seconds);
    ({ size } = done);
  }
  return { exported: median(exported), paged: median(paged), megabytes: Math.max(...grown), size };
}

/** Watches the memory of the process, all of it; gives by how many megabytes it has grown at most. */
function watchMemory(): () => number {
  const begun = process.memoryUsage.rss();
  let most = begun;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  return () => {
    clearInterval(timer);
    return (most - begun) / 1e6;
  };
}

/** Exports once, through the API and the queue; the time is that of the job, from its beginning to its end. */
async function exportOnce(input: { projectId: string; client: Client; format: Format }) {
  const { projectId, client, format } = input;
  const { id: jobId } = await client.createComparisonExport({ params: { projectId }, body: { format } });
  for (;;) {
    const { state, result, startedAt, endedAt, error } = await client.getJob({
      params: { projectId, jobId },
    });
    if (state === 'done' && result !== null && startedAt !== null && endedAt !== null) {
      if (result['rows'] !== total) throw new Error(`The export has ${String(result['rows'])} rows.`);
      return { seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000, size: Number(result['size']) };
    }
    if (state !== 'queued' && state !== 'running') throw new Error(`The export is ${state}: ${error}`);
    await setTimeout(200);
  }
}

interface Place {
  createdAt: string;
  pairId: string;
  id: string;
}

/**
 * Reads what an export reads, page by page in the same order, each answer once a page, and makes nothing of it. Gives the seconds it took.
 */
async function pageRows(
  { deps: { db } }: BenchApplication,
  { projectId, isFull }: { projectId: string; isFull: boolean },
): Promise<number> {
  const begun = performance.now();
  let read = 0;
  let place: Place | null = null;
  for (;;) {
    const rows = await db
      .select({
        id: comparisons.id,
        pairId: pairs.id,
        createdAt: sql<string>`${pairs.createdAt}::text`,
        first: pairs.firstAnswerId,
        second: pairs.secondAnswerId,
        question: questions.fullText,
        dataset: questions.dataset,
        externalId: questions.externalId,
        overall: ratings.value,
      })
      .from(comparisons)
      .innerJoin(pairs, eq(pairs.id, comparisons.pairId))
      .innerJoin(questions, eq(questions.id, pairs.questionId))
      .innerJoin(ratings, and(eq(ratings.comparisonId, comparisons.id), eq(ratings.criterion, 'overall')))
      .where(and(eq(pairs.projectId, projectId), place === null ? undefined : isAfter(place)))
      .orderBy(asc(pairs.createdAt), asc(pairs.id), asc(comparisons.id))
      .limit(pageSize);
    const answerIds = new Set(rows.flatMap(({ first, second }) => [first, second]));
    await db
      .select()
      .from(answers)
      .where(inArray(answers.id, [...answerIds]));
    const ids = rows.map(({ id }) => id);
    if (isFull) await readJudgements(db, ids);
    read += rows.length;
    place = rows.at(-1) ?? null;
    if (rows.length < pageSize) break;
  }
  if (read !== total) throw new Error(`Paging found ${read} rows.`);
  return (performance.now() - begun) / 1000;
}

/** The first condition is for the index of pairs, the second for the rest of the place. */
const isAfter = ({ createdAt, pairId, id }: Place): SQL =>
  sql`(${pairs.createdAt}, ${pairs.id}) >= (${createdAt}::timestamptz, ${pairId}::uuid)
    and (${pairs.createdAt}, ${pairs.id}, ${comparisons.id}) > (${createdAt}::timestamptz, ${pairId}::uuid, ${id}::uuid)`;

async function readJudgements(db: BenchApplication['deps']['db'], ids: string[]): Promise<void> {
  await db
    .select({
      comparison: comparisons,
      rater: members.pseudonym,
      judgement: comparisonRevisions.judgement,
      submittedAt: comparisonRevisions.submittedAt,
    })
    .from(comparisons)
    .innerJoin(members, eq(members.id, comparisons.memberId))
    .innerJoin(
      comparisonRevisions,
      and(
        eq(comparisonRevisions.comparisonId, comparisons.id),
        eq(comparisonRevisions.revision, comparisons.revision),
      ),
    )
    .where(inArray(comparisons.id, ids));
  await db.select().from(ratings).where(inArray(ratings.comparisonId, ids));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
