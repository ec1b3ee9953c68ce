import {
  ApiError,
  maxDecidedAtOnce,
  type ReviewDecision,
  type ReviewStanding,
  type reviewRoutes,
} from '@rookery/shared/api';
import { inArray, sql, type SQL } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import type { z } from 'zod';
import { episodes } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { findDemonstrations } from '../episodes/index.ts';
import { reviewDemonstration } from './one.ts';

type Body = z.output<(typeof reviewRoutes)['reviewDemonstrations']['body']>;
type Answer = z.input<(typeof reviewRoutes)['reviewDemonstrations']['answer']>;

/** The standings in which a decision would change nothing. */
const standingAfter: Record<ReviewDecision, readonly ReviewStanding[]> = {
  accepted: ['accepted'],
  returned: ['returned'],
  excluded: ['excluded'],
  restored: ['to-review', 'not-drawn'],
};

/**
 * Decides about a part of many demonstrations, each in a transaction of its own, in the order of their ids; `next` says
 * how to go on with the rest. What cannot be decided so is left as it is, and named.
 */
export async function reviewDemonstrations(
  deps: Dependencies,
  options: Body & { projectId: string; actorId: string },
): Promise<Answer> {
  const { projectId, actorId, which, decision, comment, seenAt, next } = options;
  const batchId = next?.batchId ?? uuidv7();
  const found = await findDemonstrations(deps.db, {
    projectId,
    ...('matching' in which ? which.matching : {}),
    also: conditionOf(which),
    changedSince: 'batchId' in which ? undefined : { at: new Date(seenAt), exceptBatch: batchId },
    after: next?.after,
    limit: maxDecidedAtOnce + 1,
  });
  const part = found.slice(0, maxDecidedAtOnce);
  const answer: Answer = { batchId, decided: 0, unchanged: 0, refused: [], next: null };
  for (const { id: episodeId, answerRevision, decisions, standing, isChanged } of part) {
    if (standing !== null && standingAfter[decision].includes(standing)) {
      answer.unchanged += 1;
      continue;
    }
    const refuse = (reason: string) => answer.refused.push({ episodeId, reason });
    if (isChanged) {
      refuse('It was answered again, or somebody decided about it, after you read the list.');
      continue;
    }
    try {
      const seen = { answerRevision, decisions };
      await reviewDemonstration(deps, { projectId, episodeId, actorId, decision, comment, seen, batchId });
      answer.decided += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(error.message);
    }
  }
  const last = part.at(-1);
  if (found.length > part.length && last) answer.next = { batchId, after: last.id };
  return answer;
}

function conditionOf(which: Body['which']): SQL | undefined {
  if ('ids' in which) return inArray(episodes.id, which.ids);
  if ('matching' in which) return undefined;
  return sql`(
    select reviews.batch_id from reviews where reviews.episode_id = episodes.id
    order by reviews.created_at desc, reviews.id desc limit 1) = ${which.batchId}
    and episodes.id in (select reviews.episode_id from reviews where reviews.batch_id = ${which.batchId})`;
}
