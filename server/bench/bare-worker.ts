import { queueSchema, workerTimings } from '@rookery/shared/queues';
import { createPostgresBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/**
 * A process with nothing but a BullMQ worker that does nothing, as its documentation writes one: what our model worker is measured
 * beside. Arguments: address and name of the queue, jobs at once.
 */

const [url = '', name = '', concurrency = '1'] = process.argv.slice(2);
const options = { ...workerTimings, concurrency: Number(concurrency) };
const doNothing = async (): Promise<void> => {};

const worker = url.startsWith('redis')
  ? new Worker(name, doNothing, { ...options, connection: new Redis(url, { maxRetriesPerRequest: null }) })
  : new Worker(
      name,
      doNothing,
      { ...options, connection: { connectionString: url, schema: queueSchema, max: 4 } },
      createPostgresBackend,
    );
worker.on('error', (error) => {
  throw error;
});
await worker.waitUntilReady();
process.send?.('ready');
process.once('disconnect', () => process.exit(0));
