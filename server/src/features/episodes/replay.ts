import { ApiError, type Recording, type Replay, type ReviewRow } from '@rookery/shared/api';
import { getBrowser } from '@rookery/shared/browser';
import { and, asc, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { answers, people, reviews } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { demonstrationNotFound, readDemonstration } from './demonstrations.ts';
import type { EpisodeKey } from './load.ts';
import { createPageReader, rebuildEpisode } from './rebuild.ts';
import { readStoredRecording, type StoredRecording } from './stored.ts';

/**
 * A demonstration, played again: with all its answers and what leads decided.
 * @throws ApiError `not_found`; `internal_error` when a row or a page was changed so that it cannot be rebuilt
 */
export async function replayEpisode(deps: Dependencies, key: EpisodeKey): Promise<Replay> {
  const { db } = deps;
  const demonstration = await readDemonstration(db, key);
  const stored = await readStoredRecording(db, key);
  if (!stored) throw demonstrationNotFound();
  const [submitted, decided] = await Promise.all([readAnswers(db, key), readReviews(db, key)]);
  return {
    ...(await presentRecording(deps, { stored, answeredAt: submitted[0]?.submittedAt ?? null })),
    demonstration,
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
 * Every step of a demonstration or a sample, rebuilt from its log and the stored pages; a step whose two hashes differ is not
 * what was shown.
 * @throws ApiError `not_found`; `internal_error` when a row or a page was changed so that it cannot be rebuilt
 */
export async function readRecording(deps: Dependencies, key: EpisodeKey): Promise<Recording> {
  const stored = await readStoredRecording(deps.db, key);
  if (!stored) throw new ApiError('not_found', 'There is no such episode.');
  return presentRecording(deps, { stored, answeredAt: stored.answer?.createdAt ?? null });
}

async function presentRecording(
  { db }: Dependencies,
  // Of the first answer, which ended what was shown last.
  { stored, answeredAt }: { stored: StoredRecording; answeredAt: Date | null },
): Promise<Recording> {
  const { episode } = stored;
  const rebuilt = await rebuildEpisode(stored, createPageReader(db, episode.projectId));
  const { steps, observations, differences } = rebuilt;
  if (steps.length < observations) {
    const reason = differences.find(({ sequence }) => sequence === steps.length)?.reason ?? '';
    const message = `This episode cannot be replayed beyond step ${steps.length - 1}: what is stored was changed. ${reason}`;
    throw new ApiError('internal_error', message);
  }
  const { view } = getBrowser(episode.browserVersion);
  const times = shownTimes(stored, answeredAt ?? episode.endedAt ?? episode.browsedAt);
  const last = steps.at(-1);
  return {
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
      sampled: step.sampled,
    })),
    answerPrompt: last?.state.phase === 'answering' ? last.observation : null,
    answer: stored.answer?.text ?? null,
  };
}

/**
 * How long each observation was shown, from when its command was done until the next one came, and how much of that the
 * person was active; the last one until `end`. In seconds.
 */
function shownTimes(
  { episode, commands, activity }: StoredRecording,
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
