import { hashToken } from '../src/access/index.ts';
import { eq } from 'drizzle-orm';
import { Worker } from 'node:worker_threads';
import { uuidv7 } from 'uuidv7';
import { projects, projectSettings } from '../src/db/schema/index.ts';
import { defaultSettings } from '../src/features/projects/index.ts';
import { buildLibrary, buildQuestions } from '../test/demonstrations.ts';
import { startApplication, type BenchApplication } from './application.ts';
import type { Latencies } from './http-load.ts';
import { addPerson, startEpisode, type BenchClient, type Person } from './people.ts';
import { playStep, recordStatements, type Recording } from './statements.ts';
import { median, percentile } from './statistics.ts';

/** `npm run bench -- steps`: what appending a command to an episode costs, and whether it grows with the episode. */

const runs = 3;
/** On a slow or busy machine there are fewer runs: none is begun after this time. In milliseconds. */
const lastBeginning = 60_000;
const levels = [1, 8, 32];
const steps = 100;
const aims = { p95At8: 20, ratio: 3, growth: 1.5 };

/** The first step and the hundredth are the same command on like pages. */
const cycle = [
  'Search crows gifts',
  'Clicked on link 0',
  'Scrolled down 1',
  'Scrolled down 1',
  'Scrolled down 1',
  'Find in page: remember faces',
  'Quote: crows watch people',
  'Top',
  'Back',
];
const commands = Array.from({ length: steps }, (_, index) => cycle[index % cycle.length]!);

async function main(): Promise<void> {
  const application = await startApplication();
  const worker = new Worker(new URL('http-load.ts', import.meta.url), {
    workerData: { baseUrl: application.baseUrl },
  });
  worker.on('error', (error) => {
    throw error;
  });
  try {
    const { projectId, persons } = await seed(application);
    const next = (count: number): Promise<BenchClient[]> =>
      Promise.all(persons.slice(0, count).map((person) => startEpisode(person, projectId)));
    // Both ways are warm before anything counts.
    await sendOverHttp(worker, { clients: await next(8) });
    const [recorded] = await next(1);
    const recording = await record(worker, recorded!);
    const results = new Map(
      levels.map((level) => [level, { http: [] as Latencies[], sql: [] as Latencies[] }]),
    );
    for (let run = 0; run < runs && (run === 0 || performance.now() < lastBeginning); run += 1) {
      for (const [level, { http, sql }] of results) {
        http.push(await sendOverHttp(worker, { clients: await next(level) }));
        sql.push(
          await sendWithoutHttp(application, { recorded: recorded!, recording, clients: await next(level) }),
        );
      }
    }
    report(results, recording);
  } finally {
    await worker.terminate();
    await application.close();
  }
}

/** A project with a library, a question for every episode, and as many people as there are clients at most. */
async function seed(bench: BenchApplication) {
  const { deps } = bench;
  const projectId = uuidv7();
  const createdAt = deps.clock();
  const settings = {
    ...defaultSettings,
    leaseMinutes: 24 * 60,
    leasesPerPerson: 100,
    browser: { ...defaultSettings.browser, actionLimit: 1000, quoteTokenBudget: 100_000 },
  };
  await deps.db.insert(projects).values({ id: projectId, name: 'Benchmark', settingsVersion: 1, createdAt });
  await deps.db.insert(projectSettings).values({ projectId, version: 1, settings, createdAt });
  const application = { deps, clock: { now: deps.clock, advance: () => {} } };
  await buildLibrary(application, { projectId });
  const episodesInAll = 9 + 2 * runs * levels.reduce((sum, level) => sum + level, 0);
  await buildQuestions(application, { projectId, count: episodesInAll });
  const persons: Person[] = [];
  for (let index = 0; index < Math.max(...levels); index += 1) {
    persons.push(await addPerson(bench, { projectId, role: 'demonstrator' }));
  }
  const [seeded] = await deps.db.select().from(projects).where(eq(projects.id, projectId));
  if (!seeded) throw new Error('The project was not written.');
  return { projectId, persons };
}

function sendOverHttp(
  worker: Worker,
  options: { clients: BenchClient[]; commands?: string[] },
): Promise<Latencies> {
  const answered = new Promise<Latencies>((resolve, reject) => {
    worker.once('message', (message: { latencies?: Latencies; error?: string }) => {
      if (message.latencies) resolve(message.latencies);
      else reject(new Error(message.error));
    });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage({ clients: options.clients, commands: options.commands ?? commands });
  return answered;
}

/** The statements of one episode's steps, as the server sends them when one person works alone. */
async function record(worker: Worker, client: BenchClient): Promise<Recording> {
  const recorder = recordStatements();
  try {
    await sendOverHttp(worker, { clients: [client] });
    return splitIntoSteps(recorder.take());
  } finally {
    recorder.stop();
  }
}

/** Every request begins by asking whose token it carries. */
function splitIntoSteps(statements: Recording[number]): Recording {
  const split: Recording = [];
  for (const statement of statements) {
    if (/from "api_tokens"/.test(statement.config.text)) split.push([]);
    split.at(-1)?.push(statement);
  }
  if (split.length !== steps) throw new Error(`${split.length} steps were recorded instead of ${steps}.`);
  return split;
}

async function sendWithoutHttp(
  { deps }: BenchApplication,
  options: { recorded: BenchClient; recording: Recording; clients: BenchClient[] },
): Promise<Latencies> {
  const { recorded, recording, clients } = options;
  return Promise.all(
    clients.map(async (client) => {
      const names = new Map([
        [recorded.projectId, client.projectId],
        [recorded.episodeId, client.episodeId],
        [recorded.assignmentId, client.assignmentId],
        [recorded.memberId, client.memberId],
        [`member:${recorded.memberId}`, `member:${client.memberId}`],
        [hashToken(recorded.token), hashToken(client.token)],
      ]);
      const latencies: number[] = [];
      for (const statements of recording) {
        const begun = performance.now();
        await playStep(deps.pool, { statements, names });
        latencies.push(performance.now() - begun);
      }
      return latencies;
    }),
  );
}

/** The median over the runs of a figure of each run. */
const overRuns = (all: Latencies[], figure: (latencies: Latencies) => number): number =>
  median(all.map(figure));

function report(results: Map<number, { http: Latencies[]; sql: Latencies[] }>, recording: Recording): void {
  const p = (share: number) => (latencies: Latencies) => percentile(latencies.flat(), share);
  const rows = [...results].map(([level, { http, sql }]) => ({
    clients: level,
    'p50 ms': overRuns(http, p(0.5)),
    'p95 ms': overRuns(http, p(0.95)),
    'p50 ms without HTTP': overRuns(sql, p(0.5)),
    'p95 ms without HTTP': overRuns(sql, p(0.95)),
    'p50 ratio': overRuns(http, p(0.5)) / overRuns(sql, p(0.5)),
    'p95 ratio': overRuns(http, p(0.95)) / overRuns(sql, p(0.95)),
  }));
  console.log(
    `Appending a command, ${steps} steps an episode, medians of ${results.get(1)!.http.length} runs:`,
  );
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)]))),
  );

  const step = (index: number) => (latencies: Latencies) => median(latencies.map((own) => own[index]!));
  const growth = levels.slice(1).map((level) => {
    const { http } = results.get(level)!;
    const first = overRuns(http, step(0));
    const hundredth = overRuns(http, step(steps - 1));
    return {
      clients: level,
      'first ms': round(first),
      'hundredth ms': round(hundredth),
      ratio: round(hundredth / first),
    };
  });
  console.log(
    'The same command as the first and as the hundredth step of an episode, medians over clients and runs:',
  );
  console.table(growth);
  console.log(`Statements a step: ${median(recording.map((statements) => statements.length))} (median).`);

  const at8 = rows.find(({ clients }) => clients === 8)!;
  const checks: [string, number, number][] = [
    ['p95 at 8 clients, ms', at8['p95 ms'], aims.p95At8],
    ['p50 at 8 clients, times that without HTTP', at8['p50 ratio'], aims.ratio],
    ['hundredth step at 8 clients, times the first', growth[0]!.ratio, aims.growth],
  ];
  for (const [what, value, aim] of checks) {
    console.log(`${value <= aim ? 'met   ' : 'MISSED'}  ${what}: ${round(value)} (aim: at most ${aim})`);
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

await main();
