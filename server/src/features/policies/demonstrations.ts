import { ApiError, type TrainingDemonstration, type trainingJobRoutes } from '@rookery/shared/api';
import { getBrowser } from '@rookery/shared/browser';
import { and, asc, count, eq, gt } from 'drizzle-orm';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { answers, trainingEpisodes } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import {
  createPageReader,
  readStoredEpisode,
  rebuildEpisode,
  trainingRowsOf,
  type Difference,
  type PageReader,
  type RebuiltEpisode,
  type StoredEpisode,
} from '../episodes/index.ts';
import { addProblemOnce, type JobRow } from '../jobs/index.ts';
import { findJobOfKinds } from '../models/index.ts';

type Page = z.input<(typeof trainingJobRoutes)['listTrainingDemonstrations']['answer']>;
type Fixed = typeof trainingEpisodes.$inferSelect;

/**
 * A page of what a training job learns from, rebuilt from the log and the stored pages. A demonstration that no longer shows what
 * was shown is left out and reported as a problem of the job, so that nothing is learnt that was not shown.
 * @throws ApiError `not_found`; `wrong_state` when the job does not train, or does not run
 */
export async function listTrainingDemonstrations(
  deps: Dependencies,
  request: { jobId: string; tokenId: string; cursor?: string | undefined; limit: number },
): Promise<Page> {
  const { limit } = request;
  const job = await findJobOfKinds(deps.db, request, ['train-ranker']);
  if (job.state !== 'running') {
    throw new ApiError(
      'wrong_state',
      `This training is ${job.state}; only one that runs is given what it learns from.`,
    );
  }
  const after = readCursor(z.uuid(), request.cursor);
  const ofJob = eq(trainingEpisodes.jobId, job.id);
  const fixed = await deps.db
    .select()
    .from(trainingEpisodes)
    .where(and(ofJob, after === null ? undefined : gt(trainingEpisodes.episodeId, after)))
    .orderBy(asc(trainingEpisodes.episodeId))
    .limit(limit + 1);
  const [counted] = await deps.db.select({ total: count() }).from(trainingEpisodes).where(ofJob);
  const pages = createPageReader(deps.db, job.projectId);
  const items: TrainingDemonstration[] = [];
  const page = fixed.slice(0, limit);
  for (const row of page) {
    const item = await rebuild(deps, { job, row, pages });
    if (item) items.push(item);
    // Rebuilding is pure work: the server has others to answer in between.
    await setImmediate();
  }
  return {
    items,
    nextCursor: fixed.length > limit ? writeCursor(page.at(-1)!.episodeId) : null,
    total: counted?.total ?? 0,
  };
}

/** Null when it is left out. */
async function rebuild(
  deps: Dependencies,
  { job, row, pages }: { job: JobRow; row: Fixed; pages: PageReader },
): Promise<TrainingDemonstration | null> {
  const { projectId, episodeId, questionId, revision } = row;
  const stored = await readStoredEpisode(deps.db, { projectId, episodeId });
  const [answer] = await deps.db
    .select({ text: answers.text })
    .from(answers)
    .where(and(eq(answers.episodeId, episodeId), eq(answers.revision, revision)));
  if (!stored || !answer) throw new Error(`Demonstration ${episodeId} of job ${job.id} has lost its rows.`);
  const { steps, differences } = await rebuildEpisode(stored, pages);
  const [difference] = differences;
  if (difference) {
    await reportDifference(deps, { job, difference });
    return null;
  }
  return {
    episodeId,
    questionId,
    revision,
    question: stored.episode.questionText,
    steps: stepsOf(stored, steps),
    answer: answer.text,
  };
}

/** Each command with what was shown before it; a run of scrolls is one command, with what was shown before the first. */
function stepsOf(
  { episode }: StoredEpisode,
  rebuilt: RebuiltEpisode['steps'],
): TrainingDemonstration['steps'] {
  const browser = getBrowser(episode.browserVersion);
  return trainingRowsOf(episode.browserVersion, rebuilt).map(
    ({ prompt, completion, firstSequence, valid }) => {
      const { state, page } = rebuilt[firstSequence - 1]!;
      return {
        view: browser.view({ state, page }),
        observation: prompt,
        command: completion,
        isValid: valid,
      };
    },
  );
}

function reportDifference(
  deps: Dependencies,
  { job, difference }: { job: JobRow; difference: Difference },
): Promise<void> {
  return addProblemOnce(deps.db, {
    job,
    file: `episode ${difference.episodeId}`,
    reason: `Left out: step ${difference.sequence} is not what was shown. ${difference.reason}`,
  });
}
