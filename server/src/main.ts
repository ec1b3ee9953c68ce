import closeWithGrace from 'close-with-grace';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { openBlobFolder } from './blobs/index.ts';
import { readConfig, type Config } from './config.ts';
import { openDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import type { Dependencies } from './dependencies.ts';
import { firstAdminLink, lockedOutAdminLink } from './features/accounts/index.ts';
import { startServerJobs } from './jobs/index.ts';
import { openLive } from './live/index.ts';
import { createQueues } from './plugins/queues.ts';
import { ensureWorkerKey } from './plugins/worker-key.ts';
import { checkDatabase } from './preflight.ts';
import {
  readEnvironment,
  refuseToStart,
  signInSentence,
  type FromProgram,
  type ServerReady,
} from './supervisor/channel.ts';
import { insertStarterProject, loadStarter } from './starter/index.ts';
import { StartupError } from './supervisor/startup-error.ts';

/** How long requests and jobs in flight may take to end, in milliseconds. */
const closeDelay = 15_000;
const poolSize = 20;

async function main(): Promise<void> {
  const { env, isSupervised } = await readEnvironment();
  const config = readConfig(env);
  const log = pino({ level: config.logLevel });
  const cleanups: (() => Promise<unknown>)[] = [];
  const { close } = closeWithGrace({ delay: closeDelay, logger: log }, async ({ err }) => {
    if (err) log.fatal({ err }, 'ending after an error nobody handled');
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });
  // The supervisor asks by closing the channel, and does so even when it is killed.
  if (process.channel) process.once('disconnect', close);

  const pool = new pg.Pool({
    connectionString: config.databaseUrl,
    max: poolSize,
    application_name: 'rookery',
  });
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', (error) => log.warn({ err: error }, 'a database connection broke'));
  cleanups.push(() => pool.end());
  await checkDatabase(pool);
  await migrate(pool);

  const clock = (): Date => new Date();
  const db = openDatabase(pool);
  const queues = await createQueues({ config, pool, log });
  cleanups.push(() => queues.close());
  const live = await openLive({ databaseUrl: config.databaseUrl, log });
  cleanups.push(() => live.close());
  const blobs = await openBlobFolder(path.join(config.dataDir, 'blobs'));
  const deps: Dependencies = { config, pool, db, queues, blobs, live, clock, log };
  if (config.workerKey !== null) await ensureWorkerKey(db, { key: config.workerKey, now: clock() });

  const app = await buildApp(deps);
  cleanups.push(() => app.close());
  const port = await listen(app, config);
  const jobs = await startServerJobs(deps);
  cleanups.push(() => jobs.close());

  const addresses = addressesOf(config, port);
  const signInLink = config.isAdminLinkWanted
    ? await lockedOutAdminLink(deps, addresses.url)
    : await firstAdminLink(deps, addresses.url, config.isEmptyWanted ? undefined : insertStarterProject);
  // Nobody waits for it: the imports go on while people sign in.
  const loading = loadStarter(deps).catch((error: unknown) => {
    log.error({ err: error }, 'the starter project could not be loaded; the next start tries again');
  });
  cleanups.push(() => loading);
  const ready: ServerReady = { ...addresses, port, queueUrl: queues.workerUrl, signInLink };
  if (isSupervised) {
    process.send?.({ type: 'ready', ...ready } satisfies FromProgram<ServerReady>);
  } else {
    log.info({ url: ready.url }, 'ready');
    if (ready.signInLink !== null) process.stdout.write(`${signInSentence(ready.signInLink)}\n`);
  }
}

async function listen(app: { listen: (at: object) => Promise<string> }, config: Config): Promise<number> {
  try {
    const address = await app.listen({ port: config.port, host: config.host });
    return Number(new URL(address).port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartupError(
        `Port ${config.port} is in use by another program: end that one, or choose another port (PORT=${config.port + 1} npm start).`,
      );
    }
    if (code === 'EACCES') {
      throw new StartupError(
        `Port ${config.port} needs rights this account lacks: choose one above 1023 (PORT).`,
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartupError(
        `This machine has no address ${config.host}: set HOST to 127.0.0.1, or to 0.0.0.0 for all.`,
      );
    }
    throw error;
  }
}

/** Where people open this server, and where a process on this machine reaches it. */
function addressesOf(config: Config, port: number): { url: string; localUrl: string } {
  const isEverywhere = config.host === '0.0.0.0' || config.host === '::';
  const host = isEverywhere ? '127.0.0.1' : config.host.includes(':') ? `[${config.host}]` : config.host;
  const localUrl = `http://${host}:${port}`;
  return { url: config.publicUrl ?? localUrl, localUrl };
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  refuseToStart(error.message);
}
