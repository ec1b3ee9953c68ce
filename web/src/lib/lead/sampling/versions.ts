import type { PolicyVersion } from '@rookery/shared/api';

/** The version that is sampled from unless another one is chosen, of some with the newest first: the newest that has learnt something. */
export const firstChoice = (versions: readonly PolicyVersion[]): PolicyVersion | undefined =>
  versions.find(({ settings }) => !('maxEpochs' in settings && settings.maxEpochs === 0)) ?? versions[0];
