import type { EpisodeContext } from './context.ts';
import type { LoadedEpisode } from './load.ts';

/** An episode is announced at most this often, in milliseconds: a person's pace, not a program's. */
const pauseMs = 500;

/**
 * Tells the person's other tabs and the leads that an episode went on: at once, and once more after the pause if more
 * steps came within it. It is a hint that nobody waits for: who missed it reads the episode.
 */
export function announceStep(context: EpisodeContext, loaded: LoadedEpisode): void {
  // Practice concerns nobody but the window it is done in, and of samples their plan is announced.
  if (loaded.assignment.id === null) return;
  const { announced } = context;
  const { id } = loaded.episode;
  if (announced.has(id)) {
    announced.set(id, loaded);
    return;
  }
  announced.set(id, null);
  publish(context, loaded);
  setTimeout(() => {
    const latest = announced.get(id);
    announced.delete(id);
    if (latest) publish(context, latest);
  }, pauseMs).unref();
}

function publish({ deps }: EpisodeContext, { episode, assignment }: LoadedEpisode): void {
  const { projectId, id: episodeId, nextSequence } = episode;
  const audience = { projectId, memberId: assignment.memberId };
  deps.live
    .publish(deps.db, audience, { type: 'episode', projectId, episodeId, nextSequence })
    .catch((error: unknown) => {
      deps.log.debug({ err: error, episodeId }, 'a live message was not sent');
    });
}
