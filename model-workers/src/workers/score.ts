import { scoreJobInputSchema } from '@rookery/shared/api';
import { namedReward, rewardFile } from './reward-job.ts';
import type { JobHandler } from './index.ts';

/** Scores the answers that a request waits for. */
export const score: JobHandler = async (context) => {
  const { client, jobId, signal, send } = context;
  const { question, answers } = scoreJobInputSchema.parse(context.input);
  const job = await send((stop) => client.getRewardJob({ params: { jobId }, signal: stop }));
  const scored = await context.rewards.score(namedReward(context, job.model), {
    inputs: answers.map(({ quotes, answer }) => ({ question, quotes, answer })),
    download: () => rewardFile(context, job.model!),
    signal,
  });
  return { scores: scored.map((one) => ({ score: one.score, uncertainty: one.uncertainty })) };
};
