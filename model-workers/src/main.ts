import { ApiError, createClient, type WorkerDescription } from '@rookery/shared/api';
import closeWithGrace from 'close-with-grace';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { pino, type Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { workOnAttempt } from './attempt.ts';
import { isSupervised, readEnvironment, readWorkerConfig } from './config.ts';
import { readFlags } from './flags.ts';
import { logWarnings } from './log-warnings.ts';
import { openPolicies, type OpenPolicies } from './policies/open.ts';
import { openRewards, type OpenRewards } from './reward/open-rewards.ts';
import { takeModelJobs } from './queue.ts';
import { WorkerStartError } from './takes.ts';
import { untilAnswered } from './until-answered.ts';

/** How often the worker reports itself, in milliseconds; the server takes it for gone after a minute. */
const reportEvery = 15_000;
/** How long the jobs in hand may take after the worker was asked to end; then they go to another worker. */
const drainMilliseconds = 10_000;
/** A second signal after this many milliseconds is meant: end at once. Earlier ones are npm's copies of the first. */
const impatienceMilliseconds = 1000;
/** How long the server may take to hear that the worker ends. */
const farewellMilliseconds = 2000;

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  const config = readWorkerConfig({ ...(await readEnvironment()), ...flags });
  const log: Logger = pino({ level: config.logLevel, name: 'model-worker' });
  logWarnings(log);
  const client = createClient({ baseUrl: config.url, token: config.key });
  const worker = {
    id: randomUUID(),
    name: `${hostname()}-${process.pid}`.slice(-100),
    version: packageJson.version,
  };
  const draining = new AbortController();
  const stopping = new AbortController();
  const cleanups: (() => Promise<unknown> | void)[] = [];
  endOnSignals(log, async () => {
    draining.abort();
    const timer = setTimeout(() => stopping.abort(), drainMilliseconds);
    for (const cleanup of cleanups.toReversed()) await cleanup();
    clearTimeout(timer);
  });

  const startedAt = new Date().toISOString();
  const { takes, endpoints, encoders, cacheFolder } = config;
  const policies = openPolicies({ cacheFolder, endpoints, log, onChange: () => reportSoon() });
  cleanups.push(() => policies.close());
  const rewards = openRewards({ cacheFolder, onChange: () => reportSoon() });
  cleanups.push(() => rewards.close());
  const describe = (): WorkerDescription => ({
    name: worker.name,
    version: worker.version,
    kinds: [...takes],
    endpoints: [...endpoints.keys()].slice(0, 100),
    encoders: [...encoders.keys()].slice(0, 20),
    startedAt,
    ...describeModels(policies, rewards),
  });
  const report = async (): Promise<void> => {
    await client.reportWorker({
      params: { workerId: worker.id },
      body: { ...describe(), isEnding: draining.signal.aborted },
      signal: AbortSignal.timeout(reportEvery),
    });
    if (config.aliveFile !== null) await writeFile(config.aliveFile, '');
  };
  const reportSoon = (): void => {
    report().catch((error: unknown) => log.warn({ err: error }, 'the server did not take a sign of life'));
  };
  await untilAnswered(report, {
    signal: draining.signal,
    onWait: (error) => log.warn({ err: error }, 'waiting for the server'),
  }).catch((error: unknown) => {
    if (!draining.signal.aborted) explainRefusal(error);
  });
  if (draining.signal.aborted) return;
  const timer = setInterval(reportSoon, reportEvery);
  cleanups.push(() => clearInterval(timer));

  const task = {
    client,
    worker,
    policies,
    rewards,
    encoders,
    cacheFolder,
    log,
    draining: draining.signal,
    stopping: stopping.signal,
  };
  const queue = await takeModelJobs({
    url: config.queueUrl,
    takes,
    processor: (payload) => workOnAttempt(task, payload),
    onError: (error) => log.warn({ err: error }, 'the queue reports an error'),
  });
  cleanups.push(() => {
    const closed = queue.close();
    const told = report().catch(() => {});
    const late = new Promise((resolve) => setTimeout(resolve, farewellMilliseconds).unref());
    return Promise.all([closed, Promise.race([told, late])]);
  });
  log.info({ workerId: worker.id, kinds: takes }, 'taking jobs');
  if (isSupervised()) process.send?.({ type: 'ready' });
}

/** Devices and model files of policies and reward models together. */
function describeModels(
  policies: OpenPolicies,
  rewards: OpenRewards,
): Pick<WorkerDescription, 'device' | 'models'> {
  const described = [policies.describe(), rewards.describe()];
  const models = new Map(described.flatMap((one) => one.models.map((model) => [model.sha256, model])));
  return {
    device: [...new Set(described.map(({ device }) => device))].filter(Boolean).join(', ').slice(0, 200),
    models: [...models.values()].slice(0, 50),
  };
}

/** Ends by `end` on a signal, when the supervisor closes the channel, and after an error that nobody handled. */
function endOnSignals(log: Logger, end: () => Promise<void>): void {
  const delay = drainMilliseconds + 5_000;
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const { close } = closeWithGrace({ delay, logger: log, skip: [...signals] }, async ({ err }) => {
    if (err) log.fatal({ err }, 'ending after an error nobody handled');
    await end();
  });
  let asked: number | null = null;
  const ask = (): void => {
    if (asked !== null) {
      // Not by process.exit: it cuts threads short, and one in which onnxruntime works takes the process down with a core dump.
      if (performance.now() - asked > impatienceMilliseconds) process.kill(process.pid, 'SIGKILL');
      return;
    }
    asked = performance.now();
    log.info('coming to an end; once more ends at once');
    close();
  };
  for (const signal of signals) process.on(signal, ask);
  // The supervisor asks by closing the channel, and does so even when it is killed.
  if (process.channel) process.once('disconnect', ask);
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
