import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { copyCluster } from './cluster.ts';

export interface TestDatabase {
  /** Of the new database, as its owner. */
  url: string;
  pool: pg.Pool;
  /** Ends the pool and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

const template = 'rookery_template';
/** Of the advisory lock under which the first test file makes the template. */
const templateLock = 7_246_001;

/**
 * A database of its own, with all migrations applied, cloned from a template in some 40 ms. Call `drop()` when done:
 * `const database = await createTestDatabase(); afterAll(() => database.drop());`
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  await withServer(async (client) => {
    await client.query('select pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
    if (rowCount === 0) await makeTemplate(client);
    await client.query('select pg_advisory_unlock($1)', [templateLock]);
  });
  return cloneOf(template);
}

/** A database of its own with nothing in it. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneOf('template0');
}

/** Gives a data folder of Rookery a database with nothing in it, for tests that are not about the first start. */
export function giveCluster(dataDir: string): Promise<void> {
  return copyCluster(inject('emptyCluster'), path.join(dataDir, 'postgres'));
}

async function makeTemplate(client: pg.Client): Promise<void> {
  const { migrate } = await import('../src/db/migrate.ts');
  const { migrateQueues } = await import('../src/plugins/queues.ts');
  // Under another name until it is whole, so that a failed migration fails in every file with its own error.
  const unfinished = `${template}_unfinished`;
  await client.query(`drop database if exists ${unfinished} with (force)`);
  await client.query(`create database ${unfinished} template template0`);
  const pool = new pg.Pool({ connectionString: urlOf(unfinished) });
  try {
    await migrate(pool);
    await migrateQueues(pool);
  } finally {
    await endPool(pool);
  }
  await client.query(`alter database ${unfinished} rename to ${template}`);
}

async function cloneOf(source: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withServer((client) => client.query(`create database ${name} template ${source}`));
  const url = urlOf(name);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  // Dropping the database ends idle connections, which the pool reports as errors.
  pool.on('error', () => {});
  const drop = async (): Promise<void> => {
    await endPool(pool);
    await withServer((client) => client.query(`drop database if exists ${name} with (force)`));
  };
  return { url, pool, drop };
}

/** Address of another database of the test cluster. */
export function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

async function withServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function endPool(pool: pg.Pool): Promise<void> {
  if (!pool.ended) await pool.end();
}
