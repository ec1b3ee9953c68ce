import type { Client, Job, SamplingFigures, SamplingPlan } from '@rookery/shared/api';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { patiently, waitForJob } from '../jobs.ts';
import { startProgress } from '../progress.ts';
import { duration, orDash, percent, tableOf } from '../table.ts';
import { atVersion } from './policies.ts';

const firstPollMs = 150;
const slowestPollMs = 2000;

const hasEnded = ({ state, options, pairing }: SamplingPlan): boolean =>
  state === 'cancelled' || (state === 'done' && (options.pairing === null || pairing !== null));

/**
 * Waits until a plan has ended and its pairs are made, showing its progress. A paused plan is waited for, too.
 * @throws CliError when making its pairs failed
 */
export async function waitForPlan(
  io: Io,
  work: { client: Client; projectId: string; plan: SamplingPlan; json?: boolean | undefined },
): Promise<{ plan: SamplingPlan; pairing: Job | null }> {
  const { client, projectId, json } = work;
  const { id: planId, name } = work.plan;
  const read = (): Promise<SamplingPlan> =>
    patiently(io, () => client.getSamplingPlan({ params: { projectId, planId } }));
  const progress = startProgress(io, { label: 'Sampling', json });
  let { plan } = work;
  try {
    let pollMs = firstPollMs;
    while (!hasEnded(plan)) {
      const samples = sum(plan, (one) => one.samples);
      progress.show(samples - sum(plan, (one) => one.waiting + one.running), samples);
      await delay(pollMs, undefined, { signal: io.signal });
      pollMs = Math.min(pollMs * 1.5, slowestPollMs);
      const { state } = plan;
      plan = await read();
      if (plan.state === 'paused' && state !== 'paused' && !json) {
        io.err(`The plan was paused: "rookery sampling resume" goes on.\n`);
      }
    }
  } catch (error) {
    if (io.signal.aborted) {
      throw new CliError('interrupted', `Stopped waiting. Sampling plan "${name}" goes on at the server.`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    progress.end();
  }
  if (plan.state === 'cancelled' || plan.pairing === null) return { plan, pairing: null };
  const { jobId } = plan.pairing;
  const pairing = await waitForJob(io, { client, projectId, jobId, label: 'Making pairs', json });
  return { plan: await read(), pairing };
}

const sum = ({ versions }: SamplingPlan, count: (version: SamplingFigures) => number): number =>
  versions.reduce((total, version) => total + count(version), 0);

const columns = [
  { head: 'Policy' },
  ...[
    'Samples',
    'Waiting',
    'Running',
    'Answered',
    'No answer',
    'Duplicates',
    'Cancelled',
    'Redraws',
    'Citing a reference',
    'Seconds',
    'Commands',
  ].map((head) => ({ head, isNumber: true })),
];

/** How a plan stands, for people. */
export function describePlan(plan: SamplingPlan): string {
  const { jobs, pairing, samplesPerMinute, secondsLeft } = plan;
  const rows = plan.versions.map((one) => [
    atVersion(one.policy),
    String(one.samples),
    String(one.waiting),
    String(one.running),
    String(one.answered),
    String(one.noAnswer),
    String(one.duplicate),
    String(one.cancelled),
    String(one.redraws),
    one.citable === 0 ? '–' : `${one.citing} of ${one.citable} (${percent(one.citing / one.citable)})`,
    orDash(one.medianSeconds, (seconds) => seconds.toFixed(1)),
    orDash(one.medianCommands, String),
  ]);
  const left = secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;
  return [
    `"${plan.name}" (${plan.id}): ${plan.state}, ${plan.questions} questions, seed ${plan.seed}`,
    `Jobs: ${jobs.done} done, ${jobs.open} open, ${jobs.failed} failed, ${jobs.cancelled} cancelled; ${samplesPerMinute.toFixed(1)} samples a minute${left}`,
    ...(jobs.lastError === null ? [] : [`Last error: ${jobs.lastError}`]),
    ...(pairing === null ? [] : [`Pairs: ${pairing.pairs}`]),
    tableOf(columns, rows),
  ].join('\n');
}
