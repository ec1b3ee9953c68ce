import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp, type TestMember } from '../../../test/app.ts';
import { buildLibrary, buildQuestions, recordDemonstration } from '../../../test/demonstrations.ts';
import { errorOf, taskOf, tokenOf } from '../../../test/tasks.ts';
import { answers, assignments, episodes, events, reviews } from '../../db/schema/index.ts';
import {
  acceptDemonstration,
  excludeDemonstration,
  restoreDemonstration,
  returnToDemonstrator,
  sweepLeases,
} from './index.ts';

const minute = 60_000;
let test: TestApp;
let projectId: string;
let lead: TestMember;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());
beforeEach(async () => {
  ({ id: projectId } = await test.buildProject());
  lead = await test.buildMember({ projectId, roles: ['lead'] });
  await buildLibrary(test, { projectId });
  await buildQuestions(test, { projectId, count: 1 });
});

const newMember = () => test.buildMember({ projectId, roles: ['demonstrator'] });
const claim = async (member: TestMember) => member.client.claimTask({ params: { projectId } });

async function submitted() {
  const member = await newMember();
  const recorder = await recordDemonstration(member.client, projectId);
  const episodeId = recorder.episode.id;
  const review =
    (decide: typeof acceptDemonstration) =>
    (comment = '') =>
      test.deps.db.transaction((tx) =>
        decide(test.deps, { tx, projectId, episodeId, actorId: lead.personId, comment }),
      );
  return {
    member,
    episodeId,
    task: taskOf(member, projectId, recorder.assignment.id),
    submit: (text: string, leaseToken: string) =>
      member.client.submitAnswer({ params: { projectId, episodeId }, body: { text, leaseToken } }),
    accept: review(acceptDemonstration),
    sendBack: review(returnToDemonstrator),
    exclude: review(excludeDemonstration),
    restore: review(restoreDemonstration),
    row: async () => {
      const [row] = await test.deps.db
        .select({ assignment: assignments, reviewState: episodes.reviewState })
        .from(assignments)
        .innerJoin(episodes, eq(episodes.assignmentId, assignments.id))
        .where(eq(episodes.id, episodeId));
      return { ...row!.assignment, reviewState: row!.reviewState };
    },
    history: async () =>
      (
        await test.deps.db
          .select()
          .from(reviews)
          .where(eq(reviews.episodeId, episodeId))
          .orderBy(asc(reviews.createdAt), asc(reviews.id))
      ).map(({ decision, answerRevision }) => [decision, answerRevision]),
  };
}

describe('a demonstration that is returned', () => {
  it('holds its place and waits for its demonstrator, who sees the comment and submits another revision', async () => {
    const { task, sendBack, submit, row, history, episodeId } = await submitted();
    expect(await sendBack('Cite the second quote.')).toEqual({
      reviewState: 'returned',
      assignmentState: 'returned',
    });
    test.clock.advance(30 * 24 * 60 * minute);
    await sweepLeases(test.deps);
    expect((await claim(await newMember())).reason).toBe('none_left');
    expect(await task.get()).toMatchObject({
      state: 'returned',
      lease: null,
      review: { state: 'returned', comment: 'Cite the second quote.' },
    });
    const taken = await task.reopen();
    expect(taken).toMatchObject({ state: 'active', isRevision: true, episodeState: 'answering' });
    await submit('As asked [2].', tokenOf(taken));
    expect(await row()).toMatchObject({ state: 'submitted', place: 1, reviewState: 'unreviewed' });
    const revisions = await test.deps.db
      .select({ revision: answers.revision })
      .from(answers)
      .where(eq(answers.episodeId, episodeId))
      .orderBy(asc(answers.revision));
    expect(revisions).toEqual([{ revision: 1 }, { revision: 2 }]);
    expect(await history()).toEqual([['returned', 1]]);
  });

  it('is returned again when the lease ends or the person puts it off', async () => {
    const { task, sendBack, row } = await submitted();
    await sendBack('Shorter.');
    await task.reopen();
    test.clock.advance(20 * minute);
    expect(await task.get()).toMatchObject({ state: 'returned', episodeState: 'submitted' });
    await sweepLeases(test.deps);
    expect(await row()).toMatchObject({ state: 'returned', place: 1, reviewState: 'returned' });
    const leaseToken = tokenOf(await task.reopen());
    expect(await task.keep(leaseToken)).toMatchObject({ state: 'returned' });
  });

  it('is left alone while its demonstrator is revising it, and can be accepted after all while they are not', async () => {
    const { task, sendBack, accept, row } = await submitted();
    await sendBack('Shorter.');
    const leaseToken = tokenOf(await task.reopen());
    expect(await errorOf(accept())).toMatchObject({ code: 'wrong_state' });
    expect(await errorOf(sendBack('No.'))).toMatchObject({ code: 'wrong_state' });
    await task.keep(leaseToken);
    expect(await accept('It will do.')).toEqual({ reviewState: 'accepted', assignmentState: 'submitted' });
    expect(await row()).toMatchObject({ state: 'submitted', place: 1 });
    expect(await errorOf(task.reopen())).toMatchObject({ code: 'wrong_state' });
  });

  it('has to have an answer', async () => {
    const member = await newMember();
    const { assignment } = await claim(member);
    const leaseToken = tokenOf(assignment!);
    const { id: episodeId } = await member.client.startEpisode({
      params: { projectId },
      body: { assignmentId: assignment!.id, leaseToken },
    });
    const sendBack = () =>
      test.deps.db.transaction((tx) =>
        returnToDemonstrator(test.deps, { tx, projectId, episodeId, actorId: lead.personId, comment: 'No.' }),
      );
    expect(await errorOf(sendBack())).toMatchObject({ code: 'wrong_state' });
    await member.client.sendCommand({
      params: { projectId, episodeId, sequence: 1 },
      body: { command: 'End: Nonsense', leaseToken },
    });
    expect(await errorOf(sendBack())).toMatchObject({ code: 'wrong_state' });
  });
});

describe('a demonstration that is excluded', () => {
  it('frees its place for others, is kept with who, when and why, and is taken back while the place is free', async () => {
    const { member, task, exclude, restore, row, history, episodeId } = await submitted();
    expect(await exclude('Copied.')).toEqual({ reviewState: 'excluded', assignmentState: 'excluded' });
    expect(await exclude('Again.')).toEqual({ reviewState: 'excluded', assignmentState: 'excluded' });
    const [kept] = await test.deps.db.select().from(reviews).where(eq(reviews.episodeId, episodeId));
    expect(kept).toMatchObject({ comment: 'Copied.', decidedBy: lead.personId, createdAt: test.clock.now() });
    expect((await claim(member)).reason).toBe('none_left');
    expect(await task.get()).toMatchObject({ state: 'excluded', review: { comment: 'Copied.' } });
    expect(await restore()).toEqual({ reviewState: 'unreviewed', assignmentState: 'submitted' });
    expect(await row()).toMatchObject({ state: 'submitted', place: 1 });
    expect((await claim(await newMember())).reason).toBe('none_left');
    expect(await history()).toEqual([
      ['excluded', 1],
      ['restored', 1],
    ]);
    expect(await errorOf(restore())).toMatchObject({ code: 'wrong_state' });
    const kinds = await test.deps.db
      .select({ kind: events.kind })
      .from(events)
      .where(eq(events.objectId, episodeId));
    expect(kinds.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['episode.excluded', 'episode.restored']),
    );
  });

  it('is surplus when it is taken back after somebody else has the place, and cannot be returned then', async () => {
    const { exclude, restore, sendBack, accept } = await submitted();
    await exclude('Copied.');
    expect((await claim(await newMember())).assignment).not.toBeNull();
    expect(await restore()).toMatchObject({ assignmentState: 'surplus' });
    expect(await errorOf(sendBack('No.'))).toMatchObject({ code: 'wrong_state' });
    expect(await accept()).toEqual({ reviewState: 'accepted', assignmentState: 'surplus' });
  });

  it('ends a revision that is under way, and is neither accepted, returned nor reopened', async () => {
    const { task, exclude, accept, sendBack, submit, row } = await submitted();
    const leaseToken = tokenOf(await task.reopen());
    await exclude('Copied.');
    expect(await row()).toMatchObject({ state: 'excluded', place: null, fallsBackTo: null });
    expect(await errorOf(submit('Another.', leaseToken))).toMatchObject({ code: 'conflict' });
    for (const refused of [() => accept(), () => sendBack('No.'), () => task.reopen()])
      expect(await errorOf(refused())).toMatchObject({ code: 'wrong_state' });
  });
});

describe('a demonstration that is accepted', () => {
  it('is accepted once, whoever says so again', async () => {
    const { accept, history, row } = await submitted();
    await accept('Good.');
    expect(await accept('Good.')).toEqual({ reviewState: 'accepted', assignmentState: 'submitted' });
    expect(await history()).toEqual([['accepted', 1]]);
    expect((await row()).reviewState).toBe('accepted');
  });

  it('is not one of another project', async () => {
    const { episodeId } = await submitted();
    const other = await test.buildProject();
    const accept = test.deps.db.transaction((tx) =>
      acceptDemonstration(test.deps, {
        tx,
        projectId: other.id,
        episodeId,
        actorId: lead.personId,
        comment: '',
      }),
    );
    expect(await errorOf(accept)).toMatchObject({ code: 'not_found' });
  });
});
