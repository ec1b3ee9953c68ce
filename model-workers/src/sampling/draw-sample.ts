import type { Sampler, SampleState, SamplingJob } from '@rookery/shared/api';
import type { Policy } from '../policies/policy.ts';
import type { JobContext } from '../workers/index.ts';
import { answer } from './answer.ts';
import { browse } from './browse.ts';

/** What a sample is drawn with. */
export interface Drawing {
  context: JobContext;
  job: SamplingJob;
  policy: Policy;
  /** Of the sample. */
  number: number;
}

type DoneState = Exclude<SampleState, 'waiting' | 'running'>;

/**
 * Draws a sample until it is done, from where it stands: begins its episode or goes on with the one under way, browses, answers, and
 * draws again while the server wants another answer.
 */
export async function drawSample(drawing: Drawing): Promise<DoneState> {
  const { context, number } = drawing;
  const { client, jobId, attemptToken, send } = context;
  let last: string | null = null;
  for (;;) {
    const body = { attemptToken, sampler: samplerOf(drawing) };
    const { state, seed, episode } = await send((signal) =>
      client.beginSample({ params: { jobId, number }, body, signal }),
    );
    if (episode === null) {
      if (state !== 'waiting' && state !== 'running') return state;
      throw new Error(`Sample ${number} is ${state}, but the server began no episode for it.`);
    }
    if (episode.id === last)
      throw new Error(`Sample ${number} goes on with episode ${episode.id}, which has ended.`);
    last = episode.id;
    const browsed = await browse(drawing, { episode, seed });
    if (browsed.state !== 'answering') continue;
    const answered = await answer(drawing, { episode: browsed, seed });
    if (answered.state !== 'waiting' && answered.state !== 'running') return answered.state;
  }
}

function samplerOf({ context, policy }: Drawing): Sampler {
  const { name, version } = context.worker;
  return { worker: name, version, device: policy.device, details: policy.details };
}
