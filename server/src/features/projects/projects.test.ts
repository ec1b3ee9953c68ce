import { and, eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { whileHeld } from '../../../test/locks.ts';
import { cookieOf, createPartialApp, type PartialApp } from '../../../test/partial-app.ts';
import { recordEvent } from '../../db/events.ts';
import { apiTokens, assignments, members, questions, workers } from '../../db/schema/index.ts';
import { accountHandlers, firstAdminLink } from '../accounts/index.ts';
import { createMember, createPerson, peopleHandlers } from '../people/index.ts';
import { defaultSettings, projectHandlers, readSettingsVersion } from './index.ts';

let server: PartialApp;
let cookie: string;
let made = 0;
beforeAll(async () => {
  server = await createPartialApp({
    handlers: (deps) => ({ ...accountHandlers(deps), ...peopleHandlers(deps), ...projectHandlers(deps) }),
  });
  const link = await firstAdminLink(server.deps, 'http://localhost');
  cookie = cookieOf(
    await server.send('POST /api/session/link', { body: { token: link!.split('link=')[1]! } }),
  );
});
afterAll(() => server?.close());

const create = (name: string) => server.send('POST /api/projects', { cookie, body: { name } });
const update = (id: string, body: object) => server.send(`PATCH /api/projects/${id}`, { cookie, body });
const build = async (): Promise<{ id: string; name: string }> => (await create(`Project ${++made}`)).json();

it('begins with the default settings and its maker as lead, demonstrator and rater', async () => {
  const response = await create('  First\n one ');
  expect(response.statusCode).toBe(201);
  expect(response.json()).toMatchObject({ name: 'First one', settings: defaultSettings, settingsVersion: 1 });
  const rows = await server.deps.db.select().from(members).where(eq(members.projectId, response.json().id));
  expect(rows.map(({ roles }) => roles)).toEqual([['lead', 'demonstrator', 'rater']]);
});

it('has the settings of the paper by default', () => {
  expect(defaultSettings).toMatchObject({
    language: 'english',
    demonstrationsPerQuestion: 1,
    leaseMinutes: 20,
    leasesPerPerson: 3,
    blockedDomains: ['reddit.com', 'quora.com'],
    simulation: 'refused',
    browser: { actionLimit: 100, quoteTokenBudget: 512, windowCharacters: 2000 },
  });
});

it('has a name of its own, whatever the case of its letters', async () => {
  const { id, name } = await build();
  expect((await create(name.toUpperCase())).json().error.code).toBe('already_exists');
  const other = await build();
  expect((await update(other.id, { name: name.toUpperCase() })).json().error.code).toBe('already_exists');
  expect((await update(id, { name: name.toUpperCase() })).json().name).toBe(name.toUpperCase());
});

it('is listed for its members, and for admins whether they are members or not', async () => {
  const project = await build();
  const { db, clock } = server.deps;
  await db.delete(members).where(eq(members.projectId, project.id));
  const listed = async (as: string) => {
    const response = await server.send('GET /api/projects', { cookie: as });
    return (response.json() as { id: string }[]).map(({ id }) => id);
  };
  expect(await listed(cookie)).toContain(project.id);
  const other = await build();
  const added = await server.send(`POST /api/projects/${other.id}/members`, {
    cookie,
    body: { name: 'Rater', roles: ['rater'] },
  });
  const token = added.json().link.split('link=')[1];
  const rater = cookieOf(await server.send('POST /api/session/link', { body: { token } }));
  expect(await listed(rater)).toEqual([other.id]);
  await db
    .update(members)
    .set({ removedAt: clock() })
    .where(and(eq(members.projectId, other.id), eq(members.id, added.json().member.id)));
  expect(await listed(rater)).toEqual([]);
});

it('keeps every version of its settings', async () => {
  const { id } = await build();
  const settings = { ...defaultSettings, leaseMinutes: 45 };
  const changed = await update(id, { settings, settingsVersion: 1 });
  expect(changed.json()).toMatchObject({ settings, settingsVersion: 2 });
  expect((await server.send(`GET /api/projects/${id}`, { cookie })).json()).toEqual(changed.json());
  const { db } = server.deps;
  expect(await readSettingsVersion(db, { projectId: id, version: 1 })).toEqual(defaultSettings);
  expect(await readSettingsVersion(db, { projectId: id, version: 2 })).toEqual(settings);
  expect(await readSettingsVersion(db, { projectId: id, version: 3 })).toBeNull();
});

it('takes one of two changes that were made to the same version', async () => {
  const { id } = await build();
  const answers = await Promise.all(
    [30, 40].map((leaseMinutes) =>
      update(id, {
        settings: { ...defaultSettings, leaseMinutes },
        settingsVersion: 1,
        name: `Project ${++made}`,
      }),
    ),
  );
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const refused = answers.find(({ statusCode }) => statusCode === 409)!;
  expect(refused.json().error).toMatchObject({ code: 'conflict', details: { settingsVersion: 2 } });
});

it('refuses settings out of bounds', async () => {
  const { id } = await build();
  for (const wrong of [
    { leaseMinutes: 0 },
    { language: 'english; drop table' },
    { demonstrationsPerQuestion: 1.5 },
  ]) {
    expect((await update(id, { settings: { ...defaultSettings, ...wrong } })).statusCode).toBe(400);
  }
});

it('counts what there is, today’s by UTC', async () => {
  const { id: projectId } = await build();
  const { id: elsewhere } = await build();
  const { db, clock } = server.deps;
  const at = clock();
  const yesterday = new Date(at.getTime() - 24 * 60 * 60 * 1000);
  const question = (project: string, wanted: number, excludedAt: Date | null = null) => {
    const id = uuidv7();
    return db
      .insert(questions)
      .values({
        id,
        projectId: project,
        dataset: 'test',
        externalId: id,
        fullText: 'Why?',
        referenceAnswers: [],
        referencePages: [],
        use: 'bc',
        wanted,
        createdAt: at,
        updatedAt: at,
        excludedAt,
      })
      .then(() => id);
  };
  const done = await question(projectId, 1);
  const open = await question(projectId, 3);
  await question(projectId, 5, at);
  await question(elsewhere, 7);
  const assign = async (
    questionId: string,
    state: 'active' | 'submitted' | 'expired',
    place: number | null,
    endedAt: Date | null,
  ) => {
    const memberId = await db.transaction(async (tx) => {
      const personId = await createPerson(tx, { name: 'Demonstrator', actorId: null, at });
      return createMember(tx, { projectId, personId, roles: ['demonstrator'], actorId: null, at });
    });
    await db.insert(assignments).values({
      projectId,
      questionId,
      memberId,
      state,
      place,
      leaseToken: 'lease',
      leaseExpiresAt: at,
      settingsVersion: 1,
      createdAt: at,
      endedAt,
    });
  };
  await assign(done, 'submitted', 1, yesterday);
  await assign(open, 'submitted', 1, at);
  await assign(open, 'active', 2, null);
  await assign(open, 'expired', null, at);
  const [key] = await db
    .insert(apiTokens)
    .values({ name: 'key', tokenHash: 'hash', scopes: ['worker'], createdAt: at })
    .returning();
  const worker = {
    tokenId: key!.id,
    name: 'gpu',
    kinds: [],
    version: '1',
    device: 'cpu',
    models: [],
    endpoints: [],
    startedAt: at,
  };
  await db.insert(workers).values([
    { ...worker, id: uuidv7(), lastSeenAt: at },
    { ...worker, id: uuidv7(), lastSeenAt: new Date(at.getTime() - 61_000) },
    { ...worker, id: uuidv7(), lastSeenAt: at, endedAt: at },
  ]);

  const overview = await server.send(`GET /api/projects/${projectId}/overview`, { cookie });
  expect(overview.json()).toEqual({
    questions: { total: 2, open: 1 },
    libraryPages: 0,
    demonstrations: { submitted: 2, inProgress: 1, wanted: 4, submittedToday: 1, accepted: 0, toReview: 0 },
    pairs: { total: 0, open: 0 },
    comparisons: { submitted: 0, inProgress: 0, wanted: 0, submittedToday: 0 },
    members: 5,
    workers: 1,
  });
});

it('gives questions as many places as demonstrations are wanted now, but for those with a number of their own', async () => {
  const { id } = await build();
  const { db } = server.deps;
  const at = server.clock.now();
  const row = {
    projectId: id,
    dataset: 'test',
    referenceAnswers: [],
    referencePages: [],
    use: 'bc' as const,
  };
  const more = { fullText: 'Why?', createdAt: at, updatedAt: at };
  await db.insert(questions).values([
    { ...row, ...more, externalId: '1', wanted: 1 },
    { ...row, ...more, externalId: '2', wanted: 7 },
  ]);
  await update(id, { settings: { ...defaultSettings, demonstrationsPerQuestion: 3 } });
  const ofProject = eq(questions.projectId, id);
  const found = await db.select().from(questions).where(ofProject).orderBy(questions.externalId);
  expect(found.map((question) => question.wanted)).toEqual([3, 7]);

  // Somebody claims one of the questions meanwhile: the row first, then the event.
  const changed = await whileHeld(server, {
    first: (tx) => tx.select().from(questions).where(ofProject).for('no key update'),
    work: () => update(id, { settings: { ...defaultSettings, demonstrationsPerQuestion: 4 } }),
    second: (tx) =>
      recordEvent(tx, {
        projectId: id,
        actorId: null,
        objectType: 'assignment',
        objectId: uuidv7(),
        kind: 'assignment.claimed',
        at: server.deps.clock(),
      }),
  });
  expect(changed.statusCode).toBe(200);
});
