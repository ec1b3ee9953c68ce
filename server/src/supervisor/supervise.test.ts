import { access, chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { giveCluster } from '../../test/postgres.ts';
import { isAlive } from './processes.ts';
import { supervise, type Supervision } from './supervise.ts';

const fixture = (name: string): string => path.resolve(import.meta.dirname, `../../test/fixtures/${name}.ts`);

let dataDir: string;
const running: Supervision[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'rookery-supervise-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  for (const supervision of running.splice(0)) await supervision.stop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Watched extends Supervision {
  /** Everything said so far. */
  said: string[];
  /** Resolves when a sentence or a printed line matches. */
  heard(pattern: RegExp): Promise<void>;
}

function start(env: NodeJS.ProcessEnv = {}): Watched {
  const said: string[] = [];
  const listeners = new Set<() => void>();
  const hear = (sentence: string): void => {
    said.push(sentence);
    for (const listener of listeners) listener();
  };
  const supervision = supervise({
    options: { dataDir, databaseUrl: null, secret: null, logLevel: 'error' },
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PORT: '0',
      UNRELATED_SECRET: 'not for workers',
      ...env,
    },
    programs: { server: fixture('tiny-server'), worker: fixture('tiny-worker') },
    print: hear,
    say: hear,
  });
  running.push(supervision);
  const heard = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (said.some((sentence) => pattern.test(sentence))) resolve();
      };
      listeners.add(check);
      check();
    });
  return { ...supervision, said, heard };
}

const startsCounted = async (url: string): Promise<number> => {
  const response = await fetch(url);
  return response.ok ? ((await response.json()) as { starts: number }).starts : 0;
};

test('it runs a database, the server and a worker, and ends all three when it is stopped', async () => {
  const supervision = start();
  const { url } = await supervision.ready;
  await supervision.heard(/worker was given/);
  expect(await startsCounted(url)).toBe(1);
  const pids = Object.values(supervision.pids());
  expect(pids.every((pid) => isAlive(pid!))).toBe(true);
  await supervision.stop();
  expect(supervision.said).toContain('server ended in order');
  expect(pids.some((pid) => isAlive(pid!))).toBe(false);
  await expect(access(path.join(dataDir, 'lock'))).rejects.toThrow('ENOENT');
});

test('the worker is given the way to the server and the queue, its own settings, and no secret of the server', async () => {
  await giveCluster(dataDir);
  const supervision = start({ ROOKERY_ENDPOINT_LOCAL_KEY: 'of an endpoint' });
  await supervision.ready;
  await supervision.heard(/worker was given/);
  const given = supervision.said
    .find((line) => line.startsWith('worker was given'))!
    .split(' ')
    .slice(3);
  const own = [
    'ROOKERY_CACHE_DIR',
    'ROOKERY_ENDPOINT_LOCAL_KEY',
    'ROOKERY_QUEUE_URL',
    'ROOKERY_SUPERVISED',
    'ROOKERY_URL',
    'ROOKERY_WORKER_KEY',
  ];
  expect(given.filter((name) => name.startsWith('ROOKERY_'))).toEqual(own);
  expect(given).not.toContain('DATABASE_URL');
  expect(given).not.toContain('UNRELATED_SECRET');
});

test('a second start finds the data of the first, and the same secrets, which only their owner can read', async () => {
  await start().ready;
  await running.pop()!.stop();
  const secrets = await readFile(path.join(dataDir, 'secrets.json'), 'utf8');
  const { url } = await start().ready;
  expect(await startsCounted(url)).toBe(2);
  expect(await readFile(path.join(dataDir, 'secrets.json'), 'utf8')).toBe(secrets);
  expect((await stat(path.join(dataDir, 'secrets.json'))).mode & 0o077).toBe(0);
  expect((await stat(path.join(dataDir, 'worker.json'))).mode & 0o077).toBe(0);
});

test('a server that is killed is started again on the same address', async () => {
  await giveCluster(dataDir);
  const supervision = start();
  const { url } = await supervision.ready;
  const killed = supervision.pids().server!;
  process.kill(killed, 'SIGKILL');
  await supervision.heard(/The server ended unexpectedly \(SIGKILL\)/);
  await expect.poll(() => startsCounted(url).catch(() => 0), { timeout: 10_000 }).toBe(2);
  expect(supervision.pids().server).not.toBe(killed);
});

test('a worker that is killed is started again', async () => {
  await giveCluster(dataDir);
  const supervision = start();
  await supervision.ready;
  await supervision.heard(/worker was given/);
  const killed = supervision.pids().worker!;
  process.kill(killed, 'SIGKILL');
  await supervision.heard(/The model worker ended unexpectedly/);
  await expect
    .poll(() => supervision.said.filter((line) => line.startsWith('worker was given')).length)
    .toBe(2);
});

test('a database that is killed comes back on the same port with what was committed', async () => {
  await giveCluster(dataDir);
  const supervision = start();
  const { url } = await supervision.ready;
  const killed = supervision.pids().postgres!;
  process.kill(killed, 'SIGKILL');
  await supervision.heard(/PostgreSQL ended unexpectedly/);
  await expect.poll(() => startsCounted(url).catch(() => 0), { timeout: 15_000 }).toBe(1);
  expect(supervision.pids().postgres).not.toBe(killed);
});

test('a refusal of the server ends everything with its sentence', async () => {
  await giveCluster(dataDir);
  const supervision = start({ TINY_REFUSES: 'Port 3000 is in use by another program.' });
  await expect(supervision.ready).rejects.toThrow('Port 3000 is in use by another program.');
  await supervision.stop();
  expect(Object.values(supervision.pids()).some((pid) => pid !== undefined && isAlive(pid))).toBe(false);
});

test('a second Rookery on the same data folder is refused, and the first goes on', async () => {
  await giveCluster(dataDir);
  const { url } = await start().ready;
  const second = start();
  await expect(second.ready).rejects.toThrow(/Rookery already runs on .* \(process \d+\)/);
  await second.stop();
  expect(await startsCounted(url)).toBe(1);
});

test('stopping while it is starting ends what was begun', async () => {
  const supervision = start();
  await supervision.heard(/Made a new database/);
  await supervision.stop();
  await expect(supervision.ready).rejects.toThrow('stopped');
  expect(Object.values(supervision.pids()).some((pid) => pid !== undefined && isAlive(pid))).toBe(false);
});

test('lost secrets are made again, and the database takes the new password', async () => {
  await giveCluster(dataDir);
  await start().ready;
  await running.pop()!.stop();
  await rm(path.join(dataDir, 'secrets.json'));
  const { url } = await start().ready;
  expect(await startsCounted(url)).toBe(2);
});
