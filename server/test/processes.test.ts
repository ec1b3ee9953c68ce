// The programs as `npm start` runs them: the real supervisor, server and model worker, each in its own process.
import { createClient, type Client } from '@rookery/shared/api';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { waitForEnd } from '../src/supervisor/processes.ts';
import { freePort, occupyPort } from './ports.ts';
import { createEmptyDatabase, giveCluster, urlOf } from './postgres.ts';

const program = path.resolve(import.meta.dirname, '../src/supervisor/main.ts');
const patience = 40_000;

interface Ready {
  url: string;
  signInLink: string | null;
  pids: { postgres?: number; server: number };
}

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'rookery-processes-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
  await rm(dataDir, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function start(env: NodeJS.ProcessEnv = {}): {
  child: ChildProcess;
  printed: () => string;
  ready: Promise<Ready>;
} {
  const child = fork(program, [], {
    env: {
      PATH: process.env['PATH'],
      ROOKERY_DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'warn',
      ROOKERY_EMPTY: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const ready = new Promise<Ready>((resolve, reject) => {
    child.on('message', (message) => resolve(message as Ready));
    child.once('exit', (code) => reject(new Error(`Ended with ${code}: ${printed}`)));
  });
  ready.catch(() => {});
  return { child, printed: () => printed, ready };
}

/** Exit code and output of a start that is refused. */
async function refused(env: NodeJS.ProcessEnv): Promise<{ code: number; printed: string }> {
  const { child, printed } = start(env);
  const [code] = (await once(child, 'exit')) as [number];
  return { code, printed: printed() };
}

/** A client that is signed in as the first admin, by the link that the start printed. */
async function signIn({ url, signInLink }: Ready): Promise<Client> {
  const token = new URL(signInLink!).hash.replace('#link=', '');
  const response = await fetch(`${url}/api/session/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token }),
  });
  expect(response.ok).toBe(true);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return createClient({ baseUrl: url, headers: { cookie, origin: url } });
}

test(
  'a first start prints a link, and a ping goes through the queue to the worker and back',
  { timeout: 90_000 },
  async () => {
    const ready = await start().ready;
    const client = await signIn(ready);
    const [membership] = (await client.getSession()).memberships;
    const params = { projectId: membership!.projectId };
    const { id } = await client.createPing({ params });
    const state = async (): Promise<string> =>
      (await client.getJob({ params: { ...params, jobId: id } })).state;
    await expect.poll(state, { timeout: patience }).toBe('done');
  },
);

test(
  'after kill -9 of the supervisor the next start is ready again on the same data',
  { timeout: 90_000 },
  async () => {
    await giveCluster(dataDir);
    const first = start();
    const { pids } = await first.ready;
    first.child.kill('SIGKILL');
    expect(await waitForEnd(pids.server, patience)).toBe(true);
    const { url, signInLink } = await start().ready;
    expect((await fetch(`${url}/api/health`)).status).toBe(200);
    expect(signInLink).not.toBeNull();
  },
);

test('SIGTERM ends all of it with exit code 0', { timeout: 60_000 }, async () => {
  await giveCluster(dataDir);
  const { child, ready } = start();
  const { pids } = await ready;
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(await waitForEnd(pids.server, 0)).toBe(true);
  expect(await waitForEnd(pids.postgres!, 0)).toBe(true);
});

describe('with a database of its own', () => {
  test('it starts no PostgreSQL', { timeout: 60_000 }, async () => {
    const database = await createEmptyDatabase();
    const { child, ready } = start({ DATABASE_URL: database.url });
    const { url, pids } = await ready;
    expect((await fetch(`${url}/api/health`)).status).toBe(200);
    expect(pids.postgres).toBeUndefined();
    await end(child);
    await database.drop();
  });

  test(
    'it keeps the queues in Redis when REDIS_URL says so',
    { timeout: 90_000, skip: inject('redisUrl') === null },
    async () => {
      const database = await createEmptyDatabase();
      const { child, ready } = start({ DATABASE_URL: database.url, REDIS_URL: `${inject('redisUrl')}/3` });
      const client = await signIn(await ready);
      const [membership] = (await client.getSession()).memberships;
      const params = { projectId: membership!.projectId };
      const { id } = await client.createPing({ params });
      const state = async (): Promise<string> =>
        (await client.getJob({ params: { ...params, jobId: id } })).state;
      await expect.poll(state, { timeout: patience }).toBe('done');
      const { rows } = await database.pool.query(`select to_regnamespace('bullmq') as schema`);
      expect(rows).toEqual([{ schema: null }]);
      await end(child);
      await database.drop();
    },
  );

  test('a wrong encoding is one sentence and exit code 1', { timeout: 60_000 }, async () => {
    const name = `ascii_${process.pid}`;
    const admin = new pg.Client(urlOf('postgres'));
    await admin.connect();
    await admin.query(
      `create database ${name} encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
    );
    const outcome = await refused({ DATABASE_URL: urlOf(name) });
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
    expect(outcome.code).toBe(1);
    expect(outcome.printed.trim()).toMatch(/^The database "ascii_\d+" is in the encoding SQL_ASCII, .*$/);
  });
});

test(
  'a port in use is one sentence and exit code 1, and nothing is left running',
  { timeout: 60_000 },
  async () => {
    const other = await occupyPort();
    const { port } = other.address() as AddressInfo;
    const database = await createEmptyDatabase();
    const { code, printed } = await refused({ PORT: String(port), DATABASE_URL: database.url });
    other.close();
    await database.drop();
    expect(code).toBe(1);
    expect(printed.trim()).toMatch(new RegExp(`^Port ${port} is in use by another program: .*$`));
  },
);

test('a wrong variable is one sentence and exit code 1, before anything is made', async () => {
  const { code, printed } = await refused({ PORT: 'many' });
  expect({ code, printed: printed.trim() }).toEqual({
    code: 1,
    printed: 'PORT has to be a port number from 1 to 65535, or 0 for any free one.',
  });
});

test('a database that does not answer is one sentence and exit code 1', { timeout: 60_000 }, async () => {
  const { code, printed } = await refused({
    DATABASE_URL: `postgres://rookery@127.0.0.1:${await freePort()}/rookery`,
  });
  expect(code).toBe(1);
  expect(printed.trim()).toMatch(/^The database of DATABASE_URL does not answer .*$/);
});
