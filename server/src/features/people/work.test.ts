import { eq } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildEpisode } from '../../../test/rows.ts';
import {
  activityIntervals,
  assignments,
  episodes,
  members,
  projectSettings,
  reviews,
} from '../../db/schema/index.ts';

let app: TestApp;
let projectId: string;
let lead: TestMember;
let ada: TestMember;
let ben: TestMember;

beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  projectId = (await app.buildProject()).id;
  lead = await app.buildMember({ projectId, roles: ['lead'] });
  ada = await app.buildMember({ projectId, roles: ['demonstrator'] });
  ben = await app.buildMember({ projectId, roles: ['demonstrator'] });
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** A demonstration that was submitted, with its figures. */
async function demonstrate(
  member: TestMember,
  figures: { minutes: number; steps: number; quotes: number; characters: number },
  more: { assignment?: object; episode?: object } = {},
): Promise<string> {
  const { episodeId, assignmentId } = await buildEpisode(app, { projectId, memberId: member.memberId });
  await app.deps.db
    .update(assignments)
    .set({ state: 'submitted', endedAt: app.clock.now(), ...more.assignment })
    .where(eq(assignments.id, assignmentId));
  await app.deps.db
    .update(episodes)
    .set({
      state: 'submitted',
      nextSequence: figures.steps + 1,
      quotes: figures.quotes,
      activeMs: figures.minutes * minute,
      answerRevision: 1,
      answerCharacters: figures.characters,
      endedAt: app.clock.now(),
      ...more.episode,
    })
    .where(eq(episodes.id, episodeId));
  return episodeId;
}

/** The person acts from so many milliseconds after now, for so long. */
async function act(member: TestMember, episodeId: string, interval: { from: number; lasts: number }) {
  const startedAt = new Date(app.clock.now().getTime() + interval.from);
  await app.deps.db.insert(activityIntervals).values({
    id: uuidv7(),
    projectId,
    episodeId,
    memberId: member.memberId,
    startedAt,
    endedAt: new Date(startedAt.getTime() + interval.lasts),
    isLast: false,
  });
}

const workOf = async (member: TestMember) => {
  const { members, medians } = await lead.client.listMemberWork({ params: { projectId } });
  return { medians, own: members.find((one) => one.memberId === member.memberId)! };
};

describe('the work of a person', () => {
  test('has medians beside those of the project, without what was excluded', async () => {
    await demonstrate(ada, { minutes: 10, steps: 20, quotes: 2, characters: 400 });
    await demonstrate(ada, { minutes: 20, steps: 30, quotes: 3, characters: 600 });
    await demonstrate(ben, { minutes: 60, steps: 5, quotes: 1, characters: 90 });
    await demonstrate(
      ben,
      { minutes: 1, steps: 1, quotes: 0, characters: 1 },
      { assignment: { state: 'excluded', place: null }, episode: { reviewState: 'excluded' } },
    );
    const { own, medians } = await workOf(ada);
    expect(own.medians).toEqual({ activeSeconds: 900, steps: 25, quotes: 2.5, answerCharacters: 500 });
    expect(medians).toEqual({ activeSeconds: 1200, steps: 20, quotes: 2, answerCharacters: 400 });
    expect((await workOf(ben)).own).toMatchObject({
      submitted: 1,
      excluded: 1,
      medians: { activeSeconds: 3600 },
    });
    expect((await workOf(lead)).own).toMatchObject({
      submitted: 0,
      medians: { activeSeconds: null, steps: null, quotes: null, answerCharacters: null },
    });
  });

  test('is compared with people alone: simulated ones have medians, and are left out of those of the project', async () => {
    const figures = { minutes: 10, steps: 20, quotes: 2, characters: 400 };
    await demonstrate(ada, figures);
    await demonstrate(ben, { ...figures, minutes: 1 });
    await app.deps.db.update(members).set({ isSimulated: true }).where(eq(members.id, ben.memberId));
    const { own, medians } = await workOf(ben);
    expect(own.medians.activeSeconds).toBe(60);
    expect(medians.activeSeconds).toBe(600);
  });

  test('counts what was accepted and what was ever returned', async () => {
    const figures = { minutes: 1, steps: 1, quotes: 1, characters: 1 };
    const returned = await demonstrate(ada, figures, { episode: { decisions: 2, reviewState: 'accepted' } });
    await demonstrate(ada, figures, { episode: { reviewDraw: 0.99 } });
    await demonstrate(ada, figures, { episode: { reviewDraw: 0.1 } });
    for (const decision of ['returned', 'returned', 'accepted'] as const) {
      await app.deps.db.insert(reviews).values({
        id: uuidv7(),
        projectId,
        episodeId: returned,
        decision,
        comment: '',
        decidedBy: lead.personId,
        createdAt: app.clock.now(),
      });
    }
    const [row] = await app.deps.db
      .select()
      .from(projectSettings)
      .where(eq(projectSettings.projectId, projectId));
    await app.deps.db
      .update(projectSettings)
      .set({ settings: { ...row!.settings, review: { mode: 'share', percent: 50 } } as never })
      .where(eq(projectSettings.projectId, projectId));
    expect((await workOf(ada)).own).toMatchObject({ submitted: 3, accepted: 2, returned: 1 });
  });

  test('adds up active time of today, of seven days and of all, cut at midnight UTC', async () => {
    const episode = await demonstrate(ada, { minutes: 1, steps: 1, quotes: 1, characters: 1 });
    // It is noon.
    await act(ada, episode, { from: -10 * minute, lasts: 5 * minute });
    await act(ada, episode, { from: -12 * 60 * minute - 2 * minute, lasts: 6 * minute });
    await act(ada, episode, { from: -3 * day, lasts: 10 * minute });
    await act(ada, episode, { from: -20 * day, lasts: 60 * minute });
    expect((await workOf(ada)).own.activeSeconds).toEqual({ today: 540, week: 21 * 60, total: 81 * 60 });
    const { days } = await lead.client.getMember({ params: { projectId, memberId: ada.memberId } });
    expect(days).toHaveLength(28);
    expect(days.filter(({ activeSeconds }) => activeSeconds > 0)).toEqual([
      { day: '2025-12-12', activeSeconds: 3600, submitted: 0 },
      { day: '2025-12-29', activeSeconds: 600, submitted: 0 },
      { day: '2025-12-31', activeSeconds: 120, submitted: 0 },
      { day: '2026-01-01', activeSeconds: 540, submitted: 1 },
    ]);
  });

  test('is that of the project alone', async () => {
    await demonstrate(ada, { minutes: 1, steps: 1, quotes: 1, characters: 1 });
    const other = await app.buildProject();
    const stranger = await app.buildMember({ projectId: other.id, roles: ['lead'] });
    const answer = await stranger.client.listMemberWork({ params: { projectId: other.id } });
    expect(answer.members.map((one) => one.memberId)).toEqual([stranger.memberId]);
    expect(answer.medians.activeSeconds).toBeNull();
    await expect(
      stranger.client.getMember({ params: { projectId: other.id, memberId: ada.memberId } }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
