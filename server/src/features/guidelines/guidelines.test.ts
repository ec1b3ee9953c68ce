import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildQuestions } from '../../../test/demonstrations.ts';
import { errorOf } from '../../../test/tasks.ts';
import { assignments } from '../../db/schema/index.ts';

let test: TestApp;
let params: { projectId: string };
let lead: TestMember;
let member: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());
beforeEach(async () => {
  const { id: projectId } = await test.buildProject();
  params = { projectId };
  lead = await test.buildMember({ projectId, roles: ['lead'], name: 'Ada' });
  member = await test.buildMember({ projectId, roles: ['demonstrator'] });
});

const write = (text: string, baseVersion: number, note = '') =>
  lead.client.writeGuidelines({ params, body: { text, note, baseVersion } });

describe('guidelines', () => {
  it('begin with a text that Rookery brings, as version 1', async () => {
    const first = await member.client.getGuidelines({ params });
    expect(first).toMatchObject({ version: 1, known: null });
    expect(first.text).toMatch(/^# /);
    expect(await lead.client.listGuidelinesVersions({ params })).toMatchObject([
      { version: 1, createdBy: null, characters: Array.from(first.text).length },
    ]);
  });

  it('are there once, also when many ask for them first at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => member.client.getGuidelines({ params })),
    );
    expect(answers.map(({ version }) => version)).toEqual(answers.map(() => 1));
    expect(await lead.client.listGuidelinesVersions({ params })).toHaveLength(1);
  });

  it('are written as a new version; every one stays to be read', async () => {
    const { text } = await member.client.getGuidelines({ params });
    await write('# Cite everything', 1, 'Cite more');
    expect(await member.client.getGuidelines({ params })).toMatchObject({
      version: 2,
      text: '# Cite everything',
      note: 'Cite more',
    });
    const old = await member.client.getGuidelinesVersion({ params: { ...params, version: 1 } });
    expect(old.text).toBe(text);
    const versions = await lead.client.listGuidelinesVersions({ params });
    expect(versions.map(({ version, createdBy }) => [version, createdBy])).toEqual([
      [2, 'Ada'],
      [1, null],
    ]);
  });

  it('are not written over a newer version, and the same text again changes nothing', async () => {
    await write('One', 1);
    expect((await write('One', 1)).version).toBe(2);
    const error = await errorOf(write('Two', 1));
    expect([error.code, error.details]).toEqual(['conflict', { version: 2 }]);
  });

  it('are written by leads alone', async () => {
    const body = { text: 'Mine', note: '', baseVersion: 1 };
    expect((await errorOf(member.client.writeGuidelines({ params, body }))).code).toBe('forbidden');
    expect((await errorOf(member.client.listGuidelinesVersions({ params }))).code).toBe('forbidden');
    const missing = member.client.getGuidelinesVersion({ params: { ...params, version: 7 } });
    expect((await errorOf(missing)).code).toBe('not_found');
  });

  it('are named by the work that was claimed under them, the first of which makes them known', async () => {
    await buildQuestions(test, { ...params, count: 2 });
    await member.client.claimTask({ params });
    expect((await member.client.getGuidelines({ params })).known).toBe(1);
    await write('New', 1);
    expect((await member.client.getGuidelines({ params })).known).toBe(1);
    // A newer task is no reading of newer guidelines: they are told of them yet.
    await member.client.claimTask({ params });
    expect((await member.client.getGuidelines({ params })).known).toBe(1);
    const rows = await test.deps.db
      .select({ version: assignments.guidelinesVersion })
      .from(assignments)
      .orderBy(assignments.id);
    expect(rows.slice(-2).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('are known to who was told of them, and not less by an older version', async () => {
    await write('New', 1);
    await member.client.markGuidelinesSeen({ params, body: { version: 2 } });
    await member.client.markGuidelinesSeen({ params, body: { version: 1 } });
    expect((await member.client.getGuidelines({ params })).known).toBe(2);
    const unknown = member.client.markGuidelinesSeen({ params, body: { version: 3 } });
    expect((await errorOf(unknown)).code).toBe('not_found');
  });
});
