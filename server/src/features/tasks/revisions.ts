import { ApiError, type RevisionFallback } from '@rookery/shared/api';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { answerDrafts, answers, episodes } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { noteActivity } from './activity.ts';
import {
  announce,
  effectiveState,
  hasRunOut,
  leaseLost,
  lockMember,
  notActiveError,
  type AssignmentRow,
  type Member,
} from './assignments.ts';
import { answerAgain, fallBack } from './fall-back.ts';
import { createLeaseToken, settingsOf } from './leases.ts';
import { changeAssignment, lockWithQuestion } from './places.ts';
import { revisableUntil, type AssignmentKey } from './queries.ts';

/**
 * Opens a submitted answer again, the answer and not the browsing: by its demonstrator for a while after submitting, or
 * once a lead has returned it. The draft is what was submitted, or what was typed since. The answer submitted before
 * stays, and counts if no other follows. Reopening what is open changes nothing.
 * @throws ApiError `wrong_state` when there is no answer, it may not be revised any more, or the task is not done
 */
export async function reopenAnswer(deps: Dependencies, key: AssignmentKey & Member): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, key.memberId);
    const { assignment } = await lockWithQuestion(tx, key);
    const at = deps.clock();
    const { actorId, memberId, projectId } = key;
    const { fallsBackTo } = assignment;
    if (fallsBackTo !== null && !hasRunOut(assignment, at)) return;
    const settled =
      fallsBackTo === null
        ? assignment
        : await fallBack(deps, { tx, assignment, what: 'revision_ended', actorId: null, at });
    const { leaseMinutes, revisionMinutes } = await settingsOf(tx, settled);
    const { state, episode } = await findRevisable(tx, { assignment: settled, at, revisionMinutes });
    const reopened = await changeAssignment(tx, settled, {
      state: 'active',
      fallsBackTo: state,
      leaseToken: createLeaseToken(),
      leaseExpiresAt: new Date(at.getTime() + leaseMinutes * 60_000),
      openIn: null,
    });
    await tx
      .update(episodes)
      .set({ state: 'answering', browserState: answerAgain(episode.browserState), endedAt: null })
      .where(eq(episodes.id, episode.id));
    await openDraft(tx, { projectId, episodeId: episode.id, at });
    await noteActivity(tx, { projectId, episodeId: episode.id, memberId, now: at });
    await announce(deps, { tx, assignment: reopened, before: state, what: 'reopened', actorId, at });
  });
}

async function findRevisable(
  tx: Transaction,
  options: { assignment: AssignmentRow; at: Date; revisionMinutes: number },
): Promise<{ state: RevisionFallback; episode: typeof episodes.$inferSelect }> {
  const { assignment, at, revisionMinutes } = options;
  const state = effectiveState(assignment, at);
  if (state === 'active') {
    throw new ApiError('wrong_state', 'This task is not submitted yet; there is no answer to reopen.');
  }
  if (state !== 'returned' && state !== 'submitted' && state !== 'surplus') throw notActiveError(state);
  const [episode] = await tx.select().from(episodes).where(eq(episodes.assignmentId, assignment.id));
  if (episode?.state !== 'submitted') {
    throw new ApiError('wrong_state', 'This task ended without an answer; there is none to reopen.');
  }
  if (state !== 'returned') {
    if (episode.reviewState === 'accepted') {
      throw new ApiError('wrong_state', 'A lead has accepted this answer; it cannot be reopened any more.');
    }
    const until = revisableUntil({ assignment, episode, revisionMinutes });
    if (until === null || until <= at) {
      throw new ApiError(
        'wrong_state',
        'The time for reopening this answer is over; it counts as you submitted it.',
      );
    }
  }
  return { state, episode };
}

/** What was submitted becomes the draft, unless something was typed after it. */
async function openDraft(
  tx: Transaction,
  key: { projectId: string; episodeId: string; at: Date },
): Promise<void> {
  const { projectId, episodeId, at: savedAt } = key;
  const answer = await readAnswer(tx, key);
  await tx
    .insert(answerDrafts)
    .values({ projectId, episodeId, text: answer.text, version: 1, savedAt })
    .onConflictDoUpdate({
      target: answerDrafts.episodeId,
      set: { text: answer.text, version: sql`${answerDrafts.version} + 1`, savedAt },
      setWhere: sql`${answerDrafts.savedAt} < ${answer.createdAt.toISOString()}::timestamptz`,
    });
}

async function readAnswer(
  tx: Transaction,
  { projectId, episodeId }: { projectId: string; episodeId: string },
) {
  const [answer] = await tx
    .select()
    .from(answers)
    .where(and(eq(answers.projectId, projectId), eq(answers.episodeId, episodeId)))
    .orderBy(desc(answers.revision))
    .limit(1);
  if (!answer) throw new Error('A submitted episode has no answer.');
  return answer;
}

/**
 * Gives a revision up: the answer that was submitted before counts as it did, and the draft is that again. Giving it up
 * twice is the same as once.
 * @throws ApiError `lease_lost` for another token; `wrong_state` when nothing was submitted before
 */
export async function keepAnswer(
  deps: Dependencies,
  options: AssignmentKey & Member & { leaseToken: string },
): Promise<void> {
  const { projectId, memberId, actorId, leaseToken } = options;
  await deps.db.transaction(async (tx) => {
    await lockMember(tx, memberId);
    const { assignment } = await lockWithQuestion(tx, options);
    if (assignment.leaseToken !== leaseToken) throw leaseLost('token');
    if (assignment.fallsBackTo === null) {
      if (['submitted', 'surplus', 'returned'].includes(assignment.state)) return;
      throw new ApiError('wrong_state', 'There is no submitted answer yet that could be kept.');
    }
    const at = deps.clock();
    await fallBack(deps, { tx, assignment, what: 'answer_kept', actorId, at });
    const [episode] = await tx
      .select({ id: episodes.id })
      .from(episodes)
      .where(eq(episodes.assignmentId, assignment.id));
    const key = { projectId, episodeId: episode!.id };
    const answer = await readAnswer(tx, key);
    await tx
      .update(answerDrafts)
      .set({ text: answer.text, version: sql`${answerDrafts.version} + 1`, savedAt: answer.createdAt })
      .where(eq(answerDrafts.episodeId, key.episodeId));
  });
}
