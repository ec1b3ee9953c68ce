import type { RewardManifest } from '@rookery/shared/api';
import { encoderFolderOf } from '../encoder-folders.ts';
import { FinalFailure } from '../final-failure.ts';
import { pagesOf } from '../pages.ts';
import type { PreviousModel } from '../reward/messages.ts';
import { rewardFile } from './reward-job.ts';
import type { JobContext, JobHandler, JobResult } from './index.ts';

/** Trains a reward model on the pairs of its job, hands the model file in, and gives its manifest as the result. */
export const trainReward: JobHandler = async (context) => {
  const { client, attemptToken, jobId, attempt, cacheFolder, signal, send } = context;
  const { settings, model } = await send((stop) => client.getRewardJob({ params: { jobId }, signal: stop }));
  if (!settings) throw new FinalFailure('This job has no settings to train with.');
  // The runtime of models is loaded by whoever needs it first.
  const { trainReward: train } = await import('../reward/train-reward.ts');
  const trained = await train({
    answers: pagesOf((from) =>
      send((stop) =>
        client.listRewardAnswers({ params: { jobId }, query: { limit: 200, ...from }, signal: stop }),
      ),
    ),
    pairs: pagesOf((from) =>
      send((stop) =>
        client.listRewardJobPairs({ params: { jobId }, query: { limit: 1000, ...from }, signal: stop }),
      ),
    ),
    settings,
    folder: encoderFolderOf(settings.encoder, context.encoders),
    previous: await previousOf(context, model),
    cacheFolder,
    signal,
    onProgress: (share) => context.reportProgress(Math.floor(100 * share), 100),
  });
  await send((stop) =>
    client.uploadModel({
      params: { jobId, attempt },
      query: { attemptToken },
      // A copy, since a body has to lie in memory that is not shared.
      body: new Uint8Array(trained.model),
      signal: stop,
    }),
  );
  return { manifest: trained.manifest as unknown as JobResult };
};

/** The version before, to be compared with; null where there is none, or its file cannot be had: that is no reason not to train. */
async function previousOf(
  context: JobContext,
  model: { modelId: string; version: number; manifest: RewardManifest } | null,
): Promise<PreviousModel | null> {
  if (!model) return null;
  try {
    return { ...model, model: await rewardFile(context, model) };
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.log.warn({ err: error }, 'the reward model before cannot be compared with');
    return null;
  }
}
