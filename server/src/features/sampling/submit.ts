import { ApiError, type Routes, type Sampled } from '@rookery/shared/api';
import { and, asc, desc, eq, isNull, ne } from 'drizzle-orm';
import type { z } from 'zod';
import type { Transaction } from '../../db/database.ts';
import { answers, episodes, samples } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { twinKey } from '../answers/index.ts';
import { submitSampleAnswer } from '../episodes/index.ts';
import { lockRunningAttempt, writeAttempt } from '../jobs/index.ts';
import { announcePlan } from './announce.ts';
import { findCell, lockSample, type SampledCell, type WorkerKey } from './sampling-job.ts';

type Submitted = z.input<Routes['submitSample']['answer']>;
type SampleRow = typeof samples.$inferSelect;
type DrawRow = Pick<typeof episodes.$inferSelect, 'id' | 'state' | 'draw' | 'duplicateOf'>;

/**
 * Takes the answer of a draw. If another draw of the same question and version in the plan came to it before, it counts as a duplicate, and
 * the sample is drawn again as often as the plan says. The same text again is answered the same.
 * @throws ApiError `not_found`; `conflict` when the attempt no longer counts, or another text was submitted for the draw; `wrong_state` when
 *   no answer is awaited
 */
export async function submitSample(
  deps: Dependencies,
  request: WorkerKey & {
    number: number;
    attemptToken: string;
    episodeId: string;
    text: string;
    sampled: Sampled;
  },
): Promise<Submitted> {
  const cell = await findCell(deps.db, request);
  const submitted = await deps.db.transaction(async (tx): Promise<Submitted> => {
    // All samples that could be duplicates of one another are of this job: its lock lets one answer be judged at a time.
    const { id: jobId, attempt } = await lockRunningAttempt(tx, { ...request, strength: 'update' });
    const sample = await lockSample(tx, request);
    const draw = await findDraw(tx, { sample, episodeId: request.episodeId });
    if (draw.state === 'submitted') return sameAgain(tx, { sample, draw, text: request.text });
    if (draw.draw !== sample.draw || (sample.state !== 'running' && sample.state !== 'waiting')) {
      throw new ApiError('wrong_state', `No answer is awaited for this draw: the sample is ${sample.state}.`);
    }
    // It got further: what failed before did not keep it from that.
    const key = { jobId, attempt, token: request.attemptToken };
    await writeAttempt(deps, key, { change: { failures: 0 }, db: tx });
    return storeAnswer(deps, { tx, cell, sample, draw, ...request });
  });
  announcePlan(deps, cell.plan);
  return submitted;
}

async function findDraw(
  tx: Transaction,
  { sample, episodeId }: { sample: SampleRow; episodeId: string },
): Promise<DrawRow> {
  const [draw] = await tx
    .select({
      id: episodes.id,
      state: episodes.state,
      draw: episodes.draw,
      duplicateOf: episodes.duplicateOf,
    })
    .from(episodes)
    .where(and(eq(episodes.sampleId, sample.id), eq(episodes.id, episodeId)));
  if (draw) return draw;
  throw new ApiError('not_found', 'This sample has no such episode.');
}

/** What the answer came to when it was submitted first. */
async function sameAgain(
  tx: Transaction,
  { sample, draw, text }: { sample: SampleRow; draw: DrawRow; text: string },
): Promise<Submitted> {
  const [stored] = await tx
    .select({ text: answers.text })
    .from(answers)
    .where(eq(answers.episodeId, draw.id))
    .orderBy(desc(answers.revision))
    .limit(1);
  if (stored?.text !== text) {
    throw new ApiError('conflict', 'Another answer was submitted for this draw, and that one counts.');
  }
  // It has been drawn again since.
  const state = draw.draw === sample.draw ? sample.state : 'waiting';
  return { state, isDuplicate: draw.duplicateOf !== null };
}

async function storeAnswer(
  deps: Dependencies,
  options: {
    tx: Transaction;
    cell: SampledCell;
    sample: SampleRow;
    draw: DrawRow;
    text: string;
    sampled: Sampled;
  },
): Promise<Submitted> {
  const { tx, cell, sample, draw, text, sampled } = options;
  const now = deps.clock();
  const duplicateOf = await findTwin(tx, { jobId: sample.jobId, episodeId: draw.id, text });
  await submitSampleAnswer({
    tx,
    projectId: sample.projectId,
    episodeId: draw.id,
    text,
    sampled,
    source: cell.version.source,
    duplicateOf,
    now,
  });
  const isDuplicate = duplicateOf !== null;
  const isDrawnAgain = isDuplicate && sample.draw <= cell.options.maxRedraws;
  const state = isDrawnAgain ? 'waiting' : isDuplicate ? 'duplicate' : 'answered';
  await tx
    .update(samples)
    .set({ state, endedAt: isDrawnAgain ? null : now })
    .where(eq(samples.id, sample.id));
  return { state, isDuplicate };
}

/** The episode of the job that came to the same answer before; null if none did. */
async function findTwin(
  tx: Transaction,
  { jobId, episodeId, text }: { jobId: string; episodeId: string; text: string },
): Promise<string | null> {
  const rows = await tx
    .select({ episodeId: episodes.id, text: answers.text })
    .from(samples)
    .innerJoin(episodes, eq(episodes.sampleId, samples.id))
    .innerJoin(answers, eq(answers.episodeId, episodes.id))
    .where(and(eq(samples.jobId, jobId), ne(episodes.id, episodeId), isNull(episodes.duplicateOf)))
    .orderBy(asc(samples.number), asc(episodes.draw));
  const key = twinKey(text);
  return rows.find((row) => twinKey(row.text) === key)?.episodeId ?? null;
}
