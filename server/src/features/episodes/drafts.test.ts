import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, crowCommands, startRecording } from '../../../test/demonstrations.ts';
import { errorOf, taskOf } from '../../../test/tasks.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;
let member: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 1 });
  member = await test.buildMember({ projectId, roles: ['demonstrator'] });
  // Minutes are the clock's: every test begins with one.
  test.clock.advance(minute - (test.clock.now().getTime() % minute));
});

async function write() {
  const recorder = await startRecording(member.client, projectId);
  for (const command of crowCommands) await recorder.send(command);
  const params = { projectId, episodeId: recorder.episode.id };
  let version = 0;
  const save = async (text: string, kind?: 'typed' | 'chosen') => {
    const { leaseToken } = recorder;
    const body = { text, baseVersion: version, leaseToken, ...(kind && { kind }) };
    ({ version } = await member.client.saveDraft({ params, body }));
  };
  const versions = () => member.client.listDraftVersions({ params });
  return {
    recorder,
    params,
    save,
    versions,
    kept: async () => (await versions()).map(({ kind, beginning }) => `${kind}: ${beginning}`),
    textOf: (wanted: number) =>
      member.client.getDraftVersion({ params: { ...params, version: wanted } }).then(({ text }) => text),
  };
}

describe('versions of a draft', () => {
  it('are one for every minute of typing, each the last text of it', async () => {
    const { save, kept } = await write();
    for (const text of ['C', 'Cro', 'Crows']) await save(text);
    test.clock.advance(minute);
    for (const text of ['Crows b', 'Crows bring']) await save(text);
    expect(await kept()).toEqual(['typed: Crows bring', 'typed: Crows']);
  });

  it('keep a long text of which most was deleted within the same minute', async () => {
    const { save, versions, textOf } = await write();
    const long = 'Crows bring gifts. '.repeat(20);
    await save(long);
    await save('');
    const [now, before] = await versions();
    expect(now).toMatchObject({ characters: 0, beginning: '' });
    expect(before!.beginning).toBe(long.slice(0, 160));
    expect(await textOf(before!.version)).toBe(long);
  });

  it('keep what was chosen apart from what was typed', async () => {
    const { save, kept } = await write();
    await save('Typed');
    await save('Restored', 'chosen');
    await save('Restored and more');
    expect(await kept()).toEqual(['typed: Restored and more', 'chosen: Restored', 'typed: Typed']);
  });

  it('end with what was submitted, and go on when the answer is reopened', async () => {
    const { recorder, save, kept } = await write();
    await save('Almost');
    await recorder.submit('Done [1].');
    expect(await kept()).toEqual(['submitted: Done [1].', 'typed: Almost']);
    const task = taskOf(member, projectId, recorder.assignment.id);
    const leaseToken = (await task.reopen()).lease!.token;
    const params = { projectId, episodeId: recorder.episode.id };
    const { draft } = await member.client.getEpisode({ params });
    expect(draft.text).toBe('Done [1].');
    const body = { text: 'Done better [1].', baseVersion: draft.version, leaseToken };
    await member.client.saveDraft({ params, body });
    expect((await kept())[0]).toBe('typed: Done better [1].');
  });

  it('are bounded: of sixty minutes and more the latest sixty are kept, and what was submitted', async () => {
    const { recorder, versions } = await write();
    await recorder.submit('First [1].');
    const task = taskOf(member, projectId, recorder.assignment.id);
    const leaseToken = (await task.reopen()).lease!.token;
    const params = { projectId, episodeId: recorder.episode.id };
    let { version: baseVersion } = (await member.client.getEpisode({ params })).draft;
    for (let index = 0; index < 65; index += 1) {
      const body = { text: `Text ${index}`, baseVersion, leaseToken };
      ({ version: baseVersion } = await member.client.saveDraft({ params, body }));
      test.clock.advance(minute);
    }
    const kept = await versions();
    expect(kept.filter(({ kind }) => kind === 'typed').map(({ beginning }) => beginning)).toEqual(
      Array.from({ length: 60 }, (_, index) => `Text ${64 - index}`),
    );
    expect(kept.at(-1)).toMatchObject({ kind: 'submitted', beginning: 'First [1].' });
  });

  it('are the person’s own, and one that was not kept is not found', async () => {
    const { params, save } = await write();
    await save('Mine');
    expect((await errorOf(member.client.getDraftVersion({ params: { ...params, version: 9 } }))).code).toBe(
      'not_found',
    );
    const stranger = await test.buildMember({ projectId, roles: ['demonstrator'] });
    expect((await errorOf(stranger.client.listDraftVersions({ params }))).code).toBe('not_found');
  });
});
