import { getBrowser, type TrainingStep } from '@rookery/shared/browser';
import type { RebuiltEpisode } from './rebuild.ts';

/** What is learnt from a rebuilt episode: each command with the observation before it, a run of scrolls made one. */
export function trainingRowsOf(browserVersion: string, rebuilt: RebuiltEpisode['steps']): TrainingStep[] {
  const [start, ...rest] = rebuilt;
  return getBrowser(browserVersion).trainingSteps({
    startObservation: start!.observation,
    steps: rest.map(({ sequence, command, outcome, observation }) => ({
      sequence,
      command: command ?? '',
      valid: outcome?.isValid ?? false,
      observation,
    })),
  });
}
