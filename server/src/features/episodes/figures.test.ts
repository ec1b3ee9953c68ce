import { eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../../../test/app.ts';
import {
  buildLibrary,
  buildQuestions,
  crowCommands,
  recordDemonstration,
  startRecording,
} from '../../../test/demonstrations.ts';
import { taskOf, tokenOf } from '../../../test/tasks.ts';
import { activityIntervals, episodes } from '../../db/schema/index.ts';
import { drawForReview, figuresOfAnswer } from './figures.ts';

describe('the lot of a review', () => {
  const ids = Array.from({ length: 5000 }, () => uuidv7());
  const draws = (secret: string) => ids.map((id) => drawForReview(secret, id));

  it('is the same whenever it is drawn, and another one with another secret', () => {
    const [one, again, other] = [draws('a'), draws('a'), draws('b')];
    expect(again).toEqual(one);
    expect(one.filter((draw, index) => draw === other[index])).toEqual([]);
  });

  it.each([0.01, 0.1, 0.5, 0.9])('lies below %f for about that share of demonstrations', (share) => {
    const drawn = draws('a').filter((draw) => draw < share).length / ids.length;
    // Four standard deviations of a fair draw.
    expect(Math.abs(drawn - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / ids.length));
  });
});

describe('the figures of an answer', () => {
  it('count characters as people do, and citations of quotes that there are, each once', () => {
    expect(figuresOfAnswer({ text: '🐦 [1][1][2][3][0].', revision: 2, quotes: 2 })).toEqual({
      answerRevision: 2,
      answerCharacters: 18,
      answerCitations: 2,
    });
  });
});

describe('the figures of a demonstration', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  it('are those of its log, its answers and its intervals, whenever it is looked at', async () => {
    const { id: projectId } = await test.buildProject();
    await buildLibrary(test, { projectId });
    await buildQuestions(test, { projectId, count: 2 });
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const rowOf = async (episodeId: string) => {
      const [row] = await test.deps.db.select().from(episodes).where(eq(episodes.id, episodeId));
      return row!;
    };
    const activeMs = async (episodeId: string) => {
      const rows = await test.deps.db
        .select()
        .from(activityIntervals)
        .where(eq(activityIntervals.episodeId, episodeId));
      return rows.reduce((sum, { startedAt, endedAt }) => sum + endedAt.getTime() - startedAt.getTime(), 0);
    };

    const begun = await startRecording(member.client, projectId);
    const { episode, assignment } = begun;
    for (const command of crowCommands.slice(0, 8)) {
      test.clock.advance(7000);
      await begun.send(command);
    }
    expect(await rowOf(episode.id)).toMatchObject({
      quotes: 1,
      invalidCommands: 1,
      ending: null,
      activeMs: null,
      answerRevision: null,
    });
    const listed = await lead.client.listDemonstrations({ params: { projectId } });
    expect(listed.items).toMatchObject([{ activeSeconds: 56, commands: 8, invalidCommands: 1 }]);

    for (const command of crowCommands.slice(8)) await begun.send(command);
    test.clock.advance(9000);
    await begun.submit('Crows [1][2].');
    expect(await rowOf(episode.id)).toMatchObject({
      quotes: 2,
      ending: 'answer',
      activeMs: await activeMs(episode.id),
      answerRevision: 1,
      answerCitations: 2,
    });
    const leaseToken = tokenOf(await taskOf(member, projectId, assignment.id).reopen());
    test.clock.advance(5000);
    const params = { projectId, episodeId: episode.id };
    await member.client.submitAnswer({ params, body: { text: 'Crows.', leaseToken } });
    expect(await rowOf(episode.id)).toMatchObject({
      activeMs: await activeMs(episode.id),
      answerRevision: 2,
      answerCharacters: 6,
      answerCitations: 0,
    });
    const flags = (await lead.client.listDemonstrations({ params: { projectId } })).items[0]?.flags;
    expect(flags).toEqual(['no-citation', 'invalid-steps', 'revised']);
  });

  it('flag what is much faster than the median of people’s answers, once there are ten', async () => {
    const { id: projectId } = await test.buildProject();
    await buildLibrary(test, { projectId });
    await buildQuestions(test, { projectId, count: 10 });
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const fast = async () =>
      (await lead.client.listDemonstrations({ params: { projectId }, query: { flag: 'fast' } })).items.map(
        ({ episodeId }) => episodeId,
      );
    const ids: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      expect(await fast()).toEqual([]);
      const { episode } = await recordDemonstration(member.client, projectId);
      ids.push(episode.id);
      const activeMs = index === 0 ? 100_000 : 301_000;
      await test.deps.db.update(episodes).set({ activeMs }).where(eq(episodes.id, episode.id));
    }
    expect(await fast()).toEqual([ids[0]]);
    const { medianActiveSeconds } = await lead.client.listDemonstrations({ params: { projectId } });
    expect(medianActiveSeconds).toBe(301);
  });

  it('are searched by words of the newest answer and by parts of questions', async () => {
    const { id: projectId } = await test.buildProject();
    await buildLibrary(test, { projectId });
    await buildQuestions(test, { projectId, count: 1 });
    const member = await test.buildMember({ projectId, roles: ['demonstrator'] });
    const lead = await test.buildMember({ projectId, roles: ['lead'] });
    const { assignment, episode } = await recordDemonstration(member.client, projectId);
    const leaseToken = tokenOf(await taskOf(member, projectId, assignment.id).reopen());
    const params = { projectId, episodeId: episode.id };
    const text = "Ravens don't: O'Neill says 100 % of \\them_ give gifts";
    await member.client.submitAnswer({ params, body: { text, leaseToken } });
    const count = async (query: Record<string, string>) =>
      (await lead.client.listDemonstrations({ params: { projectId }, query })).total;
    for (const answer of ['raven', 'GIFT giv', "o'neill", "don't", '100 %', '\\them_', ' ', "'"])
      expect([answer, await count({ answer })]).toEqual([answer, 1]);
    for (const answer of ['people', 'feed', 'crow', 'raven nothing'])
      expect([answer, await count({ answer })]).toEqual([answer, 0]);
    expect([await count({ contains: 'CROWS bring' }), await count({ contains: 'crows%bring' })]).toEqual([
      1, 0,
    ]);
  });
});
