import { ApiError, type Episode } from '@rookery/shared/api';
import { DeliverAgain } from '../deliver-again.ts';
import type { Drawing } from './draw-sample.ts';
import { timed } from './timed.ts';

/** An episode and what is shown where it stands. */
interface Standing {
  episode: Episode;
  observation: string;
}

/**
 * Browses until browsing has ended, from where the episode stands: each command is drawn by `${seed} ${sequence}`, so that another
 * worker that goes on draws what this one would have drawn.
 * @returns the episode as it stands then.
 * @throws DeliverAgain between two commands, when the process is asked to end.
 */
export async function browse(
  drawing: Drawing,
  { episode, seed }: { episode: Episode; seed: string },
): Promise<Episode> {
  if (episode.state !== 'browsing') return episode;
  let standing = await lookAt(drawing, episode);
  while (standing.episode.state === 'browsing') standing = await step(drawing, { ...standing, seed });
  return standing.episode;
}

/** Draws the next command and has it carried out. */
async function step(
  drawing: Drawing,
  { episode, observation, seed }: Standing & { seed: string },
): Promise<Standing> {
  const { context, policy, job } = drawing;
  const { client, attemptToken, projectId, signal, draining, send } = context;
  if (draining.aborted) throw new DeliverAgain('the worker stops between two commands');
  const sequence = episode.nextSequence;
  const proposed = await timed(async () => {
    const [first] = await policy.nextCommands(
      { view: episode.view, observation },
      { seed: `${seed} ${sequence}`, temperature: job.temperature, count: 1, signal },
    );
    if (first === undefined) throw new Error('The policy proposed no command.');
    return first;
  });
  try {
    const sent = await send((signal) =>
      client.sendCommand({
        params: { projectId, episodeId: episode.id, sequence },
        body: { ...proposed, leaseToken: attemptToken, withObservation: true },
        signal,
      }),
    );
    if (sent.observation !== null) return { episode: sent.episode, observation: sent.observation };
    return await lookAt(drawing, sent.episode);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'sequence_conflict') throw error;
    // A worker that had this attempt before was killed after its command was stored.
    const { id: episodeId } = episode;
    const stored = await send((signal) => client.getEpisode({ params: { projectId, episodeId }, signal }));
    if (stored.nextSequence === sequence) throw error;
    return lookAt(drawing, stored);
  }
}

async function lookAt(drawing: Drawing, episode: Episode): Promise<Standing> {
  const { client, projectId, send } = drawing.context;
  const params = { projectId, episodeId: episode.id };
  const { sequence, observation } = await send((signal) => client.getObservation({ params, signal }));
  if (sequence === episode.nextSequence - 1) return { episode, observation };
  return lookAt(drawing, await send((signal) => client.getEpisode({ params, signal })));
}
