import { finishAnswering, type EpisodeState } from '@rookery/shared/browser';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { assignments, episodes } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { announce, type AssignmentRow } from './assignments.ts';

/**
 * Ends a revision whose assignment the caller has locked: the answer that was submitted before counts again, and
 * assignment and episode are what they were. Drafts stay.
 */
export async function fallBack(
  deps: Dependencies,
  options: {
    tx: Transaction;
    assignment: AssignmentRow;
    what: 'revision_ended' | 'answer_kept';
    actorId: string | null;
    at: Date;
  },
): Promise<AssignmentRow> {
  const { tx, assignment, what, actorId, at } = options;
  const { fallsBackTo, projectId, id } = assignment;
  if (fallsBackTo === null) throw new Error('An assignment that is no revision cannot fall back.');
  const [row] = await tx
    .update(assignments)
    .set({ state: fallsBackTo, fallsBackTo: null, openIn: null })
    .where(and(eq(assignments.projectId, projectId), eq(assignments.id, id)))
    .returning();
  const [episode] = await tx
    .select({ id: episodes.id, browserState: episodes.browserState })
    .from(episodes)
    .where(and(eq(episodes.projectId, projectId), eq(episodes.assignmentId, id)));
  if (!row || !episode) throw new Error('A revision has no episode.');
  await tx
    .update(episodes)
    .set({
      state: 'submitted',
      browserState: finishAnswering(episode.browserState),
      endedAt: assignment.endedAt,
    })
    .where(and(eq(episodes.projectId, projectId), eq(episodes.id, episode.id)));
  await announce(deps, { tx, assignment: row, before: assignment.state, what, actorId, at });
  return row;
}

/** The state of an episode whose answer was handed in, when it is to be written once more. */
export function answerAgain(state: EpisodeState): EpisodeState {
  if (state.phase !== 'ended' || state.quotes.length === 0)
    throw new Error('There is no answer that could be written again.');
  return { ...state, phase: 'answering' };
}
