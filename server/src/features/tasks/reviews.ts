import { ApiError, type AssignmentState, type ReviewDecision, type ReviewState } from '@rookery/shared/api';
import { and, desc, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { episodes, people, reviews } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { announce, effectiveState, hasRunOut, tellOwner, type AssignmentRow } from './assignments.ts';
import { fallBack } from './fall-back.ts';
import { changeAssignment, freePlace, lockWithQuestion } from './places.ts';

/** A lead's decision about a demonstration. */
export interface Review {
  tx: Transaction;
  projectId: string;
  episodeId: string;
  /** The person who decides. */
  actorId: string;
  /** Shown to the demonstrator. */
  comment: string;
  /** What the decision is based on; left out, whatever is there. */
  seen?: { answerRevision: number | null; decisions: number };
  /** Of decisions that are made together. */
  batchId?: string;
}

export interface Reviewed {
  reviewState: ReviewState;
  assignmentState: AssignmentState;
}

/**
 * Accepts a demonstration as it is; one that was returned counts as it was submitted. Accepting it twice is the same as
 * once.
 * @throws ApiError `not_found`; `conflict` when it is not as it was `seen`; `wrong_state` when it is not done, is being revised, or is excluded
 */
export async function acceptDemonstration(deps: Dependencies, review: Review): Promise<Reviewed> {
  const under = await lockForReview(deps, review);
  const { assignment } = under;
  refuseWhileRevised(assignment);
  if (assignment.state === 'excluded') throw excludedError();
  if (under.episode.reviewState === 'accepted')
    return { reviewState: 'accepted', assignmentState: assignment.state };
  const accepted =
    assignment.state === 'returned'
      ? await moveTo(deps, { under, review, change: { state: 'submitted' }, what: 'accepted' })
      : assignment;
  return store(deps, { under, review, decision: 'accepted', assignment: accepted });
}

/**
 * Returns a demonstration to its demonstrator with a comment. Its place is held; they take it up when they want, with a
 * lease that is theirs alone, on the answer and not the browsing. Until they submit another answer it stays `returned`.
 * @throws ApiError `not_found`; `conflict`; `wrong_state` when there is no answer, it is being revised or excluded, or it is surplus
 *   and its question has no free place
 */
export async function returnToDemonstrator(deps: Dependencies, review: Review): Promise<Reviewed> {
  const under = await lockForReview(deps, review);
  const { tx, projectId } = review;
  const { assignment, question, at } = under;
  refuseWhileRevised(assignment);
  if (assignment.state === 'excluded') throw excludedError();
  if (under.episode.state !== 'submitted') {
    throw new ApiError('wrong_state', 'This demonstration has no answer that could be revised.');
  }
  const place = assignment.place ?? (await freePlace(deps, { tx, question, projectId, now: at }));
  if (place === null) {
    throw new ApiError(
      'wrong_state',
      'This demonstration came late and is surplus: its question has all that were wanted, so it cannot be returned.',
    );
  }
  const change = { state: 'returned', place } as const;
  const returned = await moveTo(deps, { under, review, change, what: 'returned' });
  return store(deps, { under, review, decision: 'returned', assignment: returned });
}

/**
 * Takes a demonstration out, with the reason as the comment. Nothing is deleted; its place is offered to others again.
 * Excluding it twice is the same as once.
 * @throws ApiError `not_found`; `conflict`; `wrong_state` when it is not done
 */
export async function excludeDemonstration(deps: Dependencies, review: Review): Promise<Reviewed> {
  const under = await lockForReview(deps, review);
  if (under.assignment.state === 'excluded') return { reviewState: 'excluded', assignmentState: 'excluded' };
  const { fallsBackTo } = under.assignment;
  if (fallsBackTo !== null) {
    const { at } = under;
    const { tx, actorId } = review;
    const assignment = await fallBack(deps, {
      tx,
      assignment: under.assignment,
      what: 'revision_ended',
      actorId,
      at,
    });
    under.assignment = assignment;
  }
  const change = { state: 'excluded', place: null, openIn: null } as const;
  const excluded = await moveTo(deps, { under, review, change, what: 'excluded' });
  return store(deps, { under, review, decision: 'excluded', assignment: excluded });
}

/**
 * Takes the decision before back: the demonstration is unreviewed again. One that was excluded is submitted if its
 * question has a free place, else surplus; one that was returned counts as it was submitted.
 * @throws ApiError `not_found`; `conflict`; `wrong_state` when there is no decision, or it is being revised
 */
export async function restoreDemonstration(deps: Dependencies, review: Review): Promise<Reviewed> {
  const under = await lockForReview(deps, review);
  const { tx, projectId } = review;
  const { assignment, question, at, episode } = under;
  refuseWhileRevised(assignment);
  if (episode.reviewState === 'unreviewed') {
    throw new ApiError(
      'wrong_state',
      'No decision about this demonstration stands; there is nothing to take back.',
    );
  }
  const restore = (change: Partial<AssignmentRow>) =>
    moveTo(deps, { under, review, change, what: 'restored' });
  let restored = assignment;
  if (assignment.state === 'excluded') {
    const place = await freePlace(deps, { tx, question, projectId, now: at });
    restored = await restore({ state: place === null ? 'surplus' : 'submitted', place });
  } else if (assignment.state === 'returned') {
    restored = await restore({ state: 'submitted' });
  }
  return store(deps, { under, review, decision: 'restored', assignment: restored });
}

type UnderReview = Awaited<ReturnType<typeof lockForReview>>;

/** A demonstration that is done, with its locks held; a revision whose lease has ended is written down as over. */
async function lockForReview(deps: Dependencies, { tx, projectId, episodeId, seen }: Review) {
  const ofEpisode = and(eq(episodes.projectId, projectId), eq(episodes.id, episodeId));
  const [found] = await tx
    .select({ assignmentId: episodes.assignmentId })
    .from(episodes)
    .where(and(ofEpisode, eq(episodes.kind, 'demonstration')));
  if (!found?.assignmentId) {
    throw new ApiError('not_found', 'There is no such demonstration in this project.');
  }
  const at = deps.clock();
  const { question, assignment: locked } = await lockWithQuestion(tx, {
    projectId,
    assignmentId: found.assignmentId,
  });
  const isOver = locked.fallsBackTo !== null && hasRunOut(locked, at);
  const assignment = isOver
    ? await fallBack(deps, { tx, assignment: locked, what: 'revision_ended', actorId: null, at })
    : locked;
  const state = effectiveState(assignment, at);
  if (state === 'expired' || state === 'released' || (assignment.fallsBackTo === null && !isDone(state))) {
    throw new ApiError('wrong_state', 'This demonstration is not submitted, so it cannot be reviewed.');
  }
  const [episode] = await tx
    .select({
      id: episodes.id,
      state: episodes.state,
      reviewState: episodes.reviewState,
      answerRevision: episodes.answerRevision,
      decisions: episodes.decisions,
    })
    .from(episodes)
    .where(ofEpisode)
    .for('no key update');
  if (seen) await refuseUnseen(tx, { episode: episode!, seen });
  return { question, assignment, episode: episode!, at };
}

/** Nobody decides about an answer they have not seen, or over a decision they do not know of. */
async function refuseUnseen(
  tx: Transaction,
  options: {
    episode: { id: string; answerRevision: number | null; decisions: number };
    seen: NonNullable<Review['seen']>;
  },
): Promise<void> {
  const { episode, seen } = options;
  const { answerRevision, decisions } = episode;
  const details = { answerRevision, decisions };
  if (decisions !== seen.decisions) {
    const [last] = await tx
      .select({ decision: reviews.decision, name: people.name })
      .from(reviews)
      .innerJoin(people, eq(people.id, reviews.decidedBy))
      .where(eq(reviews.episodeId, episode.id))
      .orderBy(desc(reviews.createdAt), desc(reviews.id))
      .limit(1);
    const what = last ? `${last.name} has ${happened[last.decision]} it` : 'somebody has decided about it';
    throw new ApiError(
      'conflict',
      `Meanwhile ${what}. Nothing was changed: look at it as it is now, and decide then.`,
      { details },
    );
  }
  if (answerRevision !== seen.answerRevision) {
    throw new ApiError(
      'conflict',
      'Meanwhile its demonstrator has submitted another answer. Nothing was changed: look at that one, and decide then.',
      { details },
    );
  }
}

const happened: Record<ReviewDecision, string> = {
  accepted: 'accepted',
  returned: 'returned',
  excluded: 'excluded',
  restored: 'taken back the last decision about',
};

const isDone = (state: AssignmentState): boolean =>
  state === 'submitted' || state === 'surplus' || state === 'returned' || state === 'excluded';

function refuseWhileRevised({ fallsBackTo }: AssignmentRow): void {
  if (fallsBackTo === null) return;
  throw new ApiError(
    'wrong_state',
    'Its demonstrator is revising the answer right now. Review it when they have submitted it.',
  );
}

const excludedError = (): ApiError =>
  new ApiError('wrong_state', 'This demonstration is excluded. Take the exclusion back first.');

async function moveTo(
  deps: Dependencies,
  options: {
    under: UnderReview;
    review: Review;
    change: Partial<AssignmentRow>;
    what: string;
  },
): Promise<AssignmentRow> {
  const { under, review, change, what } = options;
  const { tx, actorId } = review;
  const before = under.assignment.state;
  const assignment = await changeAssignment(tx, under.assignment, change);
  await announce(deps, { tx, assignment, before, what, actorId, at: under.at });
  return assignment;
}

/** Keeps the decision, and brings the episode's review state up to it. */
async function store(
  deps: Dependencies,
  options: { under: UnderReview; review: Review; decision: ReviewDecision; assignment: AssignmentRow },
): Promise<Reviewed> {
  const { under, review, decision, assignment } = options;
  const { tx, projectId, episodeId, actorId, comment } = review;
  const { at } = under;
  const { answerRevision, decisions } = under.episode;
  await tx.insert(reviews).values({
    projectId,
    episodeId,
    decision,
    comment,
    decidedBy: actorId,
    answerRevision,
    batchId: review.batchId ?? null,
    createdAt: at,
  });
  const reviewState = decision === 'restored' ? 'unreviewed' : decision;
  await tx
    .update(episodes)
    .set({ reviewState, decisions: decisions + 1 })
    .where(eq(episodes.id, episodeId));
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'episode',
    objectId: episodeId,
    kind: `episode.${decision}`,
    before: { reviewState: under.episode.reviewState },
    after: { reviewState, comment, answerRevision },
    at,
  });
  await tellOwner(deps, { tx, assignment });
  return { reviewState, assignmentState: assignment.state };
}
