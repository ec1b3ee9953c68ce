import { familyOf, jobKinds, serverJobKinds } from '@rookery/shared/queues';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import { readConfig } from '../config.ts';
import { createQueues, type DeliveredJob, type Queues } from './queues.ts';

const redisUrl = inject('redisUrl');
const hasRedis = redisUrl !== null;

describe.each([
  { backend: 'PostgreSQL', isAvailable: true },
  { backend: 'Redis', isAvailable: hasRedis },
])('the queue on $backend', ({ backend, isAvailable }) => {
  let database: TestDatabase;
  const open: Queues[] = [];

  beforeAll(async () => {
    if (!isAvailable) return;
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const queues of open.splice(0)) await queues.close();
  });
  afterAll(async () => {
    await database?.drop();
  });

  const openQueues = async (): Promise<Queues> => {
    const config = readConfig({
      DATABASE_URL: database.url,
      REDIS_URL: backend === 'Redis' ? `${redisUrl}/1` : undefined,
      ROOKERY_DATA_DIR: tmpdir(),
      ROOKERY_SECRET: randomBytes(32).toString('hex'),
    });
    const queues = await createQueues({ config, pool: database.pool });
    open.push(queues);
    return queues;
  };

  /** Takes server jobs until `count` deliveries have ended; gives what was delivered, in order. */
  const deliveries = async (queues: Queues, options: { count: number }): Promise<DeliveredJob[]> => {
    const delivered: DeliveredJob[] = [];
    const enough = Promise.withResolvers<void>();
    await queues.startServerWorker(async (job) => {
      delivered.push(job);
      if (delivered.length === options.count) enough.resolve();
    });
    await enough.promise;
    return delivered;
  };

  test.skipIf(!isAvailable)('a job reaches the server with its kind, its id and its attempt', async () => {
    const queues = await openQueues();
    const payload = { jobId: uuidv7(), attempt: 2 };
    await queues.add('import-questions', payload);
    expect(await queues.isPending('import-questions', payload)).toBe(true);
    const [job] = await deliveries(queues, { count: 1 });
    expect(job).toMatchObject({ ...payload, kind: 'import-questions' });
  });

  test.skipIf(!isAvailable)(
    'adding one attempt twice delivers it once, and the next attempt is another',
    async () => {
      const queues = await openQueues();
      const jobId = uuidv7();
      await queues.add('verify-episodes', { jobId, attempt: 1 });
      await queues.add('verify-episodes', { jobId, attempt: 1 });
      await queues.add('verify-episodes', { jobId, attempt: 2 });
      const last = { jobId: uuidv7(), attempt: 1 };
      await queues.add('verify-episodes', last);
      const delivered = await deliveries(queues, { count: 3 });
      expect(delivered.map(({ jobId: id, attempt }) => ({ jobId: id, attempt }))).toEqual([
        { jobId, attempt: 1 },
        { jobId, attempt: 2 },
        last,
      ]);
    },
  );

  test.skipIf(!isAvailable)(
    'model jobs wait for model workers and are not delivered to the server',
    async () => {
      const queues = await openQueues();
      const added = jobKinds.map((kind) => ({ kind, payload: { jobId: uuidv7(), attempt: 1 } }));
      for (const { kind, payload } of added) await queues.add(kind, payload);
      const delivered = await deliveries(queues, { count: serverJobKinds.length });
      expect(new Set(delivered.map(({ kind }) => kind))).toEqual(new Set(serverJobKinds));
      for (const { kind, payload } of added.filter(({ kind }) => familyOf(kind) === 'model'))
        expect(await queues.isPending(kind, payload)).toBe(true);
    },
  );

  test.skipIf(!isAvailable)(
    'a job that a shutdown interrupts is delivered again to the next server',
    async () => {
      const first = await openQueues();
      const payload = { jobId: uuidv7(), attempt: 1 };
      const started = Promise.withResolvers<void>();
      await first.startServerWorker(async ({ signal }) => {
        started.resolve();
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('stopping'))),
        );
      });
      await first.add('export-demonstrations', payload);
      await started.promise;
      await first.close();
      const [job] = await deliveries(await openQueues(), { count: 1 });
      expect(job).toMatchObject(payload);
    },
  );

  test.skipIf(!isAvailable)(
    'an attempt that fails is over, and the queue does not try it again by itself',
    async () => {
      const queues = await openQueues();
      const payload = { jobId: uuidv7(), attempt: 1 };
      const failed = Promise.withResolvers<void>();
      let deliveredTimes = 0;
      await queues.startServerWorker(async ({ jobId }) => {
        if (jobId === payload.jobId) deliveredTimes += 1;
        else failed.resolve();
        throw new Error('cannot be done');
      });
      await queues.add('import-library', payload);
      await expect.poll(() => queues.isPending('import-library', payload)).toBe(false);
      await queues.add('import-library', { jobId: uuidv7(), attempt: 1 });
      await failed.promise;
      expect(deliveredTimes).toBe(1);
    },
  );

  test.skipIf(!isAvailable)('a payload that is not ids is refused before it reaches the queue', async () => {
    const queues = await openQueues();
    await expect(queues.add('ping', { jobId: 'no id', attempt: 1 })).rejects.toThrow('jobId');
  });
});

describe("the model workers' role", () => {
  test('it uses the queue and sees nothing else', async () => {
    const database = await createTestDatabase();
    const password = randomBytes(16).toString('hex');
    const config = readConfig({
      DATABASE_URL: database.url,
      ROOKERY_SECRET: randomBytes(32).toString('hex'),
      ROOKERY_QUEUE_PASSWORD: password,
    });
    const queues = await createQueues({ config, pool: database.pool });
    const client = new pg.Client(queues.workerUrl!);
    await client.connect();
    try {
      const { rows } = await client.query<{ name: string; schema: string; usable: boolean }>(
        `select relname as name, nspname as schema,
                has_schema_privilege(nspname, 'usage') and has_table_privilege(pg_class.oid, 'select, insert, update, delete')
                  as usable
           from pg_class join pg_namespace on pg_namespace.oid = relnamespace
          where relkind in ('r', 'p', 'v', 'm') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
      );
      const seen = rows.filter(({ usable }) => usable);
      expect(new Set(seen.map(({ schema }) => schema))).toEqual(new Set(['bullmq']));
      expect(seen.length).toBe(rows.filter(({ schema }) => schema === 'bullmq').length);
      expect(rows.some(({ schema }) => schema === 'public')).toBe(true);
      await expect(client.query('select * from public.people')).rejects.toThrow('permission denied');
      await expect(client.query('create table public.mine (id int)')).rejects.toThrow('permission denied');
      await expect(client.query('create schema mine')).rejects.toThrow('permission denied');
      await expect(client.query('select pg_read_file($1)', ['PG_VERSION'])).rejects.toThrow(
        'permission denied',
      );
    } finally {
      await client.end();
      await queues.close();
      await database.drop();
    }
  });

  test('its password follows the configuration, and without one there is no address for workers', async () => {
    const database = await createTestDatabase();
    const base = { DATABASE_URL: database.url, ROOKERY_SECRET: randomBytes(32).toString('hex') };
    const urls: string[] = [];
    for (const word of ['first-password-first', 'second-password-second']) {
      const queues = await createQueues({
        config: readConfig({ ...base, ROOKERY_QUEUE_PASSWORD: word }),
        pool: database.pool,
      });
      urls.push(queues.workerUrl!);
      await queues.close();
    }
    const [old, current] = urls.map((url) => new pg.Client(url));
    await expect(old!.connect()).rejects.toThrow('password authentication failed');
    await current!.connect();
    await current!.end();
    const without = await createQueues({ config: readConfig(base), pool: database.pool });
    expect(without.workerUrl).toBeNull();
    await without.close();
    await database.drop();
  });
});
