import {
  jobPayloadSchema,
  modelQueueName,
  queueSchema,
  workerTimings,
  type JobPayload,
} from '@rookery/shared/queues';
import { createPostgresBackend, DelayedError, Worker, type Job, type PgPool } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { DeliverAgain } from './deliver-again.ts';
import type { Take } from './takes.ts';

export interface QueueWorker {
  /** Takes no more jobs, waits for those in hand, and closes the connections. */
  close(): Promise<void>;
}

export interface QueueWorkerOptions {
  /** `postgres:` or `redis:`. */
  url: string;
  /** Each kind has a queue of its own. */
  takes: readonly Take[];
  /** A rejection has failed the attempt for the queue, except `DeliverAgain`. */
  processor: (payload: JobPayload) => Promise<void>;
  onError: (error: Error) => void;
}

/** How long a returned attempt waits, in milliseconds. */
const redeliveryDelay = 1000;
/** Connections for everything but waiting for jobs, for which each kind has one of its own. */
const sharedConnections = 3;

/** Takes model jobs from their queues until closed; a lost connection is opened again. */
export async function takeModelJobs(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { takes, processor, onError } = options;
  const deliver = async (job: Job, token?: string): Promise<void> => {
    try {
      await processor(jobPayloadSchema.parse(job.data));
    } catch (error) {
      if (!(error instanceof DeliverAgain)) throw error;
      await job.moveToDelayed(Date.now() + redeliveryDelay, token);
      throw new DelayedError();
    }
  };
  const connection = connect(options);
  const workers = takes.map(({ kind, concurrency }) => {
    const worker = connection.open(modelQueueName(kind), deliver, concurrency);
    worker.on('error', onError);
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  // No job is taken before the caller can close all of them.
  for (const worker of workers) worker.run().catch(onError);
  return {
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await connection.close();
    },
  };
}

interface OpenWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  close(): Promise<void>;
}

interface Connection {
  open(name: string, deliver: (job: Job, token?: string) => Promise<void>, concurrency: number): OpenWorker;
  close(): Promise<unknown>;
}

const common = { ...workerTimings, runRetryDelay: 1000, autorun: false };

function connect({ url, takes, onError }: QueueWorkerOptions): Connection {
  if (url.startsWith('redis')) {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    connection.on('error', onError);
    return {
      open: (name, deliver, concurrency) => new Worker(name, deliver, { ...common, concurrency, connection }),
      close: async () => connection.disconnect(),
    };
  }
  const pool = new pg.Pool({
    connectionString: url,
    options: `-c search_path=${queueSchema}`,
    max: takes.length + sharedConnections,
    keepAlive: true,
  });
  pool.on('error', onError);
  const connection = pool as unknown as PgPool;
  return {
    open: (name, deliver, concurrency) =>
      new Worker(name, deliver, { ...common, concurrency, connection }, createPostgresBackend),
    close: () => pool.end(),
  };
}
