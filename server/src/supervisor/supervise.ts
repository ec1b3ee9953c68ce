import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SupervisorOptions } from '../config.ts';
import type { ServerReady } from './channel.ts';
import { lockDataFolder, type DataLock } from './lock.ts';
import { openLogFile } from './log-file.ts';
import { ensureDatabase, startEmbeddedPostgres, type EmbeddedPostgres } from './postgres/index.ts';
import { runProgram, type Program } from './program.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { StartupError } from './startup-error.ts';

export interface SuperviseOptions {
  options: SupervisorOptions;
  /** Handed on to the server, beside what the supervisor makes. */
  env: NodeJS.ProcessEnv;
  programs: { server: string; worker: string };
  /** Gets each line the programs print. */
  print: (line: string) => void;
  /** Gets what a person should know. */
  say: (sentence: string) => void;
}

export interface Supervision {
  /** Resolves when the server listens; rejects with a StartupError. The worker follows a moment later. */
  readonly ready: Promise<ServerReady>;
  /** Resolves to why, when the database is lost for good. */
  readonly lost: Promise<string>;
  /** Ends the worker, the server and the database, in this order, and gives the data folder free. Once is enough. */
  stop(): Promise<void>;
  pids(): { postgres?: number | undefined; server?: number | undefined; worker?: number | undefined };
}

const databaseName = 'rookery';
/** Tries to bring a dead database back, a second apart and more. */
const maxDatabaseStarts = 5;

/** Runs Rookery on one machine: the database unless there is one already, the server, and one model worker. */
export function supervise(task: SuperviseOptions): Supervision {
  const { options, say, print } = task;
  const lost = Promise.withResolvers<string>();
  let isStopping = false;
  let lock: DataLock | null = null;
  let postgres: EmbeddedPostgres | null = null;
  let server: Program<ServerReady> | null = null;
  let worker: Program<object> | null = null;

  const goOn = (): void => {
    if (isStopping) throw new StartupError('Rookery was stopped while it was starting.');
  };

  async function start(): Promise<ServerReady> {
    const { dataDir } = options;
    await makeDataFolder(dataDir);
    lock = await lockDataFolder(dataDir);
    const { secrets, isNew } = await loadSecrets(dataDir);
    goOn();
    const database =
      options.databaseUrl === null ? startDatabase(secrets, isNew) : Promise.resolve(options.databaseUrl);
    // The server loads while the database starts.
    const program = runServer(database, secrets);
    await database;
    goOn();
    const ready = await program.ready;
    await startWorker(ready, secrets);
    return ready;
  }

  async function startDatabase(secrets: Secrets, isPasswordNew: boolean): Promise<string> {
    const log = openLogFile(path.join(options.dataDir, 'postgres.log'));
    const folder = path.join(options.dataDir, 'postgres');
    const settings = { folder, password: secrets.postgresPassword, log, say };
    const started = await startEmbeddedPostgres({ ...settings, isPasswordNew });
    postgres = started;
    void keepDatabase(started, () => startEmbeddedPostgres({ ...settings, port: started.port }));
    await ensureDatabase(started, databaseName);
    return started.url(databaseName);
  }

  /** Starts the database again when it dies, on the same port, so that the server finds it again. */
  async function keepDatabase(
    first: EmbeddedPostgres,
    restart: () => Promise<EmbeddedPostgres>,
  ): Promise<void> {
    let current = first;
    for (;;) {
      await current.ended;
      if (isStopping) return;
      say('PostgreSQL ended unexpectedly; starting it again.');
      const next = await tryRestart(restart);
      if (next === null) return;
      current = next;
      postgres = next;
      if (isStopping) return next.stop();
    }
  }

  async function tryRestart(restart: () => Promise<EmbeddedPostgres>): Promise<EmbeddedPostgres | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await restart();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (isStopping) return null;
        if (attempt === maxDatabaseStarts) {
          lost.resolve(reason);
          return null;
        }
        say(reason);
        await delay(1000 * attempt);
      }
    }
  }

  function runServer(database: Promise<string>, secrets: Secrets): Program<ServerReady> {
    // What is secret, or is meant once, goes by the channel; what is for workers alone does not go to the server.
    const env = {
      ...withoutWorkerSettings(task.env),
      DATABASE_URL: undefined,
      ROOKERY_SECRET: undefined,
      ROOKERY_ADMIN_LINK: undefined,
    };
    const adminLink = task.env['ROOKERY_ADMIN_LINK'];
    let isFirst = true;
    const program = runProgram<ServerReady>({
      name: 'the server',
      file: task.programs.server,
      mustStart: true,
      print,
      say,
      env,
      async values() {
        const values: Record<string, string> = {
          DATABASE_URL: await database,
          ROOKERY_DATA_DIR: options.dataDir,
          ROOKERY_SECRET: options.secret ?? secrets.secret,
          ROOKERY_WORKER_KEY: secrets.workerKey,
          ROOKERY_QUEUE_PASSWORD: secrets.queuePassword,
        };
        // A port chosen at the first start is kept; one link for an admin is enough.
        if (!isFirst) values['PORT'] = String((await program.ready).port);
        else if (adminLink !== undefined) values['ROOKERY_ADMIN_LINK'] = adminLink;
        isFirst = false;
        return values;
      },
    });
    server = program;
    return program;
  }

  async function startWorker(ready: ServerReady, secrets: Secrets): Promise<void> {
    const settings = {
      ROOKERY_URL: ready.localUrl,
      ROOKERY_WORKER_KEY: secrets.workerKey,
      ROOKERY_QUEUE_URL: ready.queueUrl ?? '',
    };
    // For workers started by hand on this machine.
    await writeFile(path.join(options.dataDir, 'worker.json'), JSON.stringify(settings), { mode: 0o600 });
    goOn();
    // A worker gets nothing of the server's environment but what it needs: it has credentials of its own.
    const kept = [
      'PATH',
      'HOME',
      'LANG',
      'TZ',
      'SystemRoot',
      'TEMP',
      'TMP',
      'TMPDIR',
      'LOG_LEVEL',
      'NODE_COMPILE_CACHE',
      'LD_LIBRARY_PATH',
      'CUDA_VISIBLE_DEVICES',
      'ROOKERY_DEVICE',
    ];
    const env = Object.fromEntries(kept.map((name) => [name, task.env[name]]));
    // Keys of endpoints are secrets too.
    const values = {
      ROOKERY_CACHE_DIR: path.join(options.dataDir, 'cache'),
      ...workerSettings(task.env),
      ...settings,
    };
    const program = runProgram<object>({
      name: 'the model worker',
      file: task.programs.worker,
      mustStart: false,
      print,
      say,
      env,
      values: async () => values,
    });
    worker = program;
    program.ready.catch((error: Error) => !isStopping && say(error.message));
  }

  const ready = start();
  let isStarting = true;
  ready.catch(() => {}).finally(() => (isStarting = false));

  async function stop(): Promise<void> {
    isStopping = true;
    // What is still starting is told to end, so that `start` goes on and ends too.
    await Promise.all([worker?.stop(), isStarting ? server?.stop() : undefined]);
    await ready.catch(() => {});
    // Each needs the next until its end.
    await worker?.stop();
    await server?.stop();
    await postgres?.stop();
    await lock?.release();
  }
  let stopped: Promise<void> | null = null;

  return {
    ready,
    lost: lost.promise,
    stop: () => (stopped ??= stop()),
    pids: () => ({ postgres: postgres?.pid, server: server?.pid, worker: worker?.pid }),
  };
}

/** Settings that the environment has for model workers alone. */
const workerSetting = /^ROOKERY_(CACHE_DIR|WORKER_(KINDS|CONCURRENCY)|ENDPOINT_\w+|ENCODER_\w+)$/;

function workerSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(env).flatMap(([name, value]) =>
    workerSetting.test(name) && value !== undefined && value !== '' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(given);
}

function withoutWorkerSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !workerSetting.test(name)));
}

async function makeDataFolder(folder: string): Promise<void> {
  try {
    // Root's PostgreSQL runs under another account, which has to pass through.
    await mkdir(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `The data folder ${folder} cannot be written to (${code}): make it yours, or set ROOKERY_DATA_DIR to another folder.`,
    );
  }
}
