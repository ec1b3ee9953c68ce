import { modelQueueName, queueJobId, queueSchema } from '@rookery/shared/queues';
import { createPostgresBackend, Queue } from 'bullmq';
import { eq } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { jobs, projects, projectSettings } from '../src/db/schema/index.ts';
import { defaultSettings } from '../src/features/projects/index.ts';
import { findRedis, startRedis } from '../test/redis.ts';
import { startApplication, type BenchApplication } from './application.ts';
import { startModelWorker } from './model-worker.ts';
import { recordStatements } from './statements.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench -- queue [jobs]`: jobs a second of a model worker that does pings, from their row in the database to their result
 * there, beside a bare BullMQ worker that does nothing, on the same queue backend, with as many at once, in turns.
 */

const count = Number(process.argv[2] ?? 300);
/** A bare worker gets more of them, so that its rounds last long enough to be timed. */
const bareCount = 5 * count;
const rounds = 7;
const concurrency = 8;
const aim = 0.7;
const bareName = 'rookery-bench-bare';

type BenchQueue = Pick<Queue, 'addBulk' | 'getCompletedCount' | 'getFailedCount' | 'close'>;

async function main(): Promise<void> {
  await measure('PostgreSQL');
  if (findRedis() === null) {
    console.log('Redis: left out, since no redis-server is installed.');
    return;
  }
  const redis = await startRedis();
  try {
    await measure('Redis', redis.url);
  } finally {
    await redis.stop();
  }
}

async function measure(backend: string, redisUrl?: string): Promise<void> {
  const application = await startApplication(redisUrl === undefined ? {} : { redisUrl });
  const url = redisUrl ?? application.deps.config.databaseUrl;
  const bare = fork(path.join(import.meta.dirname, 'bare-worker.ts'), [url, bareName, String(concurrency)]);
  await once(bare, 'message');
  const worker = await startModelWorker(application, {
    flags: ['--kinds', 'ping', '--concurrency', `ping=${concurrency}`],
  });
  const connection = redisUrl === undefined ? null : new Redis(redisUrl, { maxRetriesPerRequest: null });
  const open = (name: string): BenchQueue =>
    connection === null
      ? new Queue(
          name,
          { connection: { connectionString: url, schema: queueSchema, max: 2 } },
          createPostgresBackend,
        )
      : new Queue(name, { connection });
  const queues = { ours: open(modelQueueName('ping')), bare: open(bareName) };
  try {
    const projectId = await addProject(application);
    const ours = async (): Promise<number> => {
      const ids = await addRows(application, projectId);
      return send(queues.ours, ids);
    };
    const bareRate = (): Promise<number> =>
      send(
        queues.bare,
        Array.from({ length: bareCount }, () => uuidv7()),
      );
    // Both are warm before anything counts.
    await ours();
    await bareRate();
    const rates = { ours: [] as number[], bare: [] as number[], ratio: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      rates.bare.push(await bareRate());
      rates.ours.push(await ours());
      rates.ratio.push(rates.ours.at(-1)! / rates.bare.at(-1)!);
    }
    const [ratio, own] = [median(rates.ratio), median(rates.ours)];
    console.log(
      `${backend}: ours ${own.toFixed(0)} jobs/s, bare BullMQ ${median(rates.bare).toFixed(0)} jobs/s; ratio ${ratio.toFixed(2)} (${Math.min(...rates.ratio).toFixed(2)} to ${Math.max(...rates.ratio).toFixed(2)}), medians of ${rounds} rounds of ${count} jobs, ${concurrency} at once, load ${loadavg()[0]!.toFixed(1)}`,
    );
    console.log(`${ratio >= aim ? 'met   ' : 'MISSED'}  ratio: ${ratio.toFixed(2)} (aim: at least ${aim})`);
    await explain(application, { projectId, queue: queues.ours });
    const shortest = (aim * concurrency * 1000) / own;
    console.log(
      `  by these figures, jobs that last ${shortest.toFixed(0)} ms or more, ${concurrency} at once, are done at ${aim} of the bare worker's rate or better`,
    );
  } finally {
    await Promise.all([queues.ours.close(), queues.bare.close()]);
    connection?.disconnect();
    await worker.stop();
    bare.disconnect();
    await once(bare, 'exit');
    await application.close();
  }
}

async function addProject({ deps }: BenchApplication): Promise<string> {
  const projectId = uuidv7();
  const createdAt = deps.clock();
  await deps.db.insert(projects).values({ id: projectId, name: 'Benchmark', settingsVersion: 1, createdAt });
  await deps.db
    .insert(projectSettings)
    .values({ projectId, version: 1, settings: defaultSettings, createdAt });
  return projectId;
}

/** The rows of so many pings, as they are before the queue is told of them. */
async function addRows({ deps }: BenchApplication, projectId: string, of = count): Promise<string[]> {
  const createdAt = deps.clock();
  const rows = Array.from({ length: of }, () => ({
    id: uuidv7(),
    projectId,
    kind: 'ping' as const,
    state: 'queued' as const,
    input: {},
    attempt: 1,
    createdAt,
  }));
  await deps.db.insert(jobs).values(rows);
  return rows.map(({ id }) => id);
}

/** Puts jobs into a queue, waits until the last is done, and gives jobs a second. */
async function send(queue: BenchQueue, ids: readonly string[]): Promise<number> {
  const before = await queue.getCompletedCount();
  const begun = performance.now();
  await queue.addBulk(
    ids.map((jobId) => ({
      name: 'ping',
      data: { jobId, attempt: 1 },
      opts: { jobId: queueJobId({ jobId, attempt: 1 }) },
    })),
  );
  while ((await queue.getCompletedCount()) - before < ids.length) {
    if ((await queue.getFailedCount()) > 0) throw new Error('A job failed.');
    await delay(10);
  }
  return ids.length / ((performance.now() - begun) / 1000);
}

/** What jobs cost the server: processor time of its process, and statements of one. */
async function explain(
  application: BenchApplication,
  { projectId, queue }: { projectId: string; queue: BenchQueue },
): Promise<void> {
  const ids = await addRows(application, projectId);
  const before = process.cpuUsage();
  await send(queue, ids);
  const { user, system } = process.cpuUsage(before);
  const recorder = recordStatements();
  try {
    const [id] = await addRows(application, projectId, 1);
    recorder.take();
    await send(queue, [id!]);
    // The queue's own, which begin with a comment, are not the server's.
    const own = recorder.take().filter(({ config }) => !/^\s*--|bullmq/.test(config.text));
    const [row] = await application.deps.db.select().from(jobs).where(eq(jobs.id, id!));
    if (row?.state !== 'done') throw new Error('The ping was not done.');
    const milliseconds = (user + system) / 1000 / ids.length;
    console.log(
      `  a ping is 2 requests, ${own.length} statements and ${milliseconds.toFixed(1)} ms of processor in the server's process`,
    );
  } finally {
    recorder.stop();
  }
}

await main();
