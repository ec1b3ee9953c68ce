import type { RewardManifest } from '@rookery/shared/api';
import { encoderFolderOf } from '../encoder-folders.ts';
import { FinalFailure } from '../final-failure.ts';
import { loadModel } from '../policies/model-cache.ts';
import type { NamedReward } from '../reward/open-rewards.ts';
import type { JobContext } from './index.ts';

interface JobModel {
  version: number;
  manifest: RewardManifest;
}

/** The file of the model that a job scores with, from the cache folder or the server. */
export function rewardFile(context: JobContext, { manifest }: JobModel): Promise<Uint8Array> {
  const { client, jobId, cacheFolder, send, log } = context;
  return loadModel({
    sha256: manifest.model.sha256,
    cacheFolder,
    log,
    download: () =>
      send(async (signal) => {
        const response = await client.downloadJobRewardModel({ params: { jobId }, signal });
        return new Uint8Array(await response.arrayBuffer());
      }),
  });
}

/** @throws FinalFailure where the job names no model, or this worker has not its encoder */
export function namedReward(context: JobContext, model: JobModel | null): NamedReward {
  if (!model) throw new FinalFailure('This job names no reward model. Train one, then score again.');
  const { version, manifest } = model;
  return {
    name: `reward model ${version}`,
    manifest,
    folder: encoderFolderOf(manifest.settings.encoder, context.encoders),
  };
}
