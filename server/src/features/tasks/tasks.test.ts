import { and, count, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildQuestions } from '../../../test/demonstrations.ts';
import { errorOf, taskOf, tokenOf } from '../../../test/tasks.ts';
import { assignments, events } from '../../db/schema/index.ts';
import { sweepLeases } from './index.ts';

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

describe('leases', () => {
  it('are pushed on by asking, and keep their token', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const task = await claimed(await newMember());
    test.clock.advance(10 * minute);
    const { lease } = await task.extend();
    expect(lease?.token).toBe(task.assignment.lease?.token);
    expect(Date.parse(lease!.expiresAt)).toBe(test.clock.now().getTime() + 20 * minute);
  });

  it('are taken up again after they ended, while the place is free, swept or not', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const task = await claimed(await newMember());
    test.clock.advance(20 * minute);
    expect(await task.get()).toMatchObject({ state: 'expired', lease: null });
    const { token } = task.assignment.lease!;
    expect(await task.extend()).toMatchObject({ state: 'active', lease: { token } });
    test.clock.advance(20 * minute);
    expect(await sweepLeases(test.deps)).toBeGreaterThanOrEqual(1);
    expect((await rows())[0]).toMatchObject({ state: 'expired', place: null });
    expect(await task.extend()).toMatchObject({ state: 'active', endedAt: null });
    expect((await rows())[0]).toMatchObject({ state: 'active', place: 1 });
  });

  it('are lost once somebody else has taken the place', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const task = await claimed(await newMember());
    test.clock.advance(20 * minute);
    await claimed(await newMember());
    const error = await errorOf(task.extend());
    expect(error).toMatchObject({ code: 'lease_lost', details: { reason: 'taken' } });
  });

  it('are not taken up beyond what one person may hold', async () => {
    await buildQuestions(test, { projectId, count: 4 });
    const member = await newMember();
    const task = await claimed(member);
    test.clock.advance(20 * minute);
    for (let index = 0; index < 3; index += 1) await claimed(member);
    expect(await errorOf(task.extend())).toMatchObject({ code: 'wrong_state' });
  });

  it('are swept once, with an event, by however many servers', async () => {
    await buildQuestions(test, { projectId, count: 3 });
    const member = await newMember();
    for (let index = 0; index < 3; index += 1) await claimed(member);
    test.clock.advance(20 * minute);
    const swept = await Promise.all([sweepLeases(test.deps), sweepLeases(test.deps), sweepLeases(test.deps)]);
    expect(swept.reduce((sum, ended) => sum + ended, 0)).toBeGreaterThanOrEqual(3);
    const [written] = await test.deps.db
      .select({ total: count() })
      .from(events)
      .where(and(eq(events.projectId, projectId), eq(events.kind, 'assignment.expired')));
    expect(written?.total).toBe(3);
    expect(await sweepLeases(test.deps)).toBe(0);
  });

  it('tell the person and the leads when they end', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const member = await newMember();
    const { assignment } = await claimed(member);
    const told = new Promise((resolve) => {
      test.deps.live.subscribe((audience, message) => {
        if (message.type === 'assignment' && message.state === 'expired') resolve({ audience, message });
      });
    });
    test.clock.advance(20 * minute);
    await sweepLeases(test.deps);
    expect(await told).toMatchObject({
      audience: { projectId, memberId: member.memberId },
      message: { assignmentId: assignment.id, leaseExpiresAt: null },
    });
  });
});

describe('giving a task back', () => {
  it('frees its place for others, but not for the same person', async () => {
    const [question] = await buildQuestions(test, { projectId, count: 1 });
    const member = await newMember();
    const task = await claimed(member);
    expect(await task.release()).toMatchObject({ state: 'released', lease: null });
    expect(await task.release()).toMatchObject({ state: 'released' });
    expect((await claim(member)).reason).toBe('none_left');
    expect((await claim(await newMember())).assignment?.question.id).toBe(question);
    expect(await errorOf(task.extend())).toMatchObject({ code: 'wrong_state' });
  });

  it('needs the token of the lease', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const task = await claimed(await newMember());
    const error = await errorOf(task.release('another'));
    expect(error).toMatchObject({ code: 'lease_lost', details: { reason: 'token' } });
  });
});

describe('own assignments', () => {
  it('are listed newest first, by the state they are in now, a page at a time', async () => {
    await buildQuestions(test, { projectId, count: 3 });
    const member = await newMember();
    const first = await claimed(member);
    test.clock.advance(20 * minute);
    const second = await claimed(member);
    const list = (query: Record<string, unknown>) =>
      member.client.listOwnAssignments({ params: { projectId }, query });
    expect((await list({})).items.map(({ id }) => id)).toEqual([second.assignment.id, first.assignment.id]);
    expect((await list({ state: 'active' })).items.map(({ id }) => id)).toEqual([second.assignment.id]);
    expect((await list({ state: 'expired' })).items.map(({ id }) => id)).toEqual([first.assignment.id]);
    const page = await list({ limit: 1 });
    expect(page).toMatchObject({ total: 2, items: [{ id: second.assignment.id }] });
    const next = await list({ limit: 1, cursor: page.nextCursor });
    expect(next).toMatchObject({ nextCursor: null, items: [{ id: first.assignment.id }] });
    expect(await errorOf(list({ cursor: 'nonsense' }))).toMatchObject({ code: 'invalid_request' });
  });

  it("are nobody else's: another person and another project answer 404", async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const owner = await newMember();
    const { assignment } = await claimed(owner);
    const params = { projectId, assignmentId: assignment.id };
    const stranger = await newMember();
    expect(await errorOf(stranger.client.getAssignment({ params }))).toMatchObject({ code: 'not_found' });
    expect(await errorOf(stranger.client.extendLease({ params }))).toMatchObject({ code: 'not_found' });
    const other = await test.buildProject();
    const elsewhere = { projectId: other.id, assignmentId: assignment.id };
    expect(await errorOf(owner.client.getAssignment({ params: elsewhere }))).toMatchObject({
      code: 'not_found',
    });
  });
});
