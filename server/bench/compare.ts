import { formNames, type Judgement } from '@rookery/shared/comparisons';
import { sql } from 'drizzle-orm';
import { loadavg } from 'node:os';
import { Worker } from 'node:worker_threads';
import { hashToken } from '../src/access/index.ts';
import { startApplication, type BenchApplication } from './application.ts';
import { seedPairs } from './pairs.ts';
import type { Person } from './people.ts';
import { sendRequests, type LoadOutcome, type LoadRequest } from './request-load.ts';
import { playStep, recordStatements, type Statement } from './statements.ts';
import { median, percentile } from './statistics.ts';

/**
 * `npm run bench -- compare [seconds]`: what submitting a comparison costs: at a fixed rate, before and after 10,000 others;
 * and the highest rate beside that of the same statements without HTTP. The judgements have twelve claims, trust in three
 * references and notes, on answers of 700 to 1,200 characters.
 */

const seconds = Number(process.argv[2] ?? 20);
const clients = 32;
const rate = 300;
const earlier = 10_000;
const alone = 4800;
const aims = { p95: 50, ratio: 0.4, growth: 1.5 };

/** A comparison that a rater holds the lease of. */
interface Task {
  projectId: string;
  id: string;
  rater: Person;
}

const toRequest = ({ projectId, id, rater }: Task): LoadRequest => ({
  method: 'PUT',
  path: `/api/projects/${projectId}/own-comparisons/${id}/revisions/1`,
  token: rater.token,
  body: JSON.stringify({ leaseToken: 'lease', judgement }),
});

async function main(): Promise<void> {
  const application = await startApplication();
  const worker = new Worker(new URL('request-load.ts', import.meta.url), {
    workerData: { baseUrl: application.baseUrl },
  });
  try {
    const atRate = seconds * rate;
    const warm = 1280;
    const next = await seed(application, 2 * warm + 2 * atRate + earlier + alone);
    const send = (count: number, at: number | null) =>
      sendRequests(worker, { clients: next(count).map((tasks) => tasks.map(toRequest)), rate: at });
    // Both ways are warm before anything counts.
    await send(warm, null);
    const recorded = await record(worker, next(clients)[0]![0]!);
    await sendWithoutHttp(application, { recorded, tasks: next(warm) });
    console.log(`${clients} clients, ${recorded.statements.length} statements a submission, load ${load()}`);
    const first = await send(atRate, rate);
    describe(`${rate}/s`, first);
    const fastest = await send(earlier, null);
    describe('as fast as they go', fastest);
    const later = await send(atRate, rate);
    describe(`${rate}/s, after ${(earlier + atRate).toLocaleString('en')} others`, later);
    const without = await sendWithoutHttp(application, { recorded, tasks: next(alone) });
    describe('without HTTP, as fast as they go', without);
    await check(application);
    report({ first, later, fastest, without });
  } finally {
    await worker.terminate();
    await application.close();
  }
}

const load = (): string => loadavg()[0]!.toFixed(1);

/** Leases so many comparisons, and gives the next ones, by rater. */
async function seed(application: BenchApplication, count: number): Promise<(count: number) => Task[][]> {
  const pairs = Math.ceil(count / 8) + clients;
  const { projectId, raters } = await seedPairs(application, { pairs, wanted: 8, raters: clients });
  const { db } = application.deps;
  // Every eighth rater from the pair's own on has it.
  await db.execute(sql`insert into comparisons (id, project_id, pair_id, origin, state, form, form_version, member_id, place,
      first_side, required_fields, lease_token, lease_expires_at, settings_version, guidelines_version, created_at)
    select uuidv7(), ${projectId}, p.id, 'rater', 'active', ${formNames[0]}, 1, m.id, k, case when k % 2 = 0 then 'a' else 'b' end,
      '{unsupported,coherence,overall}', 'lease', now() + interval '1 day', 1, 1, now()
    from (select id, row_number() over (order by id) as nth from pairs where project_id = ${projectId}) p
    cross join generate_series(1, 8) as k
    join (select id, row_number() over (order by id) - 1 as nth from members where project_id = ${projectId}) m
      on m.nth = (p.nth + k * 4) % ${clients}`);
  await db.execute(sql`update pairs set held = 8 where project_id = ${projectId}`);
  await db.execute(sql`vacuum analyze`);
  const { rows } = await db.execute<{ id: string; member_id: string }>(
    sql`select id, member_id from comparisons where project_id = ${projectId} order by id`,
  );
  const left = raters.map((rater) =>
    rows.filter((row) => row.member_id === rater.memberId).map(({ id }): Task => ({ projectId, id, rater })),
  );
  return (wanted) => left.map((tasks) => tasks.splice(0, Math.ceil(wanted / clients)));
}

const option = {
  spans: Array.from({ length: 12 }, (_, index) => ({
    start: index * 55,
    end: index * 55 + 45,
    support: (['strong', 'weak', 'none'] as const)[index % 3]!,
    relevance: (['core', 'side', 'irrelevant'] as const)[index % 3]!,
    quote: index % 3 === 2 ? null : 1 + (index % 3),
  })),
  trust: { 1: 'trustworthy', 2: 'neutral', 3: 'suspicious' } as const,
  notes:
    'The first half is well supported; the second repeats itself, and its last claim has no reference. '.repeat(
      2,
    ),
};
const judgement: Judgement = {
  questionFlag: null,
  options: { a: option, b: { ...option, notes: '' } },
  ratings: {
    unsupported: 'a-better',
    core: 'a-much-better',
    additional: 'equal',
    coherence: 'b-better',
    irrelevant: 'a-better',
    overall: 'a-better',
  },
};

interface Recorded {
  task: Task;
  statements: Statement[];
}

/** The statements of one submission, as the server sends them. */
async function record(worker: Worker, task: Task): Promise<Recorded> {
  const recorder = recordStatements();
  try {
    const { errors } = await sendRequests(worker, { clients: [[toRequest(task)]], rate: null });
    if (errors.length > 0) throw new Error(errors[0]);
    return { task, statements: recorder.take().filter(({ config }) => !config.text.includes('pg_notify')) };
  } finally {
    recorder.stop();
  }
}

async function sendWithoutHttp(
  { deps }: BenchApplication,
  { recorded, tasks }: { recorded: Recorded; tasks: Task[][] },
): Promise<LoadOutcome> {
  const { task: original, statements } = recorded;
  const latencies: number[] = [];
  const begun = performance.now();
  await Promise.all(
    tasks.map(async (own) => {
      for (const { projectId, id, rater } of own) {
        // Other ids are of rows that the server makes, and are made anew.
        const names = new Map([
          [projectId, projectId],
          [original.id, id],
          [original.rater.memberId, rater.memberId],
          [original.rater.personId, rater.personId],
          [hashToken(original.rater.token), hashToken(rater.token)],
        ]);
        const sent = performance.now();
        await playStep(deps.pool, { statements, names });
        latencies.push(performance.now() - sent);
      }
    }),
  );
  return { latencies, errors: [], seconds: (performance.now() - begun) / 1000 };
}

function describe(name: string, { latencies, errors, seconds: took }: LoadOutcome): void {
  const figures = [0.5, 0.95, 0.99].map(
    (share) => `p${share * 100} ${percentile(latencies, share).toFixed(1)} ms`,
  );
  const persecond = `${(latencies.length / took).toFixed(0)}/s`;
  console.log(
    `${name}: ${latencies.length} submissions, ${persecond}, ${figures.join(', ')}, ${errors.length} errors, load ${load()}`,
  );
  if (errors.length > 0) {
    console.log(errors[0]);
    process.exitCode = 1;
  }
}

/** Every submission is there with all that belongs to it. */
async function check({ deps }: BenchApplication): Promise<void> {
  const { rows } = await deps.db.execute<Record<string, number>>(sql`
    select (select count(*)::int from comparisons where state = 'submitted') as submitted,
      (select count(*)::int from comparison_revisions) as revisions, (select count(*)::int from ratings) as ratings,
      (select count(*)::int from events where kind = 'comparison.submitted') as events`);
  const { submitted, revisions, ratings, events } = rows[0]!;
  const isWhole = submitted === revisions && submitted === events && ratings === submitted! * 6;
  console.log(`stored: ${JSON.stringify(rows[0])}${isWhole ? '' : ': NOT WHOLE'}`);
  if (!isWhole) process.exitCode = 1;
}

function report(results: Record<'first' | 'later' | 'fastest' | 'without', LoadOutcome>): void {
  const { first, later, fastest, without } = results;
  const rateOf = ({ latencies, seconds: took }: LoadOutcome) => latencies.length / took;
  const checks: [string, number, boolean, string][] = [
    ['p95 at the fixed rate, ms', percentile(first.latencies, 0.95), false, `below ${aims.p95}`],
    ['p95 after the others, ms', percentile(later.latencies, 0.95), false, `below ${aims.p95}`],
    [
      'p50 after the others, times that before',
      median(later.latencies) / median(first.latencies),
      false,
      `at most ${aims.growth}`,
    ],
    [
      'highest rate, times that without HTTP',
      rateOf(fastest) / rateOf(without),
      true,
      `at least ${aims.ratio}`,
    ],
  ];
  const limits = [aims.p95, aims.p95, aims.growth, aims.ratio];
  for (const [index, [what, value, isFloor, aim]] of checks.entries()) {
    const isMet = isFloor ? value >= limits[index]! : value <= limits[index]!;
    console.log(`${isMet ? 'met   ' : 'MISSED'}  ${what}: ${value.toFixed(2)} (aim: ${aim})`);
  }
}

await main();
