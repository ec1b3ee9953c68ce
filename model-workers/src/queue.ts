import {
  jobPayloadSchema,
  modelQueueName,
  queueSchema,
  workerTimings,
  type JobPayload,
} from '@rookery/shared/queues';
import { createPostgresBackend, DelayedError, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';

/** Says that an attempt could not be worked on now: the queue delivers it again, to whoever is free then. */
export class DeliverAgain extends Error {
  override name = 'DeliverAgain';
}

export interface QueueWorker {
  /** Takes no more jobs, waits for those in hand, and closes the connections. */
  close(): Promise<void>;
}

export interface QueueWorkerOptions {
  /** `postgres:` or `redis:`. */
  url: string;
  /** A rejection has failed the attempt for the queue, except `DeliverAgain`. */
  processor: (payload: JobPayload) => Promise<void>;
  /** Jobs in hand at once. */
  concurrency: number;
  onError: (error: Error) => void;
}

/** How long a returned attempt waits, in milliseconds. */
const redeliveryDelay = 1000;

/** Takes model jobs from the queue until closed; a lost connection is opened again. */
export async function takeModelJobs(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { url, processor, concurrency, onError } = options;
  const deliver = async (job: Job, token?: string): Promise<void> => {
    try {
      await processor(jobPayloadSchema.parse(job.data));
    } catch (error) {
      if (!(error instanceof DeliverAgain)) throw error;
      await job.moveToDelayed(Date.now() + redeliveryDelay, token);
      throw new DelayedError();
    }
  };
  const common = { ...workerTimings, concurrency, runRetryDelay: 1000 };
  if (url.startsWith('redis')) {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    connection.on('error', onError);
    const worker = new Worker(modelQueueName('ping'), deliver, { ...common, connection });
    worker.on('error', onError);
    await worker.waitUntilReady();
    return {
      async close() {
        await worker.close();
        connection.disconnect();
      },
    };
  }
  const connection = { connectionString: url, schema: queueSchema, max: 3 };
  const worker = new Worker(
    modelQueueName('ping'),
    deliver,
    { ...common, connection },
    createPostgresBackend,
  );
  worker.on('error', onError);
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}
