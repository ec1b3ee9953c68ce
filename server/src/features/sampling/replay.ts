import { ApiError, samplingOptionsSchema, type SampleReplay } from '@rookery/shared/api';
import { asc, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { answers, episodes, samples, samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readRecording } from '../episodes/index.ts';
import { readSample } from './samples.ts';

/**
 * A draw of a sample, the present one unless another is named, played again with what it came from.
 * @throws ApiError `not_found` when there is no such sample or draw; `wrong_state` when the sample has not begun
 */
export async function replaySample(
  deps: Dependencies,
  key: { projectId: string; sampleId: string; draw: number | undefined },
): Promise<SampleReplay> {
  const { projectId, sampleId } = key;
  const { db } = deps;
  const sample = await readSample(db, key);
  const draws = await readDraws(db, sampleId);
  if (draws.length === 0) {
    throw new ApiError('wrong_state', 'This sample has not begun yet: there is nothing to play.');
  }
  const played = draws.find(({ draw }) => draw === (key.draw ?? sample.draw));
  if (!played) {
    throw new ApiError('not_found', `This sample has ${draws.length} draws, and none numbered ${key.draw}.`);
  }
  const { episodeId, draw, duplicateOf, duplicateNumber, seed, sampler, temperature } = played;
  const [recording, [answer]] = await Promise.all([
    readRecording(deps, { projectId, episodeId }),
    db.select({ sampled: answers.sampled }).from(answers).where(eq(answers.episodeId, episodeId)),
  ]);
  return {
    ...recording,
    sample,
    draws: draws.map((one) => ({
      draw: one.draw,
      episodeId: one.episodeId,
      isDuplicate: one.duplicateOf !== null,
    })),
    draw,
    temperature,
    seed,
    sampler,
    answerSampled: answer?.sampled ?? null,
    duplicateOf:
      duplicateOf === null || duplicateNumber === null
        ? null
        : { episodeId: duplicateOf, number: duplicateNumber },
  };
}

/** Of the sample that came to the same answer before. */
const duplicateNumber = sql<number | null>`(
  select of_twin.number from episodes as twin inner join samples as of_twin on of_twin.id = twin.sample_id
  where twin.project_id = ${episodes.projectId} and twin.id = ${episodes.duplicateOf})`;

/** The first one first. */
async function readDraws(db: Queryable, sampleId: string) {
  const rows = await db
    .select({
      episodeId: episodes.id,
      draw: episodes.draw,
      seed: episodes.seed,
      sampler: episodes.sampler,
      duplicateOf: episodes.duplicateOf,
      duplicateNumber,
      options: samplingPlans.options,
    })
    .from(episodes)
    .innerJoin(samples, eq(samples.id, episodes.sampleId))
    .innerJoin(samplingPlans, eq(samplingPlans.id, samples.planId))
    .where(eq(episodes.sampleId, sampleId))
    .orderBy(asc(episodes.draw));
  // The database holds that every episode of a sample has the three.
  return rows.map((row) => ({
    episodeId: row.episodeId,
    duplicateOf: row.duplicateOf,
    duplicateNumber: row.duplicateNumber,
    draw: row.draw!,
    seed: row.seed!,
    sampler: row.sampler!,
    temperature: samplingOptionsSchema.parse(row.options).temperature,
  }));
}
