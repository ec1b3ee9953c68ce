import { setImmediate } from 'node:timers/promises';
import type { JobProcessor } from '../jobs/index.ts';
import { createPageReader, rebuildEpisode, type Difference } from './rebuild.ts';
import { countRecordings, readRecordings } from './stored.ts';

/** Beyond these, differences are counted only. */
const shownDifferences = 20;

/**
 * Rebuilds every observation of every demonstration and every sample of the project, all draws, over its stored pages and
 * compares it with what was stored when it happened. The result counts `episodes`, how many of them are `demonstrations` and
 * `samples`, `observations`, and of these `rebuilt` and `differing`.
 */
export const verifyEpisodes: JobProcessor = async (deps, context) => {
  const { projectId } = context.job;
  return deps.db.transaction(
    async (tx) => {
      const total = await countRecordings(tx, projectId);
      const pages = createPageReader(tx, projectId);
      const firstDifferences: Difference[] = [];
      const verified = { demonstrations: 0, samples: 0 };
      let episodes = 0;
      let observations = 0;
      let differing = 0;
      for await (const batch of readRecordings(tx, { projectId })) {
        for (const stored of batch) {
          const rebuilt = await rebuildEpisode(stored, pages);
          episodes += 1;
          verified[stored.episode.kind === 'sample' ? 'samples' : 'demonstrations'] += 1;
          observations += rebuilt.observations;
          differing += rebuilt.differences.length;
          firstDifferences.push(...rebuilt.differences.slice(0, shownDifferences - firstDifferences.length));
          // Rebuilding is pure work: the server has others to answer in between.
          await setImmediate();
        }
        await context.reportProgress(episodes, total);
      }
      const rebuilt = observations - differing;
      return { result: { episodes, ...verified, observations, rebuilt, differing, firstDifferences } };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
};
