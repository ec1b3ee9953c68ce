import type { Episode, Routes, Sampler, SampleState } from '@rookery/shared/api';
import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { episodes, samples } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { getEpisode, insertSampleEpisode, type EpisodeContext } from '../episodes/index.ts';
import { lockRunningAttempt } from '../jobs/index.ts';
import { readSettingsVersion } from '../projects/index.ts';
import { announcePlan } from './announce.ts';
import { findCell, lockSample, seedOfDraw, type SampledCell, type WorkerKey } from './sampling-job.ts';

type Begun = z.input<Routes['beginSample']['answer']>;

/**
 * Begins the next draw of a sample, or gives the one under way to be gone on with: again gives the same. A sample that is done has no
 * episode to go on with.
 * @throws ApiError `not_found`; `conflict` when the attempt no longer counts; `wrong_state` when the job is no sampling job
 */
export async function beginSample(
  deps: Dependencies,
  context: EpisodeContext,
  request: WorkerKey & { number: number; attemptToken: string; sampler: Sampler },
): Promise<Begun> {
  const { number } = request;
  const cell = await findCell(deps.db, request);
  const { projectId } = cell.plan;
  const begun = await deps.db.transaction(async (tx) => {
    await lockRunningAttempt(tx, { ...request, strength: 'share' });
    const sample = await lockSample(tx, request);
    if (!isOpen(sample.state)) return { state: sample.state, draw: sample.draw, episodeId: null };
    const present = await findPresentDraw(tx, sample);
    if (present && isOver(present.state)) {
      const state = 'no-answer' as const;
      await tx.update(samples).set({ state, endedAt: deps.clock() }).where(eq(samples.id, sample.id));
      return { state, draw: sample.draw, episodeId: null };
    }
    const isUnderWay = present !== undefined && present.state !== 'submitted';
    const draw = isUnderWay ? sample.draw : sample.draw + 1;
    const episodeId = isUnderWay
      ? present.id
      : await insertDraw(deps, { tx, cell, request, sampleId: sample.id, draw });
    await tx.update(samples).set({ state: 'running', draw }).where(eq(samples.id, sample.id));
    return { state: 'running' as const, draw, episodeId };
  });
  announcePlan(deps, cell.plan);
  const { state, draw, episodeId } = begun;
  const seed = draw === 0 ? '' : seedOfDraw(cell, { number, draw });
  if (episodeId === null) return { state, draw, seed, episode: null };
  const episode = await getEpisode(context, { projectId, episodeId, viewerId: null });
  // A command that a killed server left was carried out now, and ended it.
  if (isOver(episode.state)) return { state: 'no-answer', draw, seed, episode: null };
  return { state, draw, seed, episode };
}

const isOpen = (state: SampleState): boolean => state === 'waiting' || state === 'running';

/** Whether an episode has ended without an answer. */
const isOver = (state: Episode['state']): boolean => state === 'ended' || state === 'flagged';

/** The episode of the present draw; undefined before the first. */
async function findPresentDraw(tx: Transaction, sample: typeof samples.$inferSelect) {
  const [episode] = await tx
    .select({ id: episodes.id, state: episodes.state })
    .from(episodes)
    .where(and(eq(episodes.sampleId, sample.id), eq(episodes.draw, sample.draw)));
  return episode;
}

async function insertDraw(
  deps: Dependencies,
  options: {
    tx: Transaction;
    cell: SampledCell;
    request: { number: number; sampler: Sampler };
    sampleId: string;
    draw: number;
  },
): Promise<string> {
  const { tx, cell, request, sampleId, draw } = options;
  const { projectId, settingsVersion } = cell.plan;
  const settings = await readSettingsVersion(tx, { projectId, version: settingsVersion });
  if (!settings) throw new Error('A sampling plan names settings that do not exist.');
  const actionLimit = cell.options.actionLimit ?? settings.browser.actionLimit;
  return insertSampleEpisode(tx, {
    projectId,
    question: cell.question,
    settings: { ...settings, browser: { ...settings.browser, actionLimit } },
    settingsVersion,
    sampleId,
    draw,
    seed: seedOfDraw(cell, { number: request.number, draw }),
    sampler: request.sampler,
    now: deps.clock(),
  });
}
