import { ApiError, type Job, type RankerSettings } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import { createJob, enqueueJob, jobAnswer } from '../jobs/index.ts';
import { takeNextVersion } from './names.ts';
import { fixTrainingSet } from './training-set.ts';

/** One is learnt from and one is held out. */
const fewestQuestions = 2;

/**
 * Makes the job that trains the next version of a ranker, with what it learns from fixed as of now.
 * @throws ApiError `wrong_state` when nothing could be held out; `conflict` when the name belongs to policies of another kind
 */
export async function trainRanker(
  deps: Dependencies,
  request: { projectId: string; name: string; note: string; settings: RankerSettings; actorId: string },
): Promise<Job> {
  const { projectId, name, note, settings, actorId } = request;
  const job = await deps.db.transaction(async (tx) => {
    await takeNextVersion(tx, { projectId, name, kind: 'ranker' });
    const row = await createJob(tx, {
      projectId,
      kind: 'train-ranker',
      input: { name, note, settings },
      createdBy: actorId,
      state: 'queued',
      at: deps.clock(),
    });
    const { questions } = await fixTrainingSet(tx, { projectId, jobId: row.id });
    if (questions < fewestQuestions) {
      throw new ApiError(
        'wrong_state',
        `Training needs accepted demonstrations of at least ${fewestQuestions} questions with the use bc, since some are held ` +
          `out to test it; there are ${questions === 0 ? 'none' : `those of ${questions}`}. Have more demonstrations made, or accept them.`,
      );
    }
    return row;
  });
  await enqueueJob(deps, job);
  return jobAnswer(job);
}
