import { and, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildQuestions } from '../../../test/demonstrations.ts';
import { taskOf, tokenOf } from '../../../test/tasks.ts';
import { untilClaimWaits } from '../../../test/waiting.ts';
import type { Transaction } from '../../db/database.ts';
import { assignments, events, members, projects, projectSettings, questions } from '../../db/schema/index.ts';
import { defaultSettings } from '../projects/index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
});

const newMember = () => test.buildMember({ projectId, roles: ['demonstrator'] });
const claim = (member: TestMember) => member.client.claimTask({ params: { projectId } });
const rows = () => test.deps.db.select().from(assignments).where(eq(assignments.projectId, projectId));

async function claimed(member: TestMember) {
  const { assignment } = await claim(member);
  if (!assignment) throw new Error('There was nothing to claim.');
  const task = taskOf(member, projectId, assignment.id);
  return {
    ...task,
    assignment,
    release: (leaseToken = tokenOf(assignment)) => task.release(leaseToken),
  };
}

describe('claiming a task', () => {
  it('gives a lease of the length the project sets', async () => {
    const [first] = await buildQuestions(test, { projectId, count: 3 });
    const { assignment, reason } = await claim(await newMember());
    expect(reason).toBeNull();
    expect(assignment).toMatchObject({ state: 'active', question: { id: first }, episodeId: null });
    const expiresAt = new Date(test.clock.now().getTime() + 20 * minute).toISOString();
    expect(assignment?.lease?.expiresAt).toBe(expiresAt);
  });

  it('passes over excluded questions, and those the person has had', async () => {
    const [first, second, third] = await buildQuestions(test, { projectId, count: 3, wanted: 2 });
    await test.deps.db
      .update(questions)
      .set({ excludedAt: test.clock.now() })
      .where(eq(questions.id, second!));
    const member = await newMember();
    expect((await claim(member)).assignment?.question.id).toBe(first);
    expect((await claim(member)).assignment?.question.id).toBe(third);
    expect(await claim(member)).toEqual({ assignment: null, reason: 'none_left' });
  });

  it('stops at the number of leases a person may hold, and goes on when one ended', async () => {
    await buildQuestions(test, { projectId, count: 5 });
    const member = await newMember();
    const first = await claimed(member);
    await claim(member);
    await claim(member);
    expect(await claim(member)).toEqual({ assignment: null, reason: 'too_many_leases' });
    await first.release();
    expect((await claim(member)).assignment).not.toBeNull();
  });

  it('records the version of the settings it was done under', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const settings = { ...defaultSettings, leaseMinutes: 5 };
    await test.deps.db
      .insert(projectSettings)
      .values({ projectId, version: 2, settings, createdAt: test.clock.now() });
    await test.deps.db.update(projects).set({ settingsVersion: 2 }).where(eq(projects.id, projectId));
    const { assignment } = await claimed(await newMember());
    expect(Date.parse(assignment.lease!.expiresAt)).toBe(test.clock.now().getTime() + 5 * minute);
    expect((await rows())[0]).toMatchObject({ settingsVersion: 2, place: 1 });
  });

  it('gives every place once when 32 people claim 20 questions at the same time', async () => {
    await buildQuestions(test, { projectId, count: 20 });
    const members = await Promise.all(Array.from({ length: 32 }, newMember));
    const claims = await Promise.all(members.map(claim));
    const taken = claims.flatMap(({ assignment }) => (assignment ? [assignment.question.id] : []));
    expect(taken).toHaveLength(20);
    expect(new Set(taken).size).toBe(20);
    expect(claims.filter(({ reason }) => reason === 'none_left')).toHaveLength(12);
  });

  it('fills all places of one question when everybody claims it at the same time', async () => {
    await buildQuestions(test, { projectId, count: 1, wanted: 7 });
    const members = await Promise.all(Array.from({ length: 12 }, newMember));
    const claims = await Promise.all(members.map(claim));
    expect(claims.filter(({ assignment }) => assignment)).toHaveLength(7);
    expect((await rows()).map(({ place }) => place!).toSorted((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  it('waits for one question while it holds no other, so that it never waits for those who wait for it', async () => {
    const [full, free] = await buildQuestions(test, { projectId, count: 2 });
    const member = await newMember();
    const { db } = test.deps;
    const lock = (tx: Transaction, id: string) =>
      tx.select({ id: questions.id }).from(questions).where(eq(questions.id, id)).for('no key update');
    const { begun } = await db.transaction(async (holdsFree) => {
      await lock(holdsFree, free!);
      const claiming = await db.transaction(async (holdsFull) => {
        await lock(holdsFull, full!);
        const claimingTask = claim(member);
        await untilClaimWaits(test);
        await holdsFull.update(questions).set({ held: 1 }).where(eq(questions.id, full!));
        return { begun: claimingTask };
      });
      await untilClaimWaits(test);
      await lock(holdsFree, full!);
      return claiming;
    });
    expect((await begun).assignment?.question.id).toBe(free);
  });

  it('keeps to the limit of leases when one person claims in many tabs at the same time', async () => {
    await buildQuestions(test, { projectId, count: 20 });
    const member = await newMember();
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(member)));
    expect(claims.filter(({ assignment }) => assignment)).toHaveLength(3);
    expect(claims.filter(({ reason }) => reason === 'too_many_leases')).toHaveLength(7);
  });

  it('takes the place of a lease that ended, though nobody has swept it', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const first = await claimed(await newMember());
    expect((await claim(await newMember())).reason).toBe('none_left');
    test.clock.advance(20 * minute);
    const second = await claimed(await newMember());
    expect((await first.get()).state).toBe('expired');
    expect((await second.get()).state).toBe('active');
    const kinds = await test.deps.db
      .select({ kind: events.kind })
      .from(events)
      .where(and(eq(events.projectId, projectId), eq(events.objectId, first.assignment.id)));
    expect(kinds.map(({ kind }) => kind)).toEqual(['assignment.claimed', 'assignment.expired']);
  });

  it('gives questions of a higher priority first, then those covered least, then the oldest', async () => {
    const [half, oldest, newest] = await buildQuestions(test, { projectId, count: 3, wanted: 2 });
    const [third] = await buildQuestions(test, { projectId, count: 1, wanted: 3 });
    const helper = await newMember();
    await claim(helper);
    await test.deps.db.update(questions).set({ priority: 2 }).where(eq(questions.id, third!));
    await claim(helper);
    await test.deps.db.update(questions).set({ priority: 0 }).where(eq(questions.id, third!));
    await test.deps.db.update(questions).set({ priority: 1 }).where(eq(questions.id, newest!));
    await test.deps.db.insert(projectSettings).values({
      projectId,
      version: 2,
      settings: { ...defaultSettings, leasesPerPerson: 9 },
      createdAt: test.clock.now(),
    });
    await test.deps.db.update(projects).set({ settingsVersion: 2 }).where(eq(projects.id, projectId));
    const member = await newMember();
    const given = [];
    for (let index = 0; index < 4; index += 1) given.push((await claim(member)).assignment?.question.id);
    expect(given).toEqual([newest, oldest, third, half]);
  });

  it('gives a place twice to nobody, and something to everybody, when 20 people claim at the same time', async () => {
    await buildQuestions(test, { projectId, count: 4, wanted: 5 });
    const people = await Promise.all(Array.from({ length: 20 }, newMember));
    const first = await Promise.all(people.map(claim));
    expect(first.filter(({ assignment }) => assignment)).toHaveLength(20);
    const places = (await rows()).map(({ questionId, place }) => `${questionId}/${place}`);
    expect(new Set(places).size).toBe(20);
    const perQuestion = Map.groupBy(await rows(), ({ questionId }) => questionId);
    expect([...perQuestion.values()].map(({ length }) => length)).toEqual([5, 5, 5, 5]);
  });

  it('frees every place of leases that ended for people who claim at the same time', async () => {
    await buildQuestions(test, { projectId, count: 12 });
    await Promise.all(Array.from({ length: 12 }, async () => claim(await newMember())));
    test.clock.advance(20 * minute);
    const people = await Promise.all(Array.from({ length: 12 }, newMember));
    const second = await Promise.all(people.map(claim));
    expect(second.filter(({ assignment }) => assignment)).toHaveLength(12);
    const held = await test.deps.db
      .select()
      .from(assignments)
      .where(and(eq(assignments.projectId, projectId), inArray(assignments.state, ['active'])));
    expect(held).toHaveLength(12);
  });

  it('gives nothing to people whom a lead has paused, or removed', async () => {
    await buildQuestions(test, { projectId, count: 3 });
    const member = await newMember();
    const at = test.clock.now();
    await test.deps.db.update(members).set({ pausedAt: at }).where(eq(members.id, member.memberId));
    expect(await claim(member)).toEqual({ assignment: null, reason: 'paused' });
    await test.deps.db
      .update(members)
      .set({ pausedAt: null, removedAt: at })
      .where(eq(members.id, member.memberId));
    await expect(claim(member)).rejects.toMatchObject({ code: 'not_found' });
    expect(await rows()).toEqual([]);
  });

  it('cannot collect more than was wanted, because the database refuses it', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    await claimed(await newMember());
    const [row] = await rows();
    const { memberId } = await newMember();
    const copy = { ...row!, id: crypto.randomUUID(), memberId };
    await expect(test.deps.db.insert(assignments).values(copy)).rejects.toMatchObject({
      cause: { constraint: 'assignments_place' },
    });
    const withoutPlace = { ...copy, place: null };
    await expect(test.deps.db.insert(assignments).values(withoutPlace)).rejects.toMatchObject({
      cause: { constraint: 'assignments_place_held' },
    });
  });
});
