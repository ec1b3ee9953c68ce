import { ApiError, createClient } from '@rookery/shared/api';
import { modelJobKinds } from '@rookery/shared/queues';
import closeWithGrace from 'close-with-grace';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { workOnAttempt } from './attempt.ts';
import { isSupervised, readEnvironment, readWorkerConfig, WorkerStartError } from './config.ts';
import { takeModelJobs } from './queue.ts';
import { untilAnswered } from './until-answered.ts';

/** How often the worker reports itself, in milliseconds; the server takes it for gone after a minute. */
const reportEvery = 15_000;
/** How long the jobs in hand may take after the worker was asked to end; then they go to another worker. */
const drainMilliseconds = 10_000;

async function main(): Promise<void> {
  const config = readWorkerConfig(await readEnvironment());
  const log = pino({ level: config.logLevel, name: 'model-worker' });
  const client = createClient({ baseUrl: config.url, token: config.key });
  const worker = { id: randomUUID(), name: `${hostname()}-${process.pid}`.slice(-100) };
  const stopping = new AbortController();
  const cleanups: (() => Promise<unknown> | void)[] = [];

  const { close } = closeWithGrace({ delay: drainMilliseconds + 5_000, logger: log }, async ({ err }) => {
    if (err) log.fatal({ err }, 'ending after an error nobody handled');
    const timer = setTimeout(() => stopping.abort(), drainMilliseconds);
    for (const cleanup of cleanups.toReversed()) await cleanup();
    clearTimeout(timer);
  });
  // The supervisor asks by closing the channel, and does so even when it is killed.
  if (process.channel) process.once('disconnect', close);

  const startedAt = new Date().toISOString();
  const report = async (): Promise<void> => {
    await client.reportWorker({
      params: { workerId: worker.id },
      body: {
        name: worker.name,
        kinds: modelJobKinds.map((kind) => ({ kind, concurrency: 1 })),
        version: packageJson.version,
        device: 'cpu',
        models: [],
        endpoints: [],
        startedAt,
      },
    });
    if (config.aliveFile !== null) await writeFile(config.aliveFile, '');
  };
  await untilAnswered(report, {
    signal: stopping.signal,
    onWait: (error) => log.warn({ err: error }, 'waiting for the server'),
  }).catch(explainRefusal);
  const timer = setInterval(() => {
    report().catch((error: unknown) => log.warn({ err: error }, 'the server did not take a sign of life'));
  }, reportEvery);
  cleanups.push(() => clearInterval(timer));

  const task = { client, worker, log, stopping: stopping.signal };
  const queue = await takeModelJobs({
    url: config.queueUrl,
    processor: (payload) => workOnAttempt(task, payload),
    concurrency: 1,
    onError: (error) => log.warn({ err: error }, 'the queue reports an error'),
  });
  cleanups.push(() => queue.close());
  log.info({ workerId: worker.id, kinds: modelJobKinds }, 'taking jobs');
  if (isSupervised()) process.send?.({ type: 'ready' });
}

function explainRefusal(error: unknown): never {
  if (error instanceof ApiError) {
    throw new WorkerStartError(
      `The server refuses this worker (${error.message}) Check ROOKERY_WORKER_KEY: it has to be an API token with the scope "worker".`,
    );
  }
  throw error;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof WorkerStartError)) throw error;
  const { message } = error;
  if (isSupervised()) process.send?.({ type: 'refused', reason: message }, () => process.exit(1));
  else process.stderr.write(`${message}\n`, () => process.exit(1));
}
