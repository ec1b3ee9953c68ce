import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { giveCluster } from '../../test/postgres.ts';
import { lockDataFolder } from './lock.ts';
import { isAlive, processIdentity, waitForEnd } from './processes.ts';

const program = path.resolve(import.meta.dirname, '../../test/fixtures/tiny-supervisor.ts');

interface Ready {
  type: 'ready';
  url: string;
  pids: { postgres: number; server: number };
  said: string[];
}

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'rookery-recovery-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
});

/** A supervisor in a process of its own, once its server is ready. */
async function startProcess(): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = fork(program, [dataDir]);
  children.push(child);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.on('message', (message: Ready | { type: 'failed'; reason: string } | { type: 'worker' }) => {
      if (message.type === 'ready') resolve(message);
      if (message.type === 'failed') reject(new Error(message.reason));
    });
    child.once('exit', (code) => reject(new Error(`The supervisor ended with ${code}.`)));
  });
  return { child, ready };
}

test('after kill -9 of the supervisor no program is left, and the next start takes the database over', async () => {
  await giveCluster(dataDir);
  const { child, ready } = await startProcess();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await waitForEnd(ready.pids.server, 10_000)).toBe(true);
  expect(isAlive(ready.pids.postgres)).toBe(true);
  const next = await startProcess();
  expect(next.ready.said).toContain('Stopped the PostgreSQL that an interrupted run had left.');
  expect(await waitForEnd(ready.pids.postgres, 0)).toBe(true);
  expect(await (await fetch(next.ready.url)).json()).toEqual({ starts: 2 });
});

test('after kill -9 of everything at once the next start loses nothing that was committed', async () => {
  await giveCluster(dataDir);
  const { child, ready } = await startProcess();
  for (const pid of [child.pid!, ready.pids.server, ready.pids.postgres]) process.kill(pid, 'SIGKILL');
  await once(child, 'exit');
  const next = await startProcess();
  expect(await (await fetch(next.ready.url)).json()).toEqual({ starts: 2 });
});

test('SIGTERM ends all of it cleanly', async () => {
  await giveCluster(dataDir);
  const { child, ready } = await startProcess();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(isAlive(ready.pids.server)).toBe(false);
  expect(isAlive(ready.pids.postgres)).toBe(false);
});

test('a lock whose process has ended is taken over', async () => {
  await writeFile(path.join(dataDir, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, identity: 'gone' }));
  const lock = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`(process ${process.pid})`);
  await lock.release();
});

test('a lock whose process id has gone to another program is taken over', async () => {
  await writeFile(
    path.join(dataDir, 'lock'),
    JSON.stringify({ pid: process.ppid, identity: 'started another time' }),
  );
  const lock = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`(process ${process.pid})`);
  await lock.release();
});

test('a lock file that is damaged is taken over', async () => {
  await writeFile(path.join(dataDir, 'lock'), '{"pid":');
  const lock = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`(process ${process.pid})`);
  await lock.release();
});

test('a lock that is held is refused with the process that holds it, and stays', async () => {
  const content = { pid: process.ppid, identity: await processIdentity(process.ppid) };
  await writeFile(path.join(dataDir, 'lock'), JSON.stringify(content));
  await expect(lockDataFolder(dataDir)).rejects.toThrow(`(process ${process.ppid})`);
  await expect(lockDataFolder(dataDir)).rejects.toThrow('already runs');
});

test('a lock that is given back can be taken again', async () => {
  const first = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir)).rejects.toThrow('already runs');
  await first.release();
  const second = await lockDataFolder(dataDir);
  await second.release();
});
