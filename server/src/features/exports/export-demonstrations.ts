import { exportRoutes, type ReviewStanding } from '@rookery/shared/api';
import { setImmediate } from 'node:timers/promises';
import type { Transaction } from '../../db/database.ts';
import {
  countStoredEpisodes,
  createPageReader,
  readStoredEpisodes,
  rebuildEpisode,
  type StoredEpisode,
} from '../episodes/index.ts';
import type { JobContext, JobProcessor } from '../jobs/index.ts';
import { episodeRow, stepRows, type Finished } from './rows.ts';

/** What a demonstration, or a step, was left out for. */
interface Counts {
  rows: number;
  episodes: number;
  steps: number;
  answers: number;
  leftOut: {
    /** Not finished: its task is leased, ran out or was given back. */
    unfinished: number;
    /** Its question was taken out of use. */
    excluded: number;
    /** It stands elsewhere in the review than was asked for. */
    review: number;
    /** Its rows or pages are no longer what was shown; each is reported as a problem. */
    differing: number;
    invalidSteps: number;
  };
}

/**
 * Exports the finished demonstrations of a project as JSONL, from one snapshot of the database, streamed into a blob.
 * Every prompt is rebuilt from the log and the stored pages; a demonstration with a prompt whose SHA-256 is not the
 * stored one is left out and reported, so that nothing is trained on that was not shown.
 */
export const exportDemonstrations: JobProcessor = async (deps, context) => {
  const options = exportRoutes.createExport.body.parse(context.job.input);
  const counts: Counts = {
    rows: 0,
    episodes: 0,
    steps: 0,
    answers: 0,
    leftOut: { unfinished: 0, excluded: 0, review: 0, differing: 0, invalidSteps: 0 },
  };
  const blob = await deps.db.transaction(
    (tx) => deps.blobs.write(writeLines({ tx, context, counts, ...options })),
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
  const day = context.job.createdAt.toISOString().slice(0, 10);
  const name = `demonstrations-${options.format}-${day}.jsonl`;
  return {
    result: { ...counts, format: options.format, sha256: blob.hash, size: blob.size },
    file: { name, blob },
  };
};

async function* writeLines(options: {
  tx: Transaction;
  context: JobContext;
  counts: Counts;
  format: 'steps' | 'episodes';
  includeInvalidSteps: boolean;
  standings: readonly ReviewStanding[];
}): AsyncGenerator<Buffer> {
  const { tx, context, counts } = options;
  const { projectId } = context.job;
  const total = await countStoredEpisodes(tx, projectId);
  const pages = createPageReader(tx, projectId);
  let done = 0;
  for await (const batch of readStoredEpisodes(tx, { projectId })) {
    for (const stored of batch) {
      done += 1;
      if (!isWanted(stored, options)) continue;
      const { steps, differences } = await rebuildEpisode(stored, pages);
      const [difference] = differences;
      if (difference) {
        counts.leftOut.differing += 1;
        const reason = `Left out: step ${difference.sequence} is not what was shown. ${difference.reason}`;
        await context.addProblems([{ file: `episode ${stored.episode.id}`, row: null, reason }]);
        continue;
      }
      counts.episodes += 1;
      const lines = rowsOf({ stored, steps }, options).map((row) => `${JSON.stringify(row)}\n`);
      counts.rows += lines.length;
      if (lines.length > 0) yield Buffer.from(lines.join(''));
      // Rebuilding is pure work: the server has others to answer in between.
      await setImmediate();
    }
    await context.reportProgress(done, total);
  }
}

/** What is being revised comes with a later export, when it is known which answer counts. */
function isWanted(
  stored: StoredEpisode,
  options: { counts: Counts; standings: readonly ReviewStanding[] },
): stored is Finished {
  const { assignment, question, standing } = stored;
  const { leftOut } = options.counts;
  if (standing === null || assignment.fallsBackTo !== null) leftOut.unfinished += 1;
  else if (!options.standings.includes(standing)) leftOut.review += 1;
  else if (question.excludedAt) leftOut.excluded += 1;
  else return true;
  return false;
}

function rowsOf(
  rebuilt: Parameters<typeof stepRows>[0],
  options: { counts: Counts; format: 'steps' | 'episodes'; includeInvalidSteps: boolean },
): unknown[] {
  const { counts, format, includeInvalidSteps } = options;
  const rows = stepRows(rebuilt);
  const kept = includeInvalidSteps || format === 'episodes' ? rows : rows.filter(({ valid }) => valid);
  counts.leftOut.invalidSteps += rows.length - kept.length;
  counts.answers += kept.filter(({ kind }) => kind === 'answer').length;
  counts.steps += kept.filter(({ kind }) => kind === 'step').length;
  return format === 'steps' ? kept : [episodeRow(rebuilt)];
}
