import type { Job, ReviewStanding } from '@rookery/shared/api';
import { demonstrationEpisodeRowSchema, demonstrationStepRowSchema } from '@rookery/shared/datasets';
import { and, asc, eq, sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import {
  buildLibrary,
  buildQuestions,
  crowCommands,
  recordDemonstration,
  startRecording,
} from '../../../test/demonstrations.ts';
import { buildSample } from '../../../test/rows.ts';
import { commands, episodes, pages, questions } from '../../db/schema/index.ts';
import { runDelivered } from '../../jobs/runner.ts';
import type { Processors } from '../../jobs/runner.ts';
import { exportDemonstrations, verifyEpisodes } from './index.ts';

let test: TestApp;
let projectId: string;
let lead: TestMember;
let member: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  await buildLibrary(test, { projectId });
  lead = await test.buildMember({ projectId, roles: ['lead'] });
  member = await test.buildMember({ projectId, roles: ['demonstrator'] });
});

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** Does a queued job as the server's worker would. */
async function finish(job: Job): Promise<Job> {
  const processors = {
    'export-demonstrations': exportDemonstrations,
    'verify-episodes': verifyEpisodes,
  } as unknown as Processors;
  const kind = job.kind as keyof Processors;
  const { signal } = new AbortController();
  await runDelivered(test.deps, { jobId: job.id, attempt: 1, kind, signal }, processors);
  return lead.client.getJob({ params: { projectId, jobId: job.id } });
}

async function exportAs(format: 'steps' | 'episodes', includeInvalidSteps = false) {
  const params = { projectId };
  const job = await finish(await lead.client.createExport({ params, body: { format, includeInvalidSteps } }));
  expect(job).toMatchObject({ state: 'done', error: null });
  const response = await lead.client.downloadJobFile({ params: { projectId, jobId: job.id } });
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(sha256(bytes)).toBe(job.file?.sha256);
  expect(bytes).toHaveLength(job.file!.size);
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  return { job, rows: lines.map((line) => JSON.parse(line) as unknown) };
}

it('holds what is accepted, or counts so, unless other standings in the review are asked for', async () => {
  await buildQuestions(test, { projectId, count: 4 });
  const params = { projectId };
  for (const decision of ['accepted', 'returned', 'excluded', null] as const) {
    const { episode } = await recordDemonstration(member.client, projectId);
    if (decision === null) continue;
    const seen = { answerRevision: 1, decisions: 0 };
    const body = { decision, comment: 'Because.', seen };
    await lead.client.reviewDemonstration({ params: { ...params, episodeId: episode.id }, body });
  }
  const standingsOf = async (standings?: ReviewStanding[]) => {
    const body = { format: 'steps', ...(standings && { standings }) } as const;
    const job = await finish(await lead.client.createExport({ params, body }));
    const response = await lead.client.downloadJobFile({ params: { projectId, jobId: job.id } });
    const lines = (await response.text()).trim().split('\n');
    const rows = lines.map((line) => demonstrationStepRowSchema.parse(JSON.parse(line)));
    return { leftOut: job.result, standings: new Set(rows.map((row) => row.review_state)) };
  };
  expect(await standingsOf()).toMatchObject({
    leftOut: { episodes: 2, leftOut: { review: 2 } },
    standings: new Set(['accepted', 'not-drawn']),
  });
  const asked = await standingsOf(['returned', 'excluded']);
  expect(asked.standings).toEqual(new Set(['returned', 'excluded']));
});

const verify = async () =>
  (await finish(await lead.client.createVerification({ params: { projectId } }))).result;

const commandsOf = (episodeId: string) =>
  test.deps.db
    .select()
    .from(commands)
    .where(eq(commands.episodeId, episodeId))
    .orderBy(asc(commands.sequence));

describe('the export of steps', () => {
  it('gives prompts that are, byte for byte, what was stored when they were shown', async () => {
    await buildQuestions(test, { projectId, count: 1, use: 'rm' });
    const { episode } = await recordDemonstration(member.client, projectId);
    const { rows } = await exportAs('steps');
    const stored = await commandsOf(episode.id);
    const [start] = await test.deps.db.select().from(episodes).where(eq(episodes.id, episode.id));
    const parsed = rows.map((row) => demonstrationStepRowSchema.parse(row));
    expect(rows).toEqual(parsed);
    for (const row of parsed) {
      const before =
        row.sequence === 1 ? start?.startObservationSha256 : stored[row.sequence - 2]?.observationSha256;
      expect(sha256(row.prompt)).toBe(before);
      expect(row.prompt_sha256).toBe(before);
      expect(row).toMatchObject({
        use: 'rm',
        browser_version: '1',
        valid: true,
        assignment_state: 'submitted',
      });
      expect(row.demonstrator).toMatch(/^tester-/);
    }
  });

  it('makes a run of scrolls one row, leaves invalid steps out, and ends with the answer', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    await recordDemonstration(member.client, projectId);
    const { job, rows } = await exportAs('steps');
    const parsed = rows.map((row) => demonstrationStepRowSchema.parse(row));
    expect(parsed.map(({ completion }) => completion).slice(0, 5)).toEqual([
      'Search crows gifts',
      'Clicked on link 0',
      'Scrolled down 3',
      'Top',
      'Quote: crows are the only ones known to give gifts to humans',
    ]);
    expect(parsed.find(({ completion }) => completion === 'Scrolled down 3')).toMatchObject({
      sequence: 3,
      last_sequence: 5,
    });
    expect(parsed.map(({ completion }) => completion)).not.toContain('Dance');
    const answer = parsed.at(-1)!;
    expect(answer).toMatchObject({ kind: 'answer', sequence: crowCommands.length + 1 });
    expect(answer.prompt).toMatch(
      /^Why do crows bring gifts\? \(0\)■\n\[1\] Gifts From Crows \(birds\.example\)\n\n/,
    );
    expect(answer.tokens?.completion).toBeGreaterThan(5);
    // Three scrolls are one row, one step is invalid, and the answer is a row.
    expect(job.result).toMatchObject({
      rows: crowCommands.length - 2,
      steps: crowCommands.length - 3,
      answers: 1,
      episodes: 1,
      leftOut: { unfinished: 0, excluded: 0, review: 0, differing: 0, invalidSteps: 1 },
    });
    const withInvalid = await exportAs('steps', true);
    const dance = withInvalid.rows
      .map((row) => demonstrationStepRowSchema.parse(row))
      .find(({ valid }) => !valid);
    expect(dance).toMatchObject({ completion: 'Dance', sequence: 8 });
  });

  it('leaves out what is unfinished or excluded, and says how many', async () => {
    const [, excluded] = await buildQuestions(test, { projectId, count: 3 });
    await recordDemonstration(member.client, projectId);
    await recordDemonstration(member.client, projectId);
    const unfinished = await startRecording(member.client, projectId);
    await unfinished.send('Search crows');
    const change = { excludedAt: test.clock.now(), excludedReason: 'not a question' };
    await test.deps.db.update(questions).set(change).where(eq(questions.id, excluded!));
    const { job } = await exportAs('steps');
    expect(job.result).toMatchObject({ episodes: 1, leftOut: { unfinished: 1, excluded: 1 } });
  });

  it('keeps flagged questions: their last step says why', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const recorder = await startRecording(member.client, projectId);
    await recorder.send('End: Nonsense');
    const { rows } = await exportAs('steps');
    expect(rows).toMatchObject([{ kind: 'step', completion: 'End: Nonsense', episode_state: 'flagged' }]);
  });

  it('leaves out a demonstration whose stored page was changed, and reports it', async () => {
    await buildQuestions(test, { projectId, count: 2 });
    await recordDemonstration(member.client, projectId);
    const { episode } = await recordDemonstration(member.client, projectId);
    await test.deps.db
      .update(commands)
      .set({ command: 'Search owls' })
      .where(and(eq(commands.episodeId, episode.id), eq(commands.sequence, 1)));
    const { job } = await exportAs('steps');
    expect(job).toMatchObject({ problems: 1, result: { episodes: 1, leftOut: { differing: 1 } } });
  });

  it('of an empty project is an empty file', async () => {
    const { job, rows } = await exportAs('steps');
    expect(rows).toEqual([]);
    expect(job.file?.size).toBe(0);
  });

  it('is the same file when nothing has changed', async () => {
    await buildQuestions(test, { projectId, count: 25 });
    for (let index = 0; index < 22; index += 1) {
      const recorder = await startRecording(member.client, projectId);
      await recorder.send('Search crows');
      await recorder.send('End: Controversial');
    }
    const first = await exportAs('steps');
    expect(first.rows).toHaveLength(44);
    expect((await exportAs('steps')).job.file?.sha256).toBe(first.job.file?.sha256);
  });
});

describe('the export of episodes', () => {
  it('gives whole demonstrations: commands as they were sent, observations, pages, quotes, answer, times', async () => {
    await buildQuestions(test, { projectId, count: 1 });
    const recorder = await startRecording(member.client, projectId);
    test.clock.advance(30_000);
    for (const command of crowCommands) await recorder.send(command);
    test.clock.advance(10_000);
    await recorder.submit('Crows bring gifts [1].');
    const { rows } = await exportAs('episodes');
    expect(rows).toHaveLength(1);
    const row = demonstrationEpisodeRowSchema.parse(rows[0]);
    expect(rows[0]).toEqual(row);
    expect(row.commands.map(({ command }) => command)).toEqual(crowCommands);
    for (const each of [row.start, ...row.commands])
      expect(sha256(each.observation)).toBe(each.observation_sha256);
    expect(row.quotes.map(({ title }) => title)).toEqual(['Gifts From Crows', 'Training crows']);
    expect(row.commands[1]?.page).toMatchObject({
      url: 'https://birds.example/gifts',
      domain: 'birds.example',
    });
    expect(row).toMatchObject({
      ending: 'answer',
      active_seconds: 40,
      answer: { text: 'Crows bring gifts [1].' },
    });
    expect(row.commands.filter(({ valid }) => !valid)).toMatchObject([{ invalid_reason: 'unknown-command' }]);
    expect(row.commands.filter(({ found }) => found === false)).toHaveLength(1);
  });
});

describe('verification', () => {
  it('rebuilds every observation of every demonstration and sample, unfinished ones too', async () => {
    await buildQuestions(test, { projectId, count: 2 });
    await recordDemonstration(member.client, projectId);
    const unfinished = await startRecording(member.client, projectId);
    await unfinished.send('Search crows');
    const sample = await buildSample(test, { projectId });
    const worker = test.clientOf(await test.buildToken({ personId: null, scopes: ['worker'] }));
    await worker.sendCommand({
      params: { projectId, episodeId: sample.episodeId, sequence: 1 },
      body: { command: 'Search crows', leaseToken: sample.attemptToken },
    });
    const observations = crowCommands.length + 1 + 2 + 2;
    expect(await verify()).toEqual({
      episodes: 3,
      demonstrations: 2,
      samples: 1,
      observations,
      rebuilt: observations,
      differing: 0,
      firstDifferences: [],
    });
  });

  it.each<[string, (episodeId: string) => Promise<unknown>]>([
    [
      "a page's text",
      async (episodeId) => {
        const [, clicked] = await commandsOf(episodeId);
        const change = sql`jsonb_set(page, '{text}', '"changed"')`;
        await test.deps.db.update(pages).set({ page: change }).where(eq(pages.hash, clicked!.pageHash!));
      },
    ],
    [
      "a command's text",
      (episodeId) =>
        test.deps.db
          .update(commands)
          .set({ command: 'Quote: gifts' })
          .where(and(eq(commands.episodeId, episodeId), eq(commands.sequence, 7))),
    ],
    [
      "a command's outcome",
      (episodeId) =>
        test.deps.db
          .update(commands)
          .set({ isValid: true, invalidReason: null })
          .where(and(eq(commands.episodeId, episodeId), eq(commands.sequence, 8))),
    ],
    [
      "an observation's hash",
      (episodeId) =>
        test.deps.db
          .update(commands)
          .set({ observationSha256: sha256('another') })
          .where(and(eq(commands.episodeId, episodeId), eq(commands.sequence, 9))),
    ],
    [
      "an episode's question",
      (episodeId) =>
        test.deps.db.update(episodes).set({ questionText: 'Another?' }).where(eq(episodes.id, episodeId)),
    ],
    [
      "an episode's state",
      (episodeId) =>
        test.deps.db
          .update(episodes)
          .set({ browserState: sql`jsonb_set(browser_state, '{actionsLeft}', '99')` })
          .where(eq(episodes.id, episodeId)),
    ],
    [
      'a command that is gone',
      (episodeId) =>
        test.deps.db.delete(commands).where(and(eq(commands.episodeId, episodeId), eq(commands.sequence, 5))),
    ],
  ])('notices a change of %s', async (_what, change) => {
    await buildQuestions(test, { projectId, count: 1 });
    const { episode } = await recordDemonstration(member.client, projectId);
    await change(episode.id);
    const result = (await verify())!;
    expect(result['differing']).toBeGreaterThan(0);
    const [first] = result['firstDifferences'] as { episodeId: string; reason: string }[];
    expect(first).toMatchObject({ episodeId: episode.id, reason: expect.stringMatching(/\.$/) as string });
    expect(Number(result['rebuilt']) + Number(result['differing'])).toBe(result['observations']);
  });

  it('is for leads alone, and knows nothing of other projects', async () => {
    const params = { projectId };
    await expect(member.client.createVerification({ params })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(member.client.createExport({ params, body: { format: 'steps' } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const other = await test.buildProject();
    const stranger = await test.buildMember({ projectId: other.id, roles: ['lead'] });
    await expect(stranger.client.createVerification({ params })).rejects.toMatchObject({ code: 'not_found' });
  });
});
