import { citedNumbers } from '@rookery/shared/browser';
import { sql, type SQL } from 'drizzle-orm';
import { createHmac } from 'node:crypto';

/**
 * The lot that decides whether a lead is to look at a demonstration, in [0, 1): always the same for an episode, and known to
 * nobody without the server's secret, so that it can neither vary nor be worked towards.
 */
export function drawForReview(secret: string, episodeId: string): number {
  const digest = createHmac('sha256', secret).update(`review\n${episodeId}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

/** The active time of an episode in milliseconds, from its intervals. */
export const activeMsOf = (episodeId: string | SQL): SQL<number> => sql<number>`(
  select coalesce(round(extract(epoch from sum(ended_at - started_at)) * 1000), 0)::int
  from activity_intervals where activity_intervals.episode_id = ${episodeId})`;

/** What the list of demonstrations says about an answer: citations of quotes that the episode does not have do not count. */
export function figuresOfAnswer(answer: { text: string; revision: number; quotes: number }) {
  const { text, revision, quotes } = answer;
  return {
    answerRevision: revision,
    // Code points, as PostgreSQL counts them.
    answerCharacters: Array.from(text).length,
    answerCitations: citedNumbers(text).filter((number) => number >= 1 && number <= quotes).length,
  };
}
