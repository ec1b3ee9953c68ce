import { ApiError } from '@rookery/shared/api';
import { answerPrompt, finishAnswering, type EpisodeState } from '@rookery/shared/browser';
import { demonstrationsSource } from '@rookery/shared/datasets';
import { and, desc, eq, max } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { answers, episodes } from '../../db/schema/index.ts';
import {
  effectiveState,
  finishAssignment,
  lockMember,
  noteActivity,
  notActiveError,
  type Member,
} from '../tasks/index.ts';
import type { EpisodeContext } from './context.ts';
import { keepSubmitted } from './drafts.ts';
import { activeMsOf, figuresOfAnswer } from './figures.ts';
import { loadEpisode, tokenLost, type EpisodeKey, type LoadedEpisode } from './load.ts';
import { tokensOf } from '../../tokens.ts';

/**
 * Submits the answer, as its next revision, and ends episode and assignment: work that comes after the lease is taken if
 * the question's place is still free, else kept as surplus. Revising is over when the lease is, though: the answer from
 * before counts. The same text again is answered the same.
 * @throws ApiError `conflict` when another answer was submitted before, and counts; `lease_lost` for another token; `wrong_state`
 *   when no answer is awaited
 */
export async function submitAnswer(
  context: EpisodeContext,
  options: EpisodeKey & Member & { text: string; leaseToken: string },
): Promise<{ assignmentId: string }> {
  const { deps } = context;
  return deps.db.transaction(async (tx) => {
    await lockMember(tx, options.memberId);
    const loaded = await loadEpisode(tx, options);
    const { episode, assignment } = loaded;
    const { id: assignmentId } = assignment;
    if (assignment.leaseToken !== options.leaseToken) throw tokenLost(loaded);
    if (assignmentId === null)
      throw new ApiError('wrong_state', 'An answer that was written for practice is not submitted.');
    if (episode.state === 'submitted') await checkSame(tx, options);
    else if (assignment.state === 'paused') throw notActiveError('paused');
    else await storeAnswer(context, { ...options, tx, loaded, assignmentId });
    return { assignmentId };
  });
}

/** What an answer's row says of its text and of what it was written from, in the state before it is handed in. */
export function contentOf(state: EpisodeState, text: string) {
  return {
    text,
    quotes: state.quotes.map(({ title, domain, extract }) => ({ title, domain, extract })),
    ...tokensOf({ prompt: answerPrompt(state), text }),
  };
}

async function checkSame(tx: Transaction, key: EpisodeKey & { text: string }): Promise<void> {
  const [stored] = await tx
    .select({ text: answers.text })
    .from(answers)
    .where(and(eq(answers.projectId, key.projectId), eq(answers.episodeId, key.episodeId)))
    .orderBy(desc(answers.revision))
    .limit(1);
  if (stored?.text !== key.text) throw answerCounts();
}

const answerCounts = (): ApiError =>
  new ApiError(
    'conflict',
    'An answer was submitted for this task before, and that one counts. Reopen it to submit another.',
  );

async function storeAnswer(
  context: EpisodeContext,
  options: {
    tx: Transaction;
    loaded: LoadedEpisode;
    assignmentId: string;
    memberId: string;
    text: string;
    actorId: string;
  },
): Promise<void> {
  const { deps } = context;
  const { tx, loaded, assignmentId, memberId, text, actorId } = options;
  const { episode, assignment } = loaded;
  if (episode.state !== 'answering') {
    const message =
      episode.state === 'browsing'
        ? 'Browsing has not ended yet; end it first, then submit the answer.'
        : 'This episode has ended without an answer.';
    throw new ApiError('wrong_state', message, { details: { state: episode.state } });
  }
  const { projectId, id: episodeId } = episode;
  const now = deps.clock();
  // The lease is left alone: an assignment's row is locked after its question's, which finishing sees to.
  if (effectiveState(assignment, now) === 'active') {
    await noteActivity(tx, { projectId, episodeId, memberId, now });
  }
  const finished = await finishAssignment(deps, {
    tx,
    projectId,
    assignmentId,
    actorId,
    at: now,
  });
  if (!finished.isFinished) {
    if (assignment.fallsBackTo !== null) throw answerCounts();
    throw new ApiError('wrong_state', 'You gave this task back; its answer cannot be submitted any more.');
  }
  const [last] = await tx
    .select({ revision: max(answers.revision) })
    .from(answers)
    .where(and(eq(answers.projectId, projectId), eq(answers.episodeId, episodeId)));
  const revision = (last?.revision ?? 0) + 1;
  await tx.insert(answers).values({
    projectId,
    questionId: episode.questionId,
    origin: 'demonstration',
    source: demonstrationsSource,
    episodeId,
    revision,
    authorId: memberId,
    ...contentOf(episode.browserState, text),
    createdAt: now,
  });
  await keepSubmitted(tx, { projectId, episodeId, text, now });
  await tx
    .update(episodes)
    .set({
      state: 'submitted',
      browserState: finishAnswering(episode.browserState),
      endedAt: now,
      reviewState: 'unreviewed',
      activeMs: activeMsOf(episodeId),
      ...figuresOfAnswer({ text, revision, quotes: episode.quotes }),
    })
    .where(and(eq(episodes.projectId, projectId), eq(episodes.id, episodeId)));
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'episode',
    objectId: episodeId,
    kind: 'episode.submitted',
    before: { state: 'answering' },
    after: { state: 'submitted', assignmentState: finished.state, revision },
    at: now,
  });
}
