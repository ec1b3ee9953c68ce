import {
  jobPayloadSchema,
  queueJobId,
  modelJobKinds,
  queueNameOf,
  queueSchema,
  serverJobKindSchema,
  serverQueueName,
  workerTimings,
  type JobKind,
  type JobPayload,
  type ServerJobKind,
} from '@rookery/shared/queues';
import {
  createPostgresBackend,
  DelayedError,
  Queue,
  runMigrations,
  Worker,
  type Job,
  type PostgresConnectionOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../config.ts';
import { ensureWorkerRole, workerQueueUrl } from './queue-role.ts';

/** One attempt at a server job, as the queue delivers it. */
export interface DeliveredJob extends JobPayload {
  kind: ServerJobKind;
  /** Aborted when the server shuts down: stop soon and reject; the queue delivers the attempt again. */
  signal: AbortSignal;
}

export interface Queues {
  /**
   * Puts an attempt into its queue, to be delivered after `delayMs` (default: at once); the row in `jobs` is written
   * first. Adding the same attempt twice adds it once.
   */
  add(kind: JobKind, payload: JobPayload, options?: { delayMs?: number }): Promise<void>;
  /** As `add`, for many attempts at jobs of one kind, to be delivered at once. */
  addMany(kind: JobKind, payloads: readonly JobPayload[]): Promise<void>;
  /** Whether the queue holds this attempt, waiting or running: false when it has ended or was lost. */
  isPending(kind: JobKind, payload: JobPayload): Promise<boolean>;
  /** Rejects when the queue cannot be reached. */
  ping(): Promise<void>;
  /** Begins to take server jobs. A processor that rejects has failed its attempt; the queue does not try again. */
  startServerWorker(processor: (job: DeliveredJob) => Promise<void>): Promise<void>;
  /** Where model workers reach the queue, with their own credentials; null: no role for them was asked for. */
  readonly workerUrl: string | null;
  /** All of them, to look at. */
  readonly opened: readonly Queue[];
  /** Stops taking jobs, gives running ones a few seconds to stop, and closes the connections. */
  close(): Promise<void>;
}

/** What we use of BullMQ's worker, whose type names the backend. */
type OpenWorker = Pick<Worker, 'waitUntilReady' | 'close' | 'disconnect'> & ReportsErrors;
interface ReportsErrors {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** How many server jobs run at once in one server: a long import must not keep an export waiting. */
const concurrency = 2;
const closeMilliseconds = 5_000;
/** Of the queues together, and of what takes server jobs. */
const maxConnections = 4;
/** Ended attempts stay in the queue long enough that a late second `add` of one is still seen to be one. */
const defaultJobOptions = {
  attempts: 1,
  removeOnComplete: { age: 3600, count: 1000 },
  removeOnFail: { age: 24 * 3600, count: 1000 },
};

interface QueueLog {
  warn(fields: object, message: string): void;
}

/**
 * Opens the queues: in PostgreSQL, or in Redis if the configuration names one. On PostgreSQL it first brings the
 * queue's schema up to date, and makes the role for model workers if the configuration has a password for it.
 */
export async function createQueues(options: {
  config: Config;
  pool: pg.Pool;
  log?: QueueLog;
}): Promise<Queues> {
  const { config, pool, log } = options;
  const redis = config.redisUrl === null ? null : connectRedis(config.redisUrl);
  if (redis === null) {
    await migrateQueues(pool);
    if (config.queuePassword !== null) await ensureWorkerRole(pool, config.queuePassword);
  } else {
    await redis.connect();
  }

  const postgres = { connectionString: config.databaseUrl, schema: queueSchema, max: maxConnections };
  const shared = redis ?? openSharedPool(config);
  const open = (name: string): Queue =>
    shared instanceof pg.Pool
      ? onPostgres(name, shared)
      : new Queue(name, { connection: shared, defaultJobOptions });
  const names = [serverQueueName, ...modelJobKinds.map((kind) => queueNameOf(kind))];
  const queues = new Map(names.map((name) => [name, open(name)]));
  const queueOf = (kind: JobKind): Queue => queues.get(queueNameOf(kind))!;
  const report = (error: Error): void => log?.warn({ err: error }, 'the queue reports an error');
  for (const queue of queues.values()) queue.on('error', report);
  shared.on('error', report);

  let worker: OpenWorker | null = null;
  const stopping = new AbortController();

  return {
    opened: [...queues.values()],
    workerUrl: redis === null ? workerQueueUrl(config) : config.redisUrl,
    async add(kind, payload, { delayMs: delay = 0 } = {}) {
      await queueOf(kind).add(kind, jobPayloadSchema.parse(payload), {
        jobId: queueJobId(payload),
        delay,
      });
    },
    async addMany(kind, payloads) {
      await queueOf(kind).addBulk(
        payloads.map((payload) => ({
          name: kind,
          data: jobPayloadSchema.parse(payload),
          opts: { jobId: queueJobId(payload) },
        })),
      );
    },
    async isPending(kind, payload) {
      const state = await queueOf(kind).getJobState(queueJobId(payload));
      return !['completed', 'failed', 'unknown'].includes(state);
    },
    async ping() {
      if (redis === null) await pool.query('select 1');
      else await redis.ping();
    },
    async startServerWorker(processor) {
      const deliver = (job: Job, token?: string) =>
        deliverJob({ job, token, processor, signal: stopping.signal });
      const workerOptions = { ...workerTimings, concurrency, runRetryDelay: 1000 };
      const opened: OpenWorker =
        redis === null
          ? new Worker(
              serverQueueName,
              deliver,
              { ...workerOptions, connection: postgres },
              createPostgresBackend,
            )
          : new Worker(serverQueueName, deliver, { ...workerOptions, connection: redis });
      opened.on('error', report);
      worker = opened;
      await opened.waitUntilReady();
    },
    async close() {
      stopping.abort();
      if (worker !== null) await closeWorker(worker);
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      if (!(shared instanceof pg.Pool)) shared.disconnect();
      else if (!shared.ending) await shared.end();
    },
  };
}

/** Brings the queue's own schema up to date; several servers may do so at once. */
export async function migrateQueues(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, queueSchema);
  } finally {
    client.release();
  }
}

async function deliverJob(delivery: {
  job: Job;
  token: string | undefined;
  processor: (job: DeliveredJob) => Promise<void>;
  signal: AbortSignal;
}): Promise<void> {
  const { job, token, processor, signal } = delivery;
  const payload = jobPayloadSchema.parse(job.data);
  // Back to the queue, for the server that starts next.
  const giveBack = async (): Promise<never> => {
    await job.moveToDelayed(Date.now(), token);
    throw new DelayedError();
  };
  // A queue that is being closed may hand out one more: what was given back is due at once.
  if (signal.aborted) return giveBack();
  try {
    await processor({ ...payload, kind: serverJobKindSchema.parse(job.name), signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    await giveBack();
  }
}

async function closeWorker(worker: OpenWorker): Promise<void> {
  const closed = worker.close();
  const isLate = await Promise.race([
    closed.then(() => false),
    delay(closeMilliseconds, true, { ref: false }),
  ]);
  // What does not stop in time loses its lock and is delivered again. Closing by force would wait for the same: it is closing.
  if (isLate) await worker.disconnect();
}

/** BullMQ's types want an index signature of a pool, and name the backend of a queue; what is used of both is the same. */
function onPostgres(name: string, pool: pg.Pool): Queue {
  const connection = pool as unknown as PostgresConnectionOptions;
  return new Queue(name, { connection, defaultJobOptions }, createPostgresBackend) as unknown as Queue;
}

/** One pool for every queue: each would open its own otherwise. */
function openSharedPool(config: Config): pg.Pool {
  return new pg.Pool({
    connectionString: config.databaseUrl,
    options: `-c search_path=${queueSchema}`,
    application_name: 'rookery-queues',
    max: maxConnections,
  });
}

function connectRedis(url: string): Redis {
  // Null, as blocking commands need: a lost connection is waited for, not an error of the job.
  return new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
}
