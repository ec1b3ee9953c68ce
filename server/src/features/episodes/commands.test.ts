import { makeErrorPage, makePage, makeResultsPage, type Page } from '@rookery/shared/browser';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildQuestions, startRecording, type Recorder } from '../../../test/demonstrations.ts';
import { commands, episodes } from '../../db/schema/index.ts';
import type { LibrarySource } from '../../library/index.ts';
import { sendCommand, settlePending } from './commands.ts';
import { createEpisodeContext, type EpisodeContext } from './context.ts';
import { loadEpisode } from './load.ts';
import { getEpisode } from './start.ts';

let test: TestApp;
let projectId: string;
let member: TestMember;
let recorder: Recorder;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildQuestions(test, { projectId, count: 1 });
  member = await test.buildMember({ projectId, roles: ['demonstrator'] });
  recorder = await startRecording(member.client, projectId);
});

const target = 'https://crows.example/';
const results = (query: string): Page =>
  makeResultsPage({ query, results: [{ title: 'Crows', url: target, snippet: `About ${query}` }] });

/** A source whose answers come when the test lets them. */
function gatedSource() {
  const waiting: { query: string; release: (page: Page) => void }[] = [];
  let asked = () => {};
  const source: LibrarySource = {
    version: 'test',
    search: (query) =>
      new Promise((release) => {
        waiting.push({ query, release });
        asked();
      }),
    open: async (url) => makePage({ url, title: 'Crows', blocks: 'Crows bring gifts.' }),
  };
  const whenAsked = (times: number): Promise<void> =>
    new Promise((resolve) => {
      asked = () => {
        if (waiting.length >= times) resolve();
      };
      asked();
    });
  return { source, waiting, whenAsked };
}

const serverWith = (source: LibrarySource, fetchTimeoutMs?: number): EpisodeContext =>
  createEpisodeContext(test.deps, {
    openLibrary: () => source,
    ...(fetchTimeoutMs !== undefined && { fetchTimeoutMs }),
  });

const send = (context: EpisodeContext, command: string, sequence = 1) =>
  sendCommand(context, {
    projectId,
    episodeId: recorder.episode.id,
    memberId: member.memberId,
    leaseToken: recorder.leaseToken,
    command,
    sequence,
  });
const get = (context: EpisodeContext) =>
  getEpisode(context, { projectId, episodeId: recorder.episode.id, viewerId: member.memberId });

const rows = () =>
  test.deps.db
    .select()
    .from(commands)
    .where(eq(commands.episodeId, recorder.episode.id))
    .orderBy(asc(commands.sequence));

/** What a server leaves behind that is killed between accepting a command and storing its outcome. */
const leavePending = (command: string) =>
  test.deps.db.insert(commands).values({
    projectId,
    episodeId: recorder.episode.id,
    sequence: 1,
    status: 'pending',
    command,
    requestedAt: test.clock.now(),
  });

describe('a command in flight', () => {
  it('is stored as pending before its page is asked for', async () => {
    const { source, waiting, whenAsked } = gatedSource();
    const answer = send(serverWith(source), 'Search crows');
    await whenAsked(1);
    expect(await rows()).toMatchObject([
      { status: 'pending', command: 'Search crows', observationSha256: null },
    ]);
    waiting[0]!.release(results('crows'));
    expect((await answer).outcome.isValid).toBe(true);
    expect(await rows()).toMatchObject([{ status: 'done', isValid: true }]);
  });

  it('is waited for by the same command, which asks for no page of its own', async () => {
    const { source, waiting, whenAsked } = gatedSource();
    const server = serverWith(source);
    const first = send(server, 'Search crows');
    await whenAsked(1);
    const second = send(server, 'Search crows');
    const resumed = get(server);
    waiting[0]!.release(results('crows'));
    expect(await second).toEqual(await first);
    expect((await resumed).nextSequence).toBe(2);
    expect(waiting).toHaveLength(1);
  });

  it('is not carried out again for who saw it pending and comes back once it is stored', async () => {
    const { source, waiting, whenAsked } = gatedSource();
    const server = serverWith(source);
    const first = send(server, 'Search crows');
    await whenAsked(1);
    const seen = await loadEpisode(test.deps.db, { projectId, episodeId: recorder.episode.id, sequence: 1 });
    waiting[0]!.release(results('crows'));
    await first;
    const settled = await settlePending(server, seen);
    expect(settled.episode.nextSequence).toBe(2);
    expect(waiting).toHaveLength(1);
  });

  it('makes another command under its number wait, which is then refused', async () => {
    const { source, waiting, whenAsked } = gatedSource();
    const server = serverWith(source);
    const first = send(server, 'Search crows');
    await whenAsked(1);
    const [one, other] = [first, send(server, 'Search owls')].map((answer) => Promise.allSettled([answer]));
    waiting[0]!.release(results('crows'));
    expect(await one).toMatchObject([{ status: 'fulfilled' }]);
    expect(await other).toMatchObject([
      { status: 'rejected', reason: { code: 'sequence_conflict', details: { expected: 2 } } },
    ]);
  });

  it('is stored once when two servers work on it, and both answer the same', async () => {
    const { source, waiting, whenAsked } = gatedSource();
    const one = send(serverWith(source), 'Search crows');
    await whenAsked(1);
    const other = send(serverWith(source), 'Search crows');
    await whenAsked(2);
    waiting[1]!.release(results('second'));
    const stored = await other;
    waiting[0]!.release(results('first'));
    expect(await one).toEqual(stored);
    expect((await get(serverWith(source))).nextSequence).toBe(2);
  });
});

describe('a command that a killed server left pending', () => {
  it('is completed by the same command, once', async () => {
    await leavePending('Search crows');
    const { source, waiting, whenAsked } = gatedSource();
    const answer = send(serverWith(source), 'Search crows');
    await whenAsked(1);
    waiting[0]!.release(results('crows'));
    expect(await answer).toMatchObject({
      sequence: 1,
      outcome: { isValid: true },
      episode: { nextSequence: 2 },
    });
    expect(await rows()).toHaveLength(1);
  });

  it('is completed when the episode is opened again, so that nobody has to know of it', async () => {
    await leavePending('Scrolled down 1');
    const episode = await member.client.getEpisode({ params: { projectId, episodeId: recorder.episode.id } });
    expect(episode).toMatchObject({ nextSequence: 2, view: { actionsLeft: 99 } });
    expect(await rows()).toMatchObject([{ status: 'done', isValid: false, invalidReason: 'at-bottom' }]);
  });

  it('counts although another command comes under its number, and does not block the episode', async () => {
    await leavePending('Top');
    await expect(recorder.send('Search crows', 1)).rejects.toMatchObject({
      code: 'sequence_conflict',
      details: { expected: 2 },
    });
    expect((await recorder.send('Search crows', 2)).episode.nextSequence).toBe(3);
  });

  it('is no activity of its person when it is completed for them', async () => {
    await leavePending('Top');
    test.clock.advance(30 * 60_000);
    const params = { projectId, episodeId: recorder.episode.id };
    expect(await member.client.getEpisode({ params })).toMatchObject({ nextSequence: 2, lease: null });
    const { activeSeconds } = await member.client.getAssignment({
      params: { projectId, assignmentId: recorder.assignment.id },
    });
    expect(activeSeconds).toBe(0);
  });
});

describe('a page that cannot be had', () => {
  it('is an error page, without what went wrong inside', async () => {
    const source: LibrarySource = {
      version: 'test',
      search: () => Promise.reject(new Error('secret address 10.0.0.1')),
      open: () => Promise.reject(new Error('secret')),
    };
    const { outcome, episode } = await send(serverWith(source), 'Search crows');
    expect(outcome.isValid).toBe(true);
    expect(episode.view).toMatchObject({ kind: 'error', actionsLeft: 99 });
    expect(JSON.stringify(episode)).not.toContain('secret');
  });

  it('is an error page when it does not come in time', async () => {
    const { source } = gatedSource();
    const { episode } = await send(serverWith(source, 1), 'Search crows');
    expect(episode.view.kind).toBe('error');
    expect(episode.view.text).toContain('took too long');
  });
});

describe('a page that was shown', () => {
  it('is the one gone back to, whatever its address gives now', async () => {
    let version = 0;
    const source: LibrarySource = {
      version: 'test',
      search: async (query) => results(`${query} ${(version += 1)}`),
      open: async (url) => makeErrorPage({ url, message: 'gone' }),
    };
    const server = serverWith(source);
    await send(server, 'Search crows', 1);
    await send(server, 'Search crows', 2);
    const { episode } = await send(serverWith(source), 'Back', 3);
    expect(episode.view.text).toContain('About crows 1');
    const [row] = await test.deps.db.select().from(episodes).where(eq(episodes.id, recorder.episode.id));
    expect(row?.pageHash).toBe((await rows())[0]?.pageHash);
  });
});
