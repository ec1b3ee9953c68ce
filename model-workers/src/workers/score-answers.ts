import { pagesOf } from '../pages.ts';
import { namedReward, rewardFile } from './reward-job.ts';
import type { JobHandler } from './index.ts';

/** Answers that are scored and handed in together: a request that somebody waits for comes in between, after some two seconds at most. */
const together = 20;

/** Scores the answers of a job that have no score yet; what was handed in before stays. */
export const scoreAnswers: JobHandler = async (context) => {
  const { client, jobId, attempt, attemptToken, signal, send } = context;
  const job = await send((stop) => client.getRewardJob({ params: { jobId }, signal: stop }));
  const reward = namedReward(context, job.model);
  let scored = 0;
  for await (const items of pagesOf((from) =>
    send((stop) =>
      client.listRewardAnswers({
        params: { jobId },
        query: { limit: together, ...from },
        signal: stop,
      }),
    ),
  )) {
    if (items.length === 0) continue;
    const scores = await context.rewards.score(reward, {
      inputs: items,
      download: () => rewardFile(context, job.model!),
      signal,
    });
    const handedIn = scores.map(({ score, uncertainty, halves }, index) => ({
      answerId: items[index]!.answerId,
      score,
      uncertainty,
      halves,
    }));
    await send((stop) =>
      client.storeScores({
        params: { jobId, attempt },
        body: { attemptToken, scores: handedIn },
        signal: stop,
      }),
    );
    scored += items.length;
    context.reportProgress(scored, Math.max(scored, job.answers));
  }
  return { scored };
};
