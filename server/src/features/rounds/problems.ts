import { roundOptionsSchema, type Round } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import { findJob } from '../jobs/index.ts';
import { previewTraining } from '../rewards/index.ts';
import { isCompared, readRoundPairs, readSampling } from './facts.ts';
import type { RoundRow } from './rows.ts';

type Problem = Round['problem'];

const say = (message: string): Problem => ({ message, jobId: null });

/** Why an open round does not move on by itself, and what to do; null: it does, or waits for what is under way. */
export async function findProblem(deps: Dependencies, round: RoundRow): Promise<Problem> {
  const { state, scoringJobId, pairingJobId, trainingJobId, rescoringJobId } = round;
  if (state === 'sampling') return problemOfSampling(deps, round);
  if (state === 'scoring') return problemOfJob(deps, { round, jobId: scoringJobId, ...ofScoring });
  if (state === 'pairing') return problemOfJob(deps, { round, jobId: pairingJobId, ...ofPairing });
  if (state === 'comparing') return problemOfComparing(deps, round);
  if (state === 'training') return problemOfJob(deps, { round, jobId: trainingJobId, ...ofTraining });
  if (state === 'rescoring') return problemOfJob(deps, { round, jobId: rescoringJobId, ...ofScoring });
  return null;
}

async function problemOfSampling({ db }: Dependencies, { planId }: RoundRow): Promise<Problem> {
  const { state, answered } = await readSampling(db, planId);
  if (state === 'paused') return say('Its sampling plan is paused. Resume it.');
  if (answered > 0) return null;
  if (state === 'cancelled') {
    return say('Its sampling plan was cancelled before any sample had an answer. Cancel this round too.');
  }
  if (state === 'running') return null;
  return say(
    'No sample came to an answer. Look at the jobs of its sampling plan and try failed ones again, or cancel this round and open one with another policy or more questions.',
  );
}

interface JobWords {
  /** What the job does, as the beginning of a sentence. */
  work: string;
  /** Once its job was cancelled, a round is told to begin anew, with the comparisons there are by then. */
  beginsAnew?: boolean;
}

const ofScoring: JobWords = { work: 'Scoring its samples' };
const ofPairing: JobWords = { work: 'Choosing its pairs' };
const ofTraining: JobWords = { work: 'Training its reward model', beginsAnew: true };

async function problemOfJob(
  { db }: Dependencies,
  options: JobWords & { round: RoundRow; jobId: string | null },
): Promise<Problem> {
  const { round, jobId, work, beginsAnew = false } = options;
  if (jobId === null) return null;
  const job = await findJob(db, { projectId: round.projectId, jobId });
  if (job.state === 'cancelled') {
    return beginsAnew
      ? say(`${work} was cancelled. Have it train again, or cancel this round.`)
      : { message: `${work} was cancelled. Try the job again, or cancel this round.`, jobId };
  }
  if (job.state !== 'failed') return null;
  return { message: `${work} failed: ${job.error ?? 'nobody said why'} Try the job again.`, jobId };
}

async function problemOfComparing(deps: Dependencies, round: RoundRow): Promise<Problem> {
  const jobId = round.pairingJobId!;
  const { trainsByItself, training: settings } = roundOptionsSchema.parse(round.options);
  const pairs = (await readRoundPairs(deps.db, { jobIds: [jobId], now: deps.clock() })).get(jobId);
  if (!pairs || pairs.chosen === 0) {
    return say(
      'There was no pair to choose: no question has two answered samples of different text that are not a pair yet. Cancel this round and open one with more samples of each question, or have it train with the comparisons there are.',
    );
  }
  if (pairs.wanted === 0) {
    return say(
      'All of its pairs are out of use. Take some back in, have it train with the comparisons there are, or cancel this round.',
    );
  }
  if (!isCompared(pairs)) return null;
  if (!trainsByItself) return say('All of its comparisons are in. Have it train.');
  const { projectId } = round;
  const { problem } = await previewTraining(deps.db, { projectId, settings });
  return problem === null ? null : say(problem);
}
