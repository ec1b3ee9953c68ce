import { ApiError, type Replay, type ReviewRow } from '@rookery/shared/api';
import { getBrowser } from '@rookery/shared/browser';
import { and, asc, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { answers, people, reviews } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { demonstrationNotFound, readDemonstration } from './demonstrations.ts';
import type { EpisodeKey } from './load.ts';
import { createPageReader, rebuildEpisode } from './rebuild.ts';
import { readStoredEpisode, type StoredEpisode } from './stored.ts';

/**
 * Every step of an episode, rebuilt from its log and the stored pages, with the answers and what leads decided; a step
 * whose two hashes differ is not what was shown.
 * @throws ApiError `not_found`; `internal_error` when a row or a page was changed so that it cannot be rebuilt
 */
export async function replayEpisode(deps: Dependencies, key: EpisodeKey): Promise<Replay> {
  const { db } = deps;
  const demonstration = await readDemonstration(db, key);
  const stored = await readStoredEpisode(db, key);
  if (!stored) throw demonstrationNotFound();
  const { episode } = stored;
  const [{ steps, observations, differences }, submitted, decided] = await Promise.all([
    rebuildEpisode(stored, createPageReader(db, key.projectId)),
    readAnswers(db, key),
    readReviews(db, key),
  ]);
  if (steps.length < observations) {
    const reason = differences.find(({ sequence }) => sequence === steps.length)?.reason ?? '';
    const message = `This episode cannot be replayed beyond step ${steps.length - 1}: what is stored was changed. ${reason}`;
    throw new ApiError('internal_error', message);
  }
  const { view } = getBrowser(episode.browserVersion);
  const times = shownTimes(stored, submitted[0]?.submittedAt ?? episode.endedAt ?? episode.browsedAt);
  const last = steps.at(-1);
  return {
    demonstration,
    browserVersion: episode.browserVersion,
    settings: episode.settings,
    settingsVersion: episode.settingsVersion,
    browsedAt: episode.browsedAt?.toISOString() ?? null,
    steps: steps.map((step, index) => ({
      sequence: step.sequence,
      command: step.command,
      outcome: step.outcome,
      observation: step.observation,
      observationSha256: step.observationSha256,
      storedSha256: step.storedSha256,
      view: view(step),
      at: step.at.toISOString(),
      shownSeconds: times[index]!.shownSeconds,
      activeSeconds: times[index]!.activeSeconds,
      censored: step.censored,
      searchVersion: step.searchVersion,
      sampled: null,
    })),
    answerPrompt: last?.state.phase === 'answering' ? last.observation : null,
    answer: stored.answer?.text ?? null,
    answers: submitted.map(({ revision, text, completionTokens, submittedAt }) => ({
      revision: revision!,
      text,
      completionTokens,
      submittedAt: submittedAt.toISOString(),
    })),
    activity: stored.activity.map(({ startedAt, endedAt }) => ({
      startedAt: startedAt.toISOString(),
      endedAt: endedAt.toISOString(),
    })),
    reviews: decided,
  };
}

/**
 * How long each observation was shown, from when its command was done until the next one came, and how much of that the
 * person was active; the last one until `end`. In seconds.
 */
function shownTimes(
  { episode, commands, activity }: StoredEpisode,
  end: Date | null,
): { shownSeconds: number; activeSeconds: number }[] {
  const shownAt = [
    episode.createdAt,
    ...commands.map(({ completedAt, requestedAt }) => completedAt ?? requestedAt),
  ];
  return shownAt.map((from, index) => {
    const until = Math.max(Number(from), Number(commands[index]?.requestedAt ?? end ?? from));
    const active = activity.reduce((sum, { startedAt, endedAt }) => {
      const overlap = Math.min(until, Number(endedAt)) - Math.max(Number(from), Number(startedAt));
      return sum + Math.max(0, overlap);
    }, 0);
    return { shownSeconds: (until - Number(from)) / 1000, activeSeconds: active / 1000 };
  });
}

const readAnswers = (db: Queryable, { projectId, episodeId }: EpisodeKey) =>
  db
    .select({
      revision: answers.revision,
      text: answers.text,
      completionTokens: answers.completionTokens,
      submittedAt: answers.createdAt,
    })
    .from(answers)
    .where(and(eq(answers.projectId, projectId), eq(answers.episodeId, episodeId)))
    .orderBy(asc(answers.revision));

async function readReviews(db: Queryable, { projectId, episodeId }: EpisodeKey): Promise<ReviewRow[]> {
  const rows = await db
    .select({ review: reviews, decidedBy: people.name })
    .from(reviews)
    .innerJoin(people, eq(people.id, reviews.decidedBy))
    .where(and(eq(reviews.projectId, projectId), eq(reviews.episodeId, episodeId)))
    .orderBy(asc(reviews.createdAt), asc(reviews.id));
  return rows.map(({ review, decidedBy }) => ({
    decision: review.decision,
    comment: review.comment,
    decidedBy,
    answerRevision: review.answerRevision,
    isBulk: review.batchId !== null,
    at: review.createdAt.toISOString(),
  }));
}
