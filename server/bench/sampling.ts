import { sql } from 'drizzle-orm';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { projects, projectSettings } from '../src/db/schema/index.ts';
import { defaultSettings } from '../src/features/projects/index.ts';
import { buildLibrary, buildQuestions, recordDemonstration } from '../test/demonstrations.ts';
import { startApplication, type BenchApplication } from './application.ts';
import type { CompletionsOrder } from './completions-thread.ts';
import { startModelWorker } from './model-worker.ts';
import { addPerson, type Person } from './people.ts';
import { countTimeSpent, type TimeSpent } from './time-spent.ts';

/**
 * `npm run bench -- sampling [share]`: episodes a minute, from the queue over HTTP to their answers in the database, with 1, 4 and 64 in
 * flight: of a ranker that was trained on a few demonstrations, and of an endpoint that answers each prompt after a fixed time. And
 * where the time of an episode in flight goes. `share` scales how many episodes are made.
 */

const scale = Number(process.argv[2] ?? 1);
const levels = [
  { inFlight: 1, episodes: Math.ceil(24 * scale) },
  { inFlight: 4, episodes: Math.ceil(64 * scale) },
  { inFlight: 64, episodes: Math.ceil(256 * scale) },
];
const demonstrations = 8;
const actionLimit = 30;
const script: CompletionsOrder = {
  commands: [
    'Search crows gifts',
    'Clicked on link 0',
    'Scrolled down 2',
    'Top',
    'Quote: crows are the only ones known to give gifts to humans',
    'End: Answer',
  ],
  answer: 'Crows bring gifts to people who feed them [1].',
  actionLimit,
  latency: 100,
};

interface Bench {
  application: BenchApplication;
  projectId: string;
  lead: Person;
  cacheFolder: string;
  /** Asks the database how far a plan is; its statements are not counted. */
  watcher: pg.Client;
}

async function main(): Promise<void> {
  const application = await startApplication();
  const completions = new Worker(new URL('completions-thread.ts', import.meta.url), { workerData: script });
  const cacheFolder = await mkdtemp(path.join(tmpdir(), 'rookery-bench-cache-'));
  const watcher = new pg.Client(application.deps.config.databaseUrl);
  try {
    const [endpointUrl] = (await once(completions, 'message')) as [string];
    await watcher.connect();
    const bench = { application, cacheFolder, watcher, ...(await seed(application)) };
    const ranker = await trainRanker(bench);
    const endpoint = await addEndpoint(bench);
    const env = { ROOKERY_ENDPOINT_SCRIPT_URL: endpointUrl };
    for (const level of levels) await measure(bench, { ...level, ...ranker, name: 'ranker', env });
    for (const level of levels) {
      const name = `endpoint that takes ${script.latency} ms`;
      await measure(bench, { ...level, ...endpoint, name, env });
    }
  } finally {
    await completions.terminate();
    await watcher.end();
    await application.close();
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

async function seed(application: BenchApplication): Promise<{ projectId: string; lead: Person }> {
  const { deps } = application;
  const projectId = uuidv7();
  const createdAt = deps.clock();
  const { browser } = defaultSettings;
  const settings = { ...defaultSettings, browser: { ...browser, actionLimit } };
  await deps.db.insert(projects).values({ id: projectId, name: 'Benchmark', settingsVersion: 1, createdAt });
  await deps.db.insert(projectSettings).values({ projectId, version: 1, settings, createdAt });
  const test = { deps, clock: { now: deps.clock, advance: () => {} } };
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: demonstrations });
  const lead = await addPerson(application, { projectId, role: 'lead' });
  const person = await addPerson(application, { projectId, role: 'demonstrator' });
  for (let index = 0; index < demonstrations; index += 1) {
    const { episode } = await recordDemonstration(person.client, projectId);
    await lead.client.reviewDemonstration({
      params: { projectId, episodeId: episode.id },
      body: { decision: 'accepted', comment: '', seen: { answerRevision: 1, decisions: 0 } },
    });
  }
  await buildQuestions(test, {
    projectId,
    count: Math.max(...levels.map(({ episodes }) => episodes)),
    use: 'rm',
  });
  return { projectId, lead };
}

/** Has a model worker train a ranker; gives the id of its version. */
async function trainRanker(bench: Bench): Promise<{ versionId: string }> {
  const { application, projectId, lead, cacheFolder } = bench;
  const params = { projectId };
  const worker = await startModelWorker(application, { flags: ['--kinds', 'train-ranker'], cacheFolder });
  try {
    const { id: jobId } = await lead.client.trainRanker({ params, body: { settings: { maxEpochs: 20 } } });
    for (;;) {
      const { state, error } = await lead.client.getJob({ params: { projectId, jobId } });
      if (state === 'done') break;
      if (state === 'failed') throw new Error(`The ranker was not trained: ${error}`);
      await delay(200);
    }
  } finally {
    await worker.stop();
  }
  const { items } = await lead.client.listPolicyVersions({ params });
  return { versionId: items[0]!.id };
}

async function addEndpoint({ lead, projectId }: Bench): Promise<{ versionId: string }> {
  const body = { name: 'script', settings: { endpoint: 'SCRIPT', model: 'script' } };
  const { id } = await lead.client.createEndpointPolicy({ params: { projectId }, body });
  return { versionId: id };
}

interface Run {
  name: string;
  versionId: string;
  inFlight: number;
  episodes: number;
  env: Record<string, string>;
}

async function measure(bench: Bench, run: Run): Promise<void> {
  const { application, cacheFolder, watcher } = bench;
  const { inFlight, env } = run;
  const worker = await startModelWorker(application, {
    flags: ['--kinds', 'sample', '--concurrency', String(inFlight)],
    cacheFolder,
    env,
  });
  try {
    // The policy is loaded before anything counts.
    await sample(bench, { ...run, episodes: Math.min(inFlight, 4) });
    const counting = countTimeSpent({ except: watcher });
    const begun = performance.now();
    const planId = await sample(bench, run);
    const milliseconds = performance.now() - begun;
    report(run, { milliseconds, spent: counting.stop(), ...(await readPlan(application, planId)) });
  } finally {
    await worker.stop();
  }
}

/** Makes a plan of one sample a question, and waits until it is done. */
async function sample({ watcher, lead, projectId }: Bench, run: Run): Promise<string> {
  const { id } = await lead.client.createSamplingPlan({
    params: { projectId },
    body: {
      name: run.name,
      versionIds: [run.versionId],
      perQuestion: 1,
      questions: run.episodes,
      maxRedraws: 0,
      seed: 'bench',
    },
  });
  for (;;) {
    const { rows } = await watcher.query<{ left: number; failed: number }>(
      `select count(*) filter (where state in ('queued', 'running'))::int as left,
        count(*) filter (where state in ('failed', 'cancelled'))::int as failed
      from jobs where kind = 'sample' and input->>'planId' = $1`,
      [id],
    );
    const { left, failed } = rows[0]!;
    if (failed > 0) throw new Error(`${failed} sampling jobs failed.`);
    if (left === 0) return id;
    await delay(50);
  }
}

interface PlanFigures {
  samples: number;
  answered: number;
  commands: number;
  /** Milliseconds that its policy took, over all commands and answers. */
  inPolicy: number;
}

async function readPlan({ deps }: BenchApplication, planId: string): Promise<PlanFigures> {
  const { rows } = await deps.db.execute<Record<keyof PlanFigures, number>>(sql`
    with drawn as (select e.id, s.state from samples s join episodes e on e.sample_id = s.id where s.plan_id = ${planId}),
      told as (
        select (c.sampled->'details'->>'milliseconds')::float8 as ms, true as is_command
        from commands c join drawn on drawn.id = c.episode_id
        union all
        select (a.sampled->'details'->>'milliseconds')::float8, false from answers a join drawn on drawn.id = a.episode_id)
    select (select count(*)::int from drawn) as samples,
      (select count(*)::int from drawn where state = 'answered') as answered,
      (select count(*)::int from told where is_command) as commands,
      (select coalesce(sum(ms), 0)::float8 from told) as "inPolicy"`);
  return rows[0]!;
}

function report(run: Run, figures: PlanFigures & { milliseconds: number; spent: TimeSpent }): void {
  const { samples, answered, commands, inPolicy, milliseconds, spent } = figures;
  const perMinute = samples / (milliseconds / 60_000);
  // What is in flight is there all the time, but for the last few.
  const inFlightTime = milliseconds * Math.min(run.inFlight, samples);
  const share = (part: number): string => `${((100 * part) / inFlightTime).toFixed(0)} %`;
  const inApi = spent.inRequests - spent.inQueries;
  console.log(
    `${run.name}, ${run.inFlight} in flight: ${perMinute.toFixed(0)} episodes/minute (${samples} episodes, ${answered} answered, ${(commands / samples).toFixed(1)} commands each, load ${loadavg()[0]!.toFixed(1)})`,
  );
  console.log(
    `  of the time in flight: policy ${share(inPolicy)}, server ${share(inApi)}, database ${share(spent.inQueries)}, ` +
      `worker, queue and HTTP ${share(inFlightTime - inPolicy - spent.inRequests)}; ` +
      `${(spent.requests / samples).toFixed(1)} requests and ${(spent.queries / samples).toFixed(0)} statements an episode`,
  );
}

await main();
