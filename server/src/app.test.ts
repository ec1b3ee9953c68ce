import { errorAnswerSchema, routeResponses, routes, type Route } from '@rookery/shared/api';
import { livePath, liveMessageSchema, type LiveMessage } from '@rookery/shared/live';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApp, type TestApp } from '../test/app.ts';
import { members } from './db/schema/index.ts';

let test: TestApp;
let projectId: string;
beforeAll(async () => {
  test = await createTestApp();
  projectId = (await test.buildProject()).id;
});
afterAll(() => test.close());

const errorOf = (body: string) => errorAnswerSchema.parse(JSON.parse(body)).error;

describe('what every answer has in common', () => {
  it('answers an unknown route of the API with the error shape and a request id', async () => {
    const response = await test.app.inject({ method: 'GET', url: '/api/no-such-thing?secret=1' });
    expect(response.statusCode).toBe(404);
    const error = errorOf(response.body);
    expect(error.code).toBe('not_found');
    expect(error.message).not.toContain('secret');
    expect(response.headers['x-request-id']).toBe(error.requestId);
  });

  it.each([
    ['broken JSON', 'application/json', '{"email": ', 400, 'invalid_request'],
    ['a body of the wrong type', 'text/xml', '<a/>', 415, 'unsupported_media_type'],
    [
      'more than is accepted',
      'application/json',
      JSON.stringify({ email: 'x'.repeat(2_000_000) }),
      413,
      'too_large',
    ],
    ['values of the wrong shape', 'application/json', '{"email": 7}', 400, 'invalid_request'],
  ])('answers %s with a sentence and a code', async (_what, type, payload, status, code) => {
    const response = await test.app.inject({
      method: 'POST',
      url: '/api/session',
      headers: { 'content-type': type },
      payload,
    });
    expect(response.statusCode).toBe(status);
    expect(errorOf(response.body).code).toBe(code);
  });

  it('names each value that is not valid', async () => {
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const failure = await lead.client
      .createInvitation({ params: { projectId }, body: { roles: [], maxUses: 0 } })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'invalid_request' });
    expect((failure as Error).message).toMatch(/roles: choose at least one role; maxUses: /);
  });

  it('refuses to be framed', async () => {
    const response = await test.app.inject({ method: 'GET', url: '/api/health' });
    expect(response.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(response.headers['x-content-type-options']).toBe('nosniff');
  });
});

describe('the OpenAPI description', () => {
  it('has every route of the table with its operation id and every status', async () => {
    const description = (await test.app.inject({ url: '/api/openapi.json' })).json<{
      paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
    }>();
    for (const [operationId, route] of Object.entries<Route>(routes)) {
      const operation =
        description.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
      expect(operation?.operationId).toBe(operationId);
      const statuses = Object.keys(routeResponses(route));
      expect(new Set(Object.keys(operation?.responses ?? {}))).toEqual(new Set(statuses));
    }
  });
});

describe('the WebSocket', () => {
  /** The messages a person's socket gets, one promise at a time. */
  async function follow(token: string) {
    const { port } = test.app.server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${livePath}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const queue: LiveMessage[] = [];
    socket.on('message', (data: Buffer) => queue.push(liveMessageSchema.parse(JSON.parse(data.toString()))));
    const next = async () => {
      while (queue.length === 0) await once(socket, 'message');
      return queue.shift();
    };
    expect(await next()).toMatchObject({ type: 'hello' });
    return { next, close: () => socket.terminate() };
  }

  it('tells leads of the project, and nobody else of it', async () => {
    await test.app.listen({ host: '127.0.0.1', port: 0 });
    const other = await test.buildProject();
    const lead = await follow((await test.buildMember({ projectId, roles: ['lead'] })).token);
    const worker = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const demonstrator = await follow(worker.token);
    const stranger = await follow((await test.buildMember({ projectId: other.id, roles: ['lead'] })).token);
    const overview = (id: string): LiveMessage => ({ type: 'overview', projectId: id });
    const { live, db } = test.deps;
    await live.publish(db, { projectId }, overview(projectId));
    await live.publish(
      db,
      { projectId, memberId: worker.memberId },
      {
        type: 'episode',
        projectId,
        episodeId: worker.memberId,
        nextSequence: 2,
      },
    );
    await live.publish(db, { projectId: other.id }, overview(other.id));
    expect(await lead.next()).toEqual(overview(projectId));
    expect(await lead.next()).toMatchObject({ type: 'episode' });
    // Their first message is the first one meant for them: the ones before did not reach them.
    expect(await demonstrator.next()).toMatchObject({ type: 'episode' });
    expect(await stranger.next()).toEqual(overview(other.id));
    for (const socket of [lead, demonstrator, stranger]) socket.close();
  });

  it('tells leads of any project and admins of what belongs to none', async () => {
    const other = await test.buildProject();
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const admin = await test.buildMember({ projectId, roles: ['rater'], isAdmin: true });
    const rater = await test.buildMember({ projectId, roles: ['rater'] });
    const { live, db, clock } = test.deps;
    const membership = {
      personId: lead.personId,
      projectId: other.id,
      pseudonym: 'elsewhere',
      roles: ['rater' as const],
    };
    const [elsewhere] = await db
      .insert(members)
      .values({ ...membership, createdAt: clock() })
      .returning({ id: members.id });
    const bind = (id: string) =>
      test.buildToken({ personId: lead.personId, scopes: ['read'], projectId: id });
    const told = [await follow(lead.token), await follow(admin.token), await follow(await bind(projectId))];
    const untold = [await follow(await bind(other.id)), await follow(rater.token)];
    await live.publish(db, { projectId: null }, { type: 'workers' });
    for (const socket of told) expect(await socket.next()).toEqual({ type: 'workers' });
    // What comes after it is the first that the others hear.
    const overview = (id: string): LiveMessage => ({ type: 'overview', projectId: id });
    await live.publish(db, { projectId, memberId: rater.memberId }, overview(projectId));
    await live.publish(db, { projectId: other.id, memberId: elsewhere!.id }, overview(other.id));
    expect(await untold[0]!.next()).toEqual(overview(other.id));
    expect(await untold[1]!.next()).toEqual(overview(projectId));
    for (const socket of [...told, ...untold]) socket.close();
  });

  it('stays silent about what a rolled back transaction said', async () => {
    const lead = await follow((await test.buildMember({ projectId, roles: ['lead'] })).token);
    const { live, db } = test.deps;
    const message = (nextSequence: number): LiveMessage => ({
      type: 'episode',
      projectId,
      episodeId: projectId,
      nextSequence,
    });
    await db
      .transaction(async (tx) => {
        await live.publish(tx, { projectId }, message(1));
        throw new Error('rolled back');
      })
      .catch(() => {});
    await live.publish(db, { projectId }, message(2));
    expect(await lead.next()).toEqual(message(2));
    lead.close();
  });

  it('tells soon what was said to be told soon, of one object the last alone', async () => {
    const lead = await follow((await test.buildMember({ projectId, roles: ['lead'] })).token);
    const { live } = test.deps;
    const message = (episodeId: string, nextSequence: number): LiveMessage => ({
      type: 'episode',
      projectId,
      episodeId,
      nextSequence,
    });
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    live.publishSoon({ projectId }, message(one, 1));
    live.publishSoon({ projectId }, message(one, 2));
    live.publishSoon({ projectId }, message(other, 1));
    expect([await lead.next(), await lead.next()]).toEqual([message(one, 2), message(other, 1)]);
    live.publishSoon({ projectId }, message(one, 3));
    expect(await lead.next()).toEqual(message(one, 3));
    lead.close();
  });

  it('passes over notifications that are none of ours', async () => {
    const lead = await follow((await test.buildMember({ projectId, roles: ['lead'] })).token);
    const { live, db, pool } = test.deps;
    await pool.query(
      `select pg_notify('rookery_live', 'no JSON'), pg_notify('rookery_live', '{"audience": 1}')`,
    );
    await live.publish(db, { projectId }, { type: 'overview', projectId });
    expect(await lead.next()).toEqual({ type: 'overview', projectId });
    lead.close();
  });

  it('is refused to who is not signed in', async () => {
    const { port } = test.app.server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${livePath}`);
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error];
    expect(error.message).toContain('401');
  });
});
