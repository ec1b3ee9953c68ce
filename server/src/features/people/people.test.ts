import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cookieOf, createPartialApp, type PartialApp } from '../../../test/partial-app.ts';
import { events, invitations, members } from '../../db/schema/index.ts';
import { accountHandlers, lockedOutAdminLink } from '../accounts/index.ts';
import { projectHandlers } from '../projects/index.ts';
import { peopleHandlers } from './index.ts';
import { randomPseudonym } from './pseudonyms.ts';

const day = 24 * 60 * 60 * 1000;
const anyId = '01890000-0000-7000-8000-000000000000';

let server: PartialApp;
let admin: string;
let projectId: string;
let made = 0;
beforeAll(async () => {
  server = await createPartialApp({
    handlers: (deps) => ({ ...accountHandlers(deps), ...peopleHandlers(deps), ...projectHandlers(deps) }),
  });
  admin = await enter(await lockedOutAdminLink(server.deps, 'http://localhost'));
});
afterAll(() => server?.close());
beforeEach(async () => {
  const created = await server.send('POST /api/projects', {
    cookie: admin,
    body: { name: `Project ${++made}` },
  });
  projectId = created.json().id;
});

async function enter(link: string): Promise<string> {
  const response = await server.send('POST /api/session/link', { body: { token: link.split('link=')[1]! } });
  expect(response.statusCode).toBe(200);
  return cookieOf(response);
}

async function addMember(body: object = {}) {
  const response = await server.send(`POST /api/projects/${projectId}/members`, {
    cookie: admin,
    body: { name: 'Worker', roles: ['demonstrator'], ...body },
  });
  expect(response.statusCode).toBe(201);
  return response.json() as { member: { id: string; pseudonym: string; name: string }; link: string };
}

const change = (memberId: string, body: object, cookie = admin) =>
  server.send(`PATCH /api/projects/${projectId}/members/${memberId}`, { cookie, body });

async function listMembers(cookie = admin) {
  const response = await server.send(`GET /api/projects/${projectId}/members`, { cookie });
  return response.json() as { id: string; roles: string[]; pseudonym: string; removedAt: string | null }[];
}

async function invite(body: object = {}) {
  const response = await server.send(`POST /api/projects/${projectId}/invitations`, {
    cookie: admin,
    body: { roles: ['rater'], ...body },
  });
  expect(response.statusCode).toBe(201);
  const { invitation, link } = response.json();
  return { invitation, token: /\/join#invitation=(.+)$/.exec(link)![1]! };
}

let accountsMade = 0;
const accept = (token: string, options: { cookie?: string; account?: object } = {}) =>
  server.send('POST /api/invitation/accept', {
    cookie: options.cookie,
    body: {
      token,
      ...(options.cookie === undefined && {
        account: {
          name: 'Guest',
          email: `guest-${++accountsMade}@example.org`,
          password: 'a password of length',
          ...options.account,
        },
      }),
    },
  });

describe('a member', () => {
  it('signs in by the link that is shown once, under a random pseudonym', async () => {
    const { member, link } = await addMember();
    expect(link).toMatch(/^http:\/\/localhost:80\/sign-in#link=[\w-]{43}$/);
    const session = await server.send('GET /api/session', { cookie: await enter(link) });
    expect(session.json()).toMatchObject({
      person: { name: 'Worker', email: null, isAdmin: false },
      memberships: [{ projectId, roles: ['demonstrator'], pseudonym: member.pseudonym }],
    });
  });

  it('has names kept as the text they are', async () => {
    const { member } = await addMember({ name: '"><script>alert(1)</script>\0\udfff' });
    expect(member.name).toBe('"><script>alert(1)</script>\uFFFD\uFFFD');
  });

  it('is refused from the moment of being removed, while the session goes on, and let in when taken back', async () => {
    const { member, link } = await addMember();
    const cookie = await enter(link);
    const look = async () => (await server.send(`GET /api/projects/${projectId}`, { cookie })).statusCode;
    expect(await look()).toBe(200);
    const removed = await change(member.id, { removed: true });
    expect(removed.json().removedAt).toBe(server.clock.now().toISOString());
    expect(await look()).toBe(404);
    expect((await server.send('GET /api/session', { cookie })).json().memberships).toEqual([]);
    await change(member.id, { removed: false });
    expect(await look()).toBe(200);
  });

  it('has other roles from the moment they change', async () => {
    const { member, link } = await addMember();
    const cookie = await enter(link);
    const look = async () =>
      (await server.send(`GET /api/projects/${projectId}/members`, { cookie })).statusCode;
    expect(await look()).toBe(403);
    expect((await change(member.id, { roles: ['rater', 'lead', 'rater'] })).json().roles).toEqual([
      'lead',
      'rater',
    ]);
    expect(await look()).toBe(200);
    expect((await change(member.id, { roles: [] })).statusCode).toBe(400);
  });

  it('who is the last lead stays one', async () => {
    const [maker] = await listMembers();
    for (const body of [{ removed: true }, { roles: ['rater'] }]) {
      expect((await change(maker!.id, body)).json().error.code).toBe('conflict');
    }
    const other = await addMember({ roles: ['lead'] });
    expect((await change(maker!.id, { removed: true })).statusCode).toBe(200);
    expect((await change(other.member.id, { removed: true })).json().error.code).toBe('conflict');
  });

  it('cannot remove the other of two leads at the same moment', async () => {
    const [maker] = await listMembers();
    const other = await addMember({ roles: ['lead'] });
    const answers = await Promise.all(
      [maker!.id, other.member.id].map((id) => change(id, { removed: true })),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  it('of another project is not found', async () => {
    const { member } = await addMember();
    const elsewhere = await server.send('POST /api/projects', {
      cookie: admin,
      body: { name: `Away ${made}` },
    });
    projectId = elsewhere.json().id;
    expect((await change(member.id, { roles: ['lead'] })).statusCode).toBe(404);
    const renewed = await server.send(`POST /api/projects/${projectId}/members/${member.id}/link`, {
      cookie: admin,
      body: {},
    });
    expect(renewed.statusCode).toBe(404);
  });

  it('leaves a trace of every change', async () => {
    const { member } = await addMember();
    await change(member.id, { roles: ['rater'] });
    const rows = await server.deps.db.select().from(events).where(eq(events.objectId, member.id));
    expect(rows.map(({ kind }) => kind)).toEqual(['member.added', 'member.changed']);
    expect(rows[1]).toMatchObject({ before: { roles: ['demonstrator'] }, after: { roles: ['rater'] } });
    expect(rows[1]!.actorId).not.toBeNull();
  });
});

describe('a pseudonym', () => {
  it('says nothing about its person, and does not repeat within a project', async () => {
    const names = new Set(Array.from({ length: 500 }, randomPseudonym));
    expect(names.size).toBeGreaterThan(490);
    for (const name of names) expect(name).toMatch(/^[a-z]+-[a-z]+-\d{4}$/);
    await Promise.all(Array.from({ length: 10 }, () => addMember()));
    const pseudonyms = (await listMembers()).map((member) => member.pseudonym);
    expect(new Set(pseudonyms).size).toBe(pseudonyms.length);
  });
});

describe('an invitation', () => {
  it('tells what it offers, makes an account, and signs it in', async () => {
    const { invitation, token } = await invite();
    expect(invitation).toMatchObject({ maxUses: 1, uses: 0, note: '', revokedAt: null });
    expect(Date.parse(invitation.expiresAt)).toBe(server.clock.now().getTime() + 7 * day);
    const offer = await server.send('POST /api/invitation', { body: { token } });
    expect(offer.json()).toEqual({
      projectName: `Project ${made}`,
      roles: ['rater'],
      expiresAt: invitation.expiresAt,
    });
    const joined = await accept(token, { account: { email: 'New.Guest@Example.org' } });
    expect(joined.json()).toMatchObject({
      person: { name: 'Guest', email: 'new.guest@example.org', hasPassword: true },
      memberships: [{ projectId, roles: ['rater'] }],
    });
    expect(
      (await server.send(`GET /api/projects/${projectId}`, { cookie: cookieOf(joined) })).statusCode,
    ).toBe(200);
    const body = { email: 'new.guest@example.org', password: 'a password of length' };
    expect((await server.send('POST /api/session', { body })).statusCode).toBe(200);
  });

  it('lets in as many as it may, however many come at once', async () => {
    const { invitation, token } = await invite({ maxUses: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(token)));
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      200, 200, 200, 410, 410, 410, 410, 410,
    ]);
    const [row] = await server.deps.db.select().from(invitations).where(eq(invitations.id, invitation.id));
    expect(row!.uses).toBe(3);
    expect(await listMembers()).toHaveLength(4);
  });

  it('that did not let somebody in leaves no account behind', async () => {
    const { token } = await invite();
    const emails = ['one@example.org', 'two@example.org'];
    const answers = await Promise.all(emails.map((email) => accept(token, { account: { email } })));
    const refused = answers.findIndex(({ statusCode }) => statusCode === 410);
    expect(answers[1 - refused]!.statusCode).toBe(200);
    const again = await invite();
    expect((await accept(again.token, { account: { email: emails[refused]! } })).statusCode).toBe(200);
  });

  it('adds roles to somebody who is signed in, and is not used up by who has them', async () => {
    const { link } = await addMember();
    const cookie = await enter(link);
    const { invitation, token } = await invite({ maxUses: 2 });
    for (let i = 0; i < 3; i++) {
      const joined = await accept(token, { cookie });
      expect(joined.json().memberships[0].roles).toEqual(['demonstrator', 'rater']);
    }
    const listed = await server.send(`GET /api/projects/${projectId}/invitations`, { cookie: admin });
    expect(listed.json()).toMatchObject([{ id: invitation.id, uses: 1 }]);
  });

  it('is refused once it is revoked or expired, with the reason', async () => {
    const revoked = await invite();
    const url = `/api/projects/${projectId}/invitations/${revoked.invitation.id}` as const;
    expect((await server.send(`DELETE ${url}`, { cookie: admin })).statusCode).toBe(204);
    const answers = [
      await accept(revoked.token),
      await server.send('POST /api/invitation', { body: revoked }),
    ];
    const expiring = await invite({ expiresAt: new Date(server.clock.now().getTime() + day).toISOString() });
    server.clock.advance(day);
    answers.push(await accept(expiring.token), await accept('x'.repeat(43)));
    expect(answers.map((answer) => answer.json().error.code)).toEqual(Array(4).fill('link_expired'));
    expect(
      answers.map((answer) => /withdrawn|expired|not complete/.exec(answer.json().error.message)?.[0]),
    ).toEqual(['withdrawn', 'withdrawn', 'expired', 'not complete']);
  });

  it('does not take back who was removed', async () => {
    const { member, link } = await addMember();
    const cookie = await enter(link);
    await change(member.id, { removed: true });
    const { token } = await invite({ maxUses: 5 });
    expect((await accept(token, { cookie })).json().error.code).toBe('forbidden');
    const [row] = await server.deps.db.select().from(members).where(eq(members.id, member.id));
    expect(row!.removedAt).not.toBeNull();
  });

  it('wants an account of those who are not signed in, under an address of their own', async () => {
    const { token } = await invite({ maxUses: 5 });
    const bare = await server.send('POST /api/invitation/accept', { body: { token } });
    expect(bare.json().error.code).toBe('not_signed_in');
    await accept(token, { account: { email: 'taken@example.org' } });
    const taken = await accept(token, { account: { email: 'Taken@example.org' } });
    expect(taken.json().error.code).toBe('already_exists');
  });

  it('of another project cannot be revoked, and is not listed', async () => {
    const { invitation } = await invite();
    const elsewhere = await server.send('POST /api/projects', {
      cookie: admin,
      body: { name: `Aside ${made}` },
    });
    const url = `/api/projects/${elsewhere.json().id}/invitations` as const;
    expect((await server.send(`DELETE ${url}/${invitation.id}`, { cookie: admin })).statusCode).toBe(404);
    expect((await server.send(`DELETE ${url}/${anyId}`, { cookie: admin })).statusCode).toBe(404);
    expect((await server.send(`GET ${url}`, { cookie: admin })).json()).toEqual([]);
  });

  it('keeps its note as text, and never its token', async () => {
    const { invitation, token } = await invite({ note: 'for <b>raters</b>\0' });
    expect(invitation.note).toBe('for <b>raters</b>\uFFFD');
    expect(JSON.stringify(await server.deps.db.select().from(invitations))).not.toContain(token);
  });
});

describe('a paused member', () => {
  it('is marked as such, once, until they are resumed', async () => {
    const { member } = await addMember();
    const paused = (await change(member.id, { paused: true })).json();
    expect(paused.pausedAt).not.toBeNull();
    expect((await change(member.id, { paused: true })).json()).toEqual(paused);
    expect((await change(member.id, { roles: ['rater'] })).json().pausedAt).toBe(paused.pausedAt);
    expect((await change(member.id, { paused: false })).json().pausedAt).toBeNull();
    const recorded = await server.deps.db.select().from(events).where(eq(events.objectId, member.id));
    expect(recorded.filter(({ kind }) => kind === 'member.changed')).toHaveLength(3);
  });
});

describe('many people', () => {
  const addMany = (body: object, cookie = admin) =>
    server.send(`POST /api/projects/${projectId}/members/batch`, { cookie, body });

  it('are added at once, each with a link of their own and the roles they bring or those of all', async () => {
    const response = await addMany({
      people: [{ name: ' Ada ' }, { name: 'Ben', roles: ['rater'] }, { name: 'Ada' }],
      roles: ['demonstrator'],
    });
    expect(response.statusCode).toBe(201);
    const added = response.json() as { member: { name: string; roles: string[] }; link: string }[];
    expect(added.map(({ member }) => [member.name, member.roles])).toEqual([
      ['Ada', ['demonstrator']],
      ['Ben', ['rater']],
      ['Ada', ['demonstrator']],
    ]);
    expect(new Set(added.map(({ link }) => link)).size).toBe(3);
    await enter(added[2]!.link);
    expect(await listMembers()).toHaveLength(4);
  });

  it('are all refused if one of them cannot be added', async () => {
    for (const body of [
      { people: [{ name: 'Ada' }, { name: ' ' }], roles: ['rater'] },
      { people: [{ name: 'Ada', roles: [] }], roles: ['rater'] },
      { people: [], roles: ['rater'] },
      { people: Array.from({ length: 501 }, () => ({ name: 'Ada' })), roles: ['rater'] },
      { people: [{ name: 'Ada' }], roles: ['rater'], expiresAt: '2001-01-01T00:00:00Z' },
    ]) {
      expect((await addMany(body)).statusCode).toBe(400);
    }
    expect(await listMembers()).toHaveLength(1);
  });
});
