import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { buildApp } from '../src/app.ts';
import { openBlobFolder } from '../src/blobs/index.ts';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import type { Dependencies } from '../src/dependencies.ts';
import { openLive } from '../src/live/index.ts';
import { createQueues } from '../src/plugins/queues.ts';
import { ensureDatabase, startEmbeddedPostgres } from '../src/supervisor/postgres/index.ts';

export interface BenchApplication {
  deps: Dependencies;
  /** Where it listens. */
  baseUrl: string;
  close(): Promise<void>;
}

/** A benchmark that is cut short leaves no database behind. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** As many connections as the real server opens. */
const poolSize = 20;

/**
 * The real application on an embedded PostgreSQL of its own, with the settings it has in use, on loopback.
 * @param options.redisUrl where the queues are; left out: in PostgreSQL.
 */
export async function startApplication({ redisUrl = '' } = {}): Promise<BenchApplication> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rookery-bench-'));
  // As root, PostgreSQL runs under another account, which has to get in.
  await chmod(folder, 0o711);
  const password = randomBytes(16).toString('base64url');
  const postgres = await startEmbeddedPostgres({ folder: path.join(folder, 'postgres'), password });
  const removeDatabase = async (): Promise<void> => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const cutShort = (): void => {
    // What is still running fails without its database.
    process.on('uncaughtException', () => {});
    void removeDatabase().finally(() => process.exit(1));
  };
  for (const signal of signals) process.once(signal, cutShort);
  await ensureDatabase(postgres, 'rookery');
  const databaseUrl = postgres.url('rookery');
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    ROOKERY_DATA_DIR: folder,
    ROOKERY_SECRET: randomBytes(32).toString('hex'),
    ROOKERY_QUEUE_PASSWORD: randomBytes(16).toString('hex'),
    REDIS_URL: redisUrl,
    LOG_LEVEL: 'info',
  });
  // Logging costs time in the real server too; only what it says is dropped.
  const log = pino({ level: config.logLevel }, { write: () => {} });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
  pool.on('error', () => {});
  await migrate(pool);
  const queues = await createQueues({ config, pool, log });
  const live = await openLive({ databaseUrl, log });
  const blobs = await openBlobFolder(path.join(folder, 'blobs'));
  const clock = (): Date => new Date();
  const deps: Dependencies = { config, pool, db: openDatabase(pool), queues, blobs, live, clock, log };
  const app = await buildApp(deps);
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    deps,
    baseUrl,
    async close() {
      await app.close();
      await queues.close();
      await live.close();
      await pool.end();
      for (const signal of signals) process.off(signal, cutShort);
      await removeDatabase();
    },
  };
}
