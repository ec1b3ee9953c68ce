import { roundStates, type Client, type Job, type Round, type RoundState } from '@rookery/shared/api';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { patiently } from '../jobs.ts';
import { startProgress, type Progress } from '../progress.ts';

const firstPollMs = 150;
const slowestPollMs = 2000;

const labels: Partial<Record<RoundState, string>> = {
  sampling: 'Sampling',
  scoring: 'Scoring',
  pairing: 'Choosing pairs',
  comparing: 'Comparisons',
  training: 'Training',
  rescoring: 'Scoring again',
};

/** Whether a round is at a state or beyond it, or was cancelled on the way. */
export const hasReached = (round: Round, state: RoundState): boolean =>
  round.state === 'cancelled' || roundStates.indexOf(round.state) >= roundStates.indexOf(state);

/**
 * Waits until a round is at a state or beyond it, or is cancelled, showing its progress. A server that is away for a while is waited
 * for.
 * @throws CliError with the reason and what to do when the round does not go on
 */
export async function waitForRound(
  io: Io,
  work: {
    client: Client;
    projectId: string;
    roundId: string;
    until: RoundState;
    json?: boolean | undefined;
  },
): Promise<Round> {
  const { client, projectId, roundId, until, json } = work;
  const params = { projectId, roundId };
  let shown = null as { state: RoundState; progress: Progress } | null;
  try {
    for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 1.5, slowestPollMs)) {
      const round = await patiently(io, () => client.getRound({ params }));
      if (hasReached(round, until)) return round;
      if (round.problem !== null) {
        const { message, jobId } = round.problem;
        const again = jobId === null ? '' : ` "rookery jobs retry ${jobId}" tries again.`;
        throw new CliError('failed', `Round ${round.number} does not go on: ${message}${again}`, {
          code: 'round_stopped',
        });
      }
      if (shown?.state !== round.state) {
        shown?.progress.end();
        const label = labels[round.state] ?? round.state;
        shown = { state: round.state, progress: startProgress(io, { label, json }) };
        pollMs = firstPollMs;
      }
      const { done, total } = await progressOf(io, work, round);
      shown.progress.show(done, total);
      await delay(pollMs, undefined, { signal: io.signal });
    }
  } catch (error) {
    if (io.signal.aborted) {
      throw new CliError('interrupted', 'Stopped watching. The round goes on at the server.', {
        cause: error,
      });
    }
    throw error;
  } finally {
    shown?.progress.end();
  }
}

async function progressOf(
  io: Io,
  { client, projectId }: { client: Client; projectId: string },
  round: Round,
): Promise<Job['progress']> {
  const { state, samples, comparisons, jobs } = round;
  if (state === 'sampling') return { done: samples.done, total: samples.wanted };
  if (state === 'comparing') return { done: comparisons.submitted, total: comparisons.wanted };
  const jobId = (jobs as Partial<Record<RoundState, string | null>>)[state];
  if (jobId == null || !io.isTerminal) return { done: 0, total: null };
  const job = await patiently(io, () => client.getJob({ params: { projectId, jobId } }));
  return job.progress;
}
