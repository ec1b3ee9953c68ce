import { ApiError, type Client, type RewardModel, type Round, type ShareOf } from '@rookery/shared/api';
import type { Taste } from '../../simulate/raters/taste.ts';
import { judgeSamples, readHeldOut, readScores, withScores } from '../../simulate/rounds/judged-samples.ts';
import { bestOfN, pairAgreement, type BestOfN } from '../../simulate/rounds/measures.ts';
import type { ProjectOptions } from '../connection.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { patiently, waitForJob } from '../jobs.ts';

/** So many samples are chosen from. */
export const chosenFrom = 4;

/** What the reward model of a round comes to, by the hidden rule. */
export interface MeasuredRound {
  round: number;
  model: number;
  comparisons: number;
  /** Pairs that it learnt from or was tested on. */
  pairs: number;
  /** On the held-out pairs with their noisy ratings, as its manifest says. */
  ownAccuracy: ShareOf;
  /** On every two samples of a held-out question, the same for all rounds. */
  heldOut: { pairs: number; right: number; accuracy: number };
  /** Of held-out questions, and of all. */
  bestOf: { heldOut: BestOfN; all: BestOfN };
}

/**
 * Has every version score all answers, and measures them on the same samples: all of the project's, and the questions that the last
 * version was tested on.
 */
export async function measureRounds(
  io: Io,
  work: {
    client: Client;
    projectId: string;
    models: readonly { round: Round; model: RewardModel }[];
    taste: Taste;
    options: ProjectOptions;
  },
): Promise<MeasuredRound[]> {
  const { client, projectId, models, taste } = work;
  const source = { client, projectId, signal: io.signal };
  for (const { model } of models) await scoreAll(io, work, model);
  const last = models.at(-1);
  if (!last) return [];
  const heldOut = await readHeldOut(source, last.model.id);
  const samples = await judgeSamples(source, taste);
  const measured: MeasuredRound[] = [];
  for (const { round, model } of models) {
    const byQuestion = withScores(samples, await readScores(source, model.id));
    const all = [...byQuestion.values()];
    const apart = [...byQuestion].flatMap(([id, answers]) => (heldOut.has(id) ? [answers] : []));
    const { right, of } = pairAgreement(apart);
    const bestApart = bestOfN(apart, chosenFrom);
    const bestOfAll = bestOfN(all, chosenFrom);
    if (of === 0 || bestApart === null || bestOfAll === null) {
      throw new CliError('failed', `There are too few samples of held-out questions: sample more of each.`);
    }
    measured.push({
      round: round.number,
      model: model.version,
      comparisons: model.snapshot.comparisons,
      pairs: model.snapshot.pairs,
      ownAccuracy: model.heldOut.accuracy,
      heldOut: { pairs: of, right, accuracy: right / of },
      bestOf: { heldOut: bestApart, all: bestOfAll },
    });
  }
  return measured;
}

async function scoreAll(
  io: Io,
  { client, projectId, options }: { client: Client; projectId: string; options: ProjectOptions },
  { id: modelId }: RewardModel,
): Promise<void> {
  const jobId = await patiently(io, async () => {
    const job = await client.scoreAnswers({ params: { projectId, modelId }, body: {} });
    return job.id;
  }).catch((error: unknown) => {
    // Nothing is left to score.
    if (error instanceof ApiError && error.code === 'wrong_state') return null;
    throw error;
  });
  if (jobId === null) return;
  await waitForJob(io, { client, projectId, jobId, label: 'Scoring all answers', json: options.json });
}
