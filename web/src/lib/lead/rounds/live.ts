import type { Round } from '@rookery/shared/api';
import type { LiveMessage } from '@rookery/shared/live';

/** How often at most rounds are read again while samples and comparisons come in, in milliseconds. */
export const roundEveryMs = 1500;

/** Whether a message may be about a round of a project: its state, its samples, its comparisons, or its reward model. */
export const isAboutRounds = (message: LiveMessage, projectId: string): boolean =>
  (message.type === 'round' ||
    message.type === 'sampling-plan' ||
    message.type === 'overview' ||
    message.type === 'comparison' ||
    message.type === 'reward-models') &&
  message.projectId === projectId;

/** The jobs that a round has made beside those of its sampling plan, in their order. */
export const jobsOf = ({ jobs }: Pick<Round, 'jobs'>): string[] =>
  [jobs.scoring, jobs.pairing, jobs.training, jobs.rescoring].filter((id) => id !== null);
