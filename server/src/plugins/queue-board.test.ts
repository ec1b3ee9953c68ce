import { uuidv7 } from 'uuidv7';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDependencies, type TestDependencies } from '../../test/dependencies.ts';
import { cookieOf } from '../../test/partial-app.ts';
import { buildApp } from '../app.ts';
import { apiTokens, people } from '../db/schema/index.ts';
import { hashToken, lockedOutAdminLink } from '../features/accounts/index.ts';
import { queueBoardPath } from './queue-board.ts';

const redisUrl = inject('redisUrl');
const origin = 'http://localhost';

describe.each([
  { backend: 'PostgreSQL', environment: {}, isAvailable: true },
  { backend: 'Redis', environment: { REDIS_URL: `${redisUrl}/9` }, isAvailable: redisUrl !== null },
])('the board of the queues on $backend', ({ environment, isAvailable }) => {
  let server: TestDependencies;
  let app: FastifyInstance;
  let cookie: string;

  beforeAll(async () => {
    if (!isAvailable) return;
    server = await createTestDependencies(environment);
    app = await buildApp(server.deps);
    const token = (await lockedOutAdminLink(server.deps, origin)).split('#link=')[1];
    const entered = await app.inject({ method: 'POST', url: '/api/session/link', payload: { token } });
    cookie = cookieOf(entered);
  });
  afterAll(async () => {
    if (!isAvailable) return;
    await app.close();
    await server.close();
  });

  const get = (path: string, headers: Record<string, string> = { cookie }) =>
    app.inject({ url: queueBoardPath + path, headers });

  test.skipIf(!isAvailable)(
    'it is a page of its own with its own files, which asks nothing elsewhere',
    async () => {
      for (const path of ['', '/', '/queue/rookery-model-ping']) {
        const page = await get(path);
        expect(page.statusCode).toBe(200);
        expect(page.headers['content-type']).toContain('text/html');
        expect(page.headers['content-security-policy']).toContain("default-src 'self'");
        expect(page.body).toContain(`<base href="${queueBoardPath}/" />`);
      }
      const [script] = /static\/js\/main[^"]+/.exec((await get('')).body)!;
      expect((await get(`/${script}`)).headers['content-type']).toContain('javascript');
    },
  );

  test.skipIf(!isAvailable)('it shows every queue and what waits there', async () => {
    const payload = { jobId: uuidv7(), attempt: 1 };
    await server.deps.queues.add('ping', payload);
    const answer = await get('/api/queues?activeQueue=rookery-model-ping&status=latest&page=1');
    expect(answer.statusCode).toBe(200);
    const { queues } = answer.json<{
      queues: {
        name: string;
        counts: { waiting: number };
        readOnlyMode: boolean;
        jobs: { data: unknown }[];
      }[];
    }>();
    expect(queues.map(({ name }) => name)).toEqual(server.deps.queues.opened.map(({ name }) => name));
    expect(queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    const pings = queues.find(({ name }) => name === 'rookery-model-ping');
    expect(pings?.counts.waiting).toBe(1);
    expect(pings?.jobs.map(({ data }) => data)).toEqual([payload]);
  });

  test.skipIf(!isAvailable)('it changes nothing', async () => {
    const payload = { jobId: uuidv7(), attempt: 1 };
    await server.deps.queues.add('ping', payload);
    const id = `${payload.jobId}-1`;
    for (const path of [`/${id}/clean`, '/empty', '/pause', '/obliterate']) {
      const answer = await app.inject({
        method: 'PUT',
        url: `${queueBoardPath}/api/queues/rookery-model-ping${path}`,
        headers: { cookie },
      });
      expect(answer.statusCode).toBe(405);
    }
    expect(await server.deps.queues.isPending('ping', payload)).toBe(true);
  });

  test.skipIf(!isAvailable)('it is for admins in a session, and nobody else', async () => {
    const stranger = await get('', {});
    expect(stranger.statusCode).toBe(401);
    expect(stranger.headers['content-type']).toContain('text/html');
    expect((await get('/api/queues', {})).statusCode).toBe(401);
    const { db, clock } = server.deps;
    for (const isAdmin of [true, false]) {
      const personId = uuidv7();
      await db.insert(people).values({ id: personId, name: 'P', email: `${personId}@example.org`, isAdmin });
      const createdAt = clock();
      const scopes = ['read' as const, 'write' as const];
      await db
        .insert(apiTokens)
        .values({ personId, name: 'key', tokenHash: hashToken(personId), scopes, createdAt });
      const refused = await get('/api/queues', { authorization: `Bearer ${personId}` });
      expect(refused.statusCode).toBe(403);
    }
  });
});
