import { ApiError, type ReplayStep, type Demonstration } from '@rookery/shared/api';
import { getBrowser } from '@rookery/shared/browser';
import type { Dependencies } from '../../dependencies.ts';
import { readDemonstration } from './demonstrations.ts';
import type { EpisodeKey } from './load.ts';
import { createPageReader, rebuildEpisode } from './rebuild.ts';
import { readStoredEpisode } from './stored.ts';

/**
 * Every step of an episode, rebuilt from its log and the stored pages; a step whose two hashes differ is not what was
 * shown.
 * @throws ApiError `not_found`; `internal_error` when a row or a page was changed so that it cannot be rebuilt
 */
export async function replayEpisode(
  deps: Dependencies,
  key: EpisodeKey,
): Promise<{
  demonstration: Demonstration;
  browserVersion: string;
  steps: ReplayStep[];
  answerPrompt: string | null;
  answer: string | null;
}> {
  const demonstration = await readDemonstration(deps.db, key);
  const stored = await readStoredEpisode(deps.db, key);
  if (!stored) throw new ApiError('not_found', 'There is no such demonstration in this project.');
  const { browserVersion } = stored.episode;
  const { steps, observations, differences } = await rebuildEpisode(
    stored,
    createPageReader(deps.db, key.projectId),
  );
  if (steps.length < observations) {
    const reason = differences.find(({ sequence }) => sequence === steps.length)?.reason ?? '';
    const message = `This episode cannot be replayed beyond step ${steps.length - 1}: what is stored was changed. ${reason}`;
    throw new ApiError('internal_error', message);
  }
  const { view } = getBrowser(browserVersion);
  const last = steps.at(-1);
  return {
    demonstration,
    browserVersion,
    steps: steps.map(({ at, state, page, ...step }) => ({
      sequence: step.sequence,
      command: step.command,
      outcome: step.outcome,
      observation: step.observation,
      observationSha256: step.observationSha256,
      storedSha256: step.storedSha256,
      view: view({ state, page }),
      at: at.toISOString(),
      censored: step.censored,
      searchVersion: step.searchVersion,
    })),
    answerPrompt: last?.state.phase === 'answering' ? last.observation : null,
    answer: stored.answer?.text ?? null,
  };
}
