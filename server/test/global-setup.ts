import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../src/supervisor/processes.ts';
import { findBinaries } from '../src/supervisor/postgres/binaries.ts';
import { startEmbeddedPostgres } from '../src/supervisor/postgres/index.ts';
import { stopOrphan } from '../src/supervisor/postgres/postmaster.ts';
import { copyCluster, makeCluster } from './cluster.ts';
import { findRedis, startRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the database `postgres` in the one cluster that all tests of a run share. */
    postgresUrl: string;
    /** A data folder of PostgreSQL with nothing in it, to be copied. */
    emptyCluster: string;
    /** Of an empty Redis, without a database number; null: no redis-server is installed. */
    redisUrl: string | null;
  }
}

const prefix = 'rookery-tests-';

/**
 * One PostgreSQL for all tests of a run; each test file clones its databases from a template. And one Redis if there
 * is a redis-server, where each test file that needs it has a database number of its own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const folder = await mkdtemp(path.join(tmpdir(), prefix));
  // As root, PostgreSQL runs under another account, which has to get in.
  await chmod(folder, 0o711);
  await writeFile(path.join(folder, 'pid'), String(process.pid));
  const emptyCluster = path.join(folder, 'empty');
  const password = randomBytes(16).toString('base64url');
  await makeCluster(emptyCluster, password);
  await copyCluster(emptyCluster, path.join(folder, 'postgres'));
  const postgres = await startEmbeddedPostgres({
    folder: path.join(folder, 'postgres'),
    password,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  project.provide('postgresUrl', postgres.url('postgres'));
  project.provide('emptyCluster', emptyCluster);
  const redis = findRedis() === null ? null : await startRedis();
  project.provide('redisUrl', redis?.url ?? null);
  if (redis === null)
    process.stderr.write('SKIPPED: all tests on Redis, because no redis-server is installed.\n');
  return async () => {
    await redis?.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** Stops and removes what test runs left that were killed. */
async function removeLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const folder = path.join(tmpdir(), name);
    const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8').catch(() => ''));
    if (pid === 0 || isAlive(pid)) continue;
    await stopOrphan(await findBinaries(), path.join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
