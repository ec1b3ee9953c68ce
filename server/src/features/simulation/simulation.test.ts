import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildQuestions } from '../../../test/demonstrations.ts';
import { projectSettings } from '../../db/schema/index.ts';
import { defaultSettings } from '../projects/index.ts';

let test: TestApp;
let projectId: string;
let lead: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject({ settings: { simulation: 'allowed' } }));
  lead = await test.buildMember({ projectId, roles: ['lead'] });
});

const create = (name = 'Simulated 1') =>
  lead.client.createSimulatedMember({ params: { projectId }, body: { name, role: 'demonstrator' } });
const refuse = () =>
  test.deps.db
    .update(projectSettings)
    .set({ settings: { ...defaultSettings, simulation: 'refused' } })
    .where(eq(projectSettings.projectId, projectId));

it('makes a member who is marked as simulated, and whose token works in this project alone', async () => {
  const { member, token } = await create();
  expect(member).toMatchObject({ name: 'Simulated 1', roles: ['demonstrator'], isSimulated: true });
  const session = await test.clientOf(token).getSession();
  expect(session.memberships.map((membership) => membership.projectId)).toEqual([projectId]);
  const members = await lead.client.listMembers({ params: { projectId } });
  expect(members.filter(({ isSimulated }) => isSimulated).map(({ name }) => name)).toEqual(['Simulated 1']);
});

it('finds the same person under the same name, and ends the token they had', async () => {
  const first = await create();
  const second = await create();
  expect(second.member.id).toBe(first.member.id);
  await expect(test.clientOf(first.token).getSession()).rejects.toMatchObject({ status: 401 });
  await expect(test.clientOf(second.token).getSession()).resolves.toBeDefined();
});

it('refuses the name of somebody who compares with another form', async () => {
  const rater = (ratingForm: 'webgpt-five' | 'minimal') =>
    lead.client.createSimulatedMember({
      params: { projectId },
      body: { name: 'Simulated rater', role: 'rater', ratingForm },
    });
  const { member, token } = await rater('minimal');
  await expect(rater('webgpt-five')).rejects.toMatchObject({
    code: 'wrong_state',
    message: expect.stringContaining('minimal'),
  });
  await expect(test.clientOf(token).getSession()).resolves.toBeDefined();
  expect((await rater('minimal')).member).toMatchObject({ id: member.id, ratingForm: 'minimal' });
});

it('makes one person of a name however many runs begin at once', async () => {
  const made = await Promise.all([create(), create(), create()]);
  expect(new Set(made.map(({ member }) => member.id)).size).toBe(1);
});

it('refuses a project that is not marked for simulation, before and during a run', async () => {
  const { token } = await create();
  await buildQuestions(test, { projectId, count: 2 });
  const simulated = test.clientOf(token);
  expect((await simulated.claimTask({ params: { projectId } })).assignment).not.toBeNull();
  await refuse();
  await expect(simulated.claimTask({ params: { projectId } })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(create('Simulated 2')).rejects.toMatchObject({ code: 'wrong_state' });
});

it('marks what they do in the list of demonstrations', async () => {
  const { token } = await create();
  const person = await test.buildMember({ projectId, roles: ['demonstrator'] });
  await buildQuestions(test, { projectId, count: 2 });
  for (const client of [test.clientOf(token), person.client]) {
    const { assignment } = await client.claimTask({ params: { projectId } });
    const body = { assignmentId: assignment!.id, leaseToken: assignment!.lease!.token };
    await client.startEpisode({ params: { projectId }, body });
  }
  const { items } = await lead.client.listDemonstrations({ params: { projectId } });
  expect(items.map(({ isSimulated }) => isSimulated)).toEqual([false, true]);
});
