import {
  modelQueueName,
  queueJobId,
  queueSchema,
  type JobPayload,
  type ModelJobKind,
} from '@rookery/shared/queues';
import { createPostgresBackend, Queue, runMigrations } from 'bullmq';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { scriptSampling, type Answer, type Script } from './sampling/testing.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string | null;
  }
}

const program = path.join(import.meta.dirname, 'main.ts');
const name = `workers_${randomBytes(6).toString('hex')}`;
const databaseUrl = Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;
const redisUrl = inject('redisUrl');

const children: ChildProcess[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  await onCluster(`create database ${name} template template0`);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await runMigrations(client, queueSchema);
  await client.end();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
afterAll(() => onCluster(`drop database ${name} with (force)`));

async function onCluster(sql: string): Promise<void> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** The API's side of a worker's life; `script` answers what it is asked about attempts. */
async function serveApi(script: Script): Promise<{ url: string; reports: Record<string, unknown>[] }> {
  const reports: Record<string, unknown>[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>;
    const call = { method: request.method ?? '', path: request.url ?? '', body };
    if (call.path.startsWith('/api/workers/'))
      reports.push({ ...body, authorization: request.headers.authorization });
    const { status, body: answered } = await script(call);
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(answered === undefined ? '' : JSON.stringify(answered));
  };
  const server = createServer((request, response) => void answer(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reports };
}

const error = (status: number, code: string): Answer => ({
  status,
  body: { error: { code, message: `Scripted ${code}.`, requestId: 'scripted' } },
});
const begun: Answer = {
  status: 200,
  body: { kind: 'ping', projectId: randomUUID(), input: {}, attemptToken: 'token-of-the-attempt' },
};

/** A completions API whose every command is a scroll, which ends browsing after the fourth, and whose answers are the same. */
async function serveCompletions(): Promise<{ url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { prompt } = JSON.parse(Buffer.concat(chunks).toString()) as { prompt: string };
      const text =
        prompt === 'after 4' ? 'End: Answer' : prompt === 'after 5' ? ' Crows do.' : 'Scrolled down 1';
      response.end(JSON.stringify({ choices: [{ text }] }));
    })();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function startWorker(
  apiUrl: string,
  queueUrl: string,
  { env = {}, flags = [] }: { env?: Record<string, string>; flags?: string[] } = {},
): { child: ChildProcess; printed: () => string } {
  const child = spawn(process.execPath, [program, ...flags], {
    env: {
      ROOKERY_ENDPOINT_LOCAL_URL: 'http://127.0.0.1:9',
      ROOKERY_ENDPOINT_LOCAL_KEY: 'a-key-of-an-endpoint',
      ...env,
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ROOKERY_URL: apiUrl,
      ROOKERY_WORKER_KEY: 'a-key-of-a-worker',
      ROOKERY_QUEUE_URL: queueUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  return { child, printed: () => printed };
}

async function hasSaidThatItEnds({ reports }: { reports: Record<string, unknown>[] }): Promise<void> {
  await expect.poll(() => reports.at(-1)?.['isEnding'], { timeout: 10_000 }).toBe(true);
}

interface Backend {
  backend: string;
  queueUrl: string;
  isAvailable: boolean;
}
const backends: Backend[] = [
  { backend: 'PostgreSQL', queueUrl: databaseUrl, isAvailable: true },
  { backend: 'Redis', queueUrl: `${redisUrl}/2`, isAvailable: redisUrl !== null },
];

/** The server's side of the queues in one backend. */
function queuesOf({ backend, queueUrl }: Backend) {
  let redis: Redis | undefined;

  const open = (kind: ModelJobKind): Queue => {
    if (backend === 'Redis')
      return new Queue(modelQueueName(kind), { connection: (redis ??= new Redis(queueUrl)) });
    const connection = { connectionString: queueUrl, schema: queueSchema, max: 2 };
    return new Queue(modelQueueName(kind), { connection }, createPostgresBackend) as unknown as Queue;
  };

  async function addJob(kind: ModelJobKind = 'ping'): Promise<JobPayload> {
    const payload = { jobId: randomUUID(), attempt: 1 };
    const opened = open(kind);
    await opened.add(kind, payload, { jobId: queueJobId(payload) });
    await opened.close();
    return payload;
  }

  async function stateOf(payload: JobPayload, kind: ModelJobKind = 'ping'): Promise<string> {
    const opened = open(kind);
    const state = await opened.getJobState(queueJobId(payload));
    await opened.close();
    return state;
  }

  return { open, addJob, stateOf, close: () => redis?.disconnect() };
}

describe.each(backends)('a worker whose queue is in $backend', (its) => {
  const { queueUrl, isAvailable } = its;
  const { open, addJob, stateOf, close } = queuesOf(its);
  afterAll(close);

  test.skipIf(!isAvailable)(
    'it reports itself with its key, takes a job and hands in the result with the token of the attempt',
    async () => {
      const handedIn = Promise.withResolvers<{ path: string; body: Record<string, unknown> }>();
      const api = await serveApi(({ method, path: address, body }) => {
        if (address.startsWith('/api/workers/')) return { status: 204 };
        if (method === 'POST') return begun;
        handedIn.resolve({ path: address, body });
        return { status: 204 };
      });
      const payload = await addJob();
      startWorker(api.url, queueUrl);
      const result = await handedIn.promise;
      expect(result.path).toBe(`/api/model-jobs/${payload.jobId}/attempts/1/result`);
      expect(result.body).toMatchObject({
        attemptToken: 'token-of-the-attempt',
        result: { workerId: expect.any(String) as string },
      });
      expect(api.reports[0]).toMatchObject({
        authorization: 'Bearer a-key-of-a-worker',
        kinds: [
          { kind: 'ping', concurrency: 1 },
          { kind: 'train-ranker', concurrency: 1 },
          { kind: 'sample', concurrency: 4 },
          { kind: 'train-reward', concurrency: 1 },
          { kind: 'score-answers', concurrency: 1 },
          { kind: 'score', concurrency: 2 },
        ],
        endpoints: ['LOCAL'],
        encoders: [],
        device: 'cpu',
        isEnding: false,
      });
      expect(JSON.stringify(api.reports)).not.toContain('a-key-of-an-endpoint');
      await expect.poll(() => stateOf(payload)).toBe('completed');
    },
  );

  test.skipIf(!isAvailable)('a result is handed in again until the server has taken it', async () => {
    const taken = Promise.withResolvers<void>();
    let tries = 0;
    const api = await serveApi(({ method, path: address }) => {
      if (address.startsWith('/api/workers/')) return { status: 204 };
      if (method === 'POST') return begun;
      tries += 1;
      if (tries < 3) return error(503, 'unavailable');
      taken.resolve();
      return { status: 204 };
    });
    const payload = await addJob();
    startWorker(api.url, queueUrl);
    await taken.promise;
    await expect.poll(() => stateOf(payload)).toBe('completed');
  });

  test.skipIf(!isAvailable)('an attempt that was superseded is dropped without a result', async () => {
    const calls: string[] = [];
    const api = await serveApi(({ path: address }) => {
      if (address.startsWith('/api/workers/')) return { status: 204 };
      calls.push(address);
      return error(409, 'conflict');
    });
    const payload = await addJob();
    startWorker(api.url, queueUrl);
    await expect.poll(() => stateOf(payload), { timeout: 10_000 }).toBe('completed');
    expect(calls).toEqual([`/api/model-jobs/${payload.jobId}/attempts/1`]);
  });

  test.skipIf(!isAvailable)('asked to end, it finishes the job in hand and takes no other', async () => {
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<Answer>();
    const results: string[] = [];
    const api = await serveApi(({ method, path: address }) => {
      if (address.startsWith('/api/workers/')) return { status: 204 };
      if (method === 'POST') {
        asked.resolve();
        return goOn.promise;
      }
      results.push(address);
      return { status: 204 };
    });
    const first = await addJob();
    const { child } = startWorker(api.url, queueUrl);
    await asked.promise;
    const second = await addJob();
    child.kill('SIGTERM');
    await hasSaidThatItEnds(api);
    goOn.resolve(begun);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(results).toEqual([`/api/model-jobs/${first.jobId}/attempts/1/result`]);
    expect(await stateOf(second)).toBe('waiting');
    const opened = open('ping');
    await opened.remove(queueJobId(second));
    await opened.close();
  });

  test.skipIf(!isAvailable)(
    'asked to end, it leaves a sample between two commands, and another worker goes on',
    { timeout: 60_000 },
    async () => {
      const answering = await serveCompletions();
      const sampling = scriptSampling();
      const api = await serveApi(sampling.script);
      const job = await addJob('sample');
      const env = { ROOKERY_ENDPOINT_LOCAL_URL: answering.url };
      const first = startWorker(api.url, queueUrl, {
        env,
        flags: ['--kinds', 'sample', '--concurrency', '2'],
      });
      await expect.poll(() => sampling.commands.length, { timeout: 20_000 }).toBe(2);
      first.child.kill('SIGTERM');
      await hasSaidThatItEnds(api);
      // The command in hand is answered only now.
      sampling.goOn.resolve();
      const [code] = (await once(first.child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(sampling.commands).toHaveLength(2);
      expect(api.reports[0]).toMatchObject({ kinds: [{ kind: 'sample', concurrency: 2 }] });
      startWorker(api.url, queueUrl, { env });
      const result = await sampling.finished.promise;
      expect(result).toEqual({ samples: 1, answered: 1, duplicates: 0, noAnswer: 0 });
      expect(sampling.starts()).toBe(2);
      expect(sampling.commands.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
      const tokens = ['token 1', 'token 1', 'token 2', 'token 2', 'token 2'];
      expect(sampling.commands.map(({ token }) => token)).toEqual(tokens);
      await expect.poll(() => stateOf(job, 'sample')).toBe('completed');
    },
  );
});

// The queue finds a job stalled only after a quarter of a minute: both backends wait at once.
test(
  'the sample of a worker that was killed is gone on with by another one within half a minute, in each backend',
  { timeout: 60_000 },
  async () => {
    await Promise.all(
      backends
        .filter(({ isAvailable }) => isAvailable)
        .map(async (its) => {
          const answering = await serveCompletions();
          const sampling = scriptSampling();
          const api = await serveApi(sampling.script);
          const { addJob, close } = queuesOf(its);
          await addJob('sample');
          close();
          const options = { env: { ROOKERY_ENDPOINT_LOCAL_URL: answering.url } };
          const { child } = startWorker(api.url, its.queueUrl, options);
          await expect.poll(() => sampling.commands.length, { timeout: 20_000 }).toBe(2);
          child.kill('SIGKILL');
          const killedAt = performance.now();
          sampling.goOn.resolve();
          startWorker(api.url, its.queueUrl, options);
          expect(await sampling.finished.promise).toMatchObject({ samples: 1, answered: 1 });
          expect(performance.now() - killedAt).toBeLessThan(30_000);
          expect(sampling.commands.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
          const tokens = ['token 1', 'token 1', 'token 2', 'token 2', 'token 2'];
          expect(sampling.commands.map(({ token }) => token)).toEqual(tokens);
        }),
    );
  },
);

test('a second signal, not at once after the first, ends a worker with a job in hand', async () => {
  const asked = Promise.withResolvers<void>();
  const api = await serveApi(({ path: address }) => {
    if (address.startsWith('/api/workers/')) return { status: 204 };
    asked.resolve();
    return new Promise<Answer>(() => {});
  });
  const connection = { connectionString: databaseUrl, schema: queueSchema, max: 1 };
  const queue = new Queue(modelQueueName('ping'), { connection }, createPostgresBackend);
  await queue.add('ping', { jobId: randomUUID(), attempt: 1 });
  await queue.close();
  const { child } = startWorker(api.url, databaseUrl);
  await asked.promise;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  // As npm does, which hands the signal on that its whole group got.
  child.kill('SIGTERM');
  await delay(1100);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGKILL']);
});

test('a worker whose key the server refuses ends with a sentence that says what to check', async () => {
  const api = await serveApi(() => error(401, 'not_signed_in'));
  const { child, printed } = startWorker(api.url, databaseUrl);
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(1);
  expect(printed()).toMatch(/The server refuses this worker .* Check ROOKERY_WORKER_KEY/);
});
