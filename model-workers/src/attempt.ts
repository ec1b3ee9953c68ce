import { ApiError, type Client } from '@rookery/shared/api';
import type { JobPayload } from '@rookery/shared/queues';
import type { Logger } from 'pino';
import { DeliverAgain } from './deliver-again.ts';
import { FinalFailure } from './final-failure.ts';
import type { EncoderFolder } from './encoder/index.ts';
import type { OpenPolicies } from './policies/open.ts';
import type { OpenRewards } from './reward/open-rewards.ts';
import { openProgressReports } from './progress-reports.ts';
import { untilAnswered } from './until-answered.ts';
import { handlers, type JobResult, type WorkerIdentity } from './workers/index.ts';

export interface AttemptTask {
  client: Client;
  worker: WorkerIdentity;
  policies: OpenPolicies;
  rewards: OpenRewards;
  encoders: ReadonlyMap<string, EncoderFolder>;
  cacheFolder: string;
  log: Logger;
  /** Aborted when this process is asked to end: jobs come to a good point. */
  draining: AbortSignal;
  /** Aborted when this process has to end: what is not handed in by then is delivered to another worker. */
  stopping: AbortSignal;
}

/** Answers that mean the attempt is no longer this worker's: a later one exists, or the job has ended. */
const takenAway = new Set(['conflict', 'wrong_state', 'not_found']);

/** After which a report of progress is given up for the next one, in milliseconds. */
const longestReport = 10_000;

/**
 * Works on one attempt that the queue delivered: begins it through the API, does it, and hands in the result or the
 * reason of the failure, with patience while the server is away. Resolves when the attempt is settled.
 * @throws DeliverAgain when the process has to end before that.
 */
export async function workOnAttempt(task: AttemptTask, payload: JobPayload): Promise<void> {
  const { client, worker, stopping } = task;
  const log = task.log.child({ jobId: payload.jobId, attempt: payload.attempt });
  const onWait = (error: unknown): void => log.warn({ err: error }, 'waiting for the server');
  const params = payload;
  const send = async <T>(request: () => Promise<T>): Promise<T> => {
    try {
      return await untilAnswered(request, { signal: stopping, onWait });
    } catch (error) {
      if (stopping.aborted && !(error instanceof ApiError)) throw new DeliverAgain('the worker stops');
      throw error;
    }
  };

  try {
    const begun = await send(() => client.startAttempt({ params, body: { workerId: worker.id } }));
    const { attemptToken, kind } = begun;
    log.info({ kind }, 'job started');
    const outcome = await handle({ task, begun, payload, log });
    if ('result' in outcome) {
      await send(() => client.completeAttempt({ params, body: { attemptToken, result: outcome.result } }));
      log.info({ kind }, 'job done');
      return;
    }
    const { error } = outcome;
    if (error instanceof DeliverAgain || stopping.aborted) throw new DeliverAgain('the worker stops');
    const reason = error instanceof Error ? error.message : String(error);
    const isFinal = error instanceof FinalFailure;
    await send(() =>
      client.failAttempt({ params, body: { attemptToken, reason: reason.slice(0, 2000), isFinal } }),
    );
    log.error({ kind, err: error, isFinal }, 'job failed');
  } catch (error) {
    if (!isTakenAway(error)) throw error;
    log.info('the attempt is not this worker’s any more');
  }
}

type Begun = Awaited<ReturnType<Client['startAttempt']>>;

/** Does the work of an attempt, and says while it does that it is alive. */
async function handle(options: {
  task: AttemptTask;
  begun: Begun;
  payload: JobPayload;
  log: Logger;
}): Promise<{ result: JobResult } | { error: unknown }> {
  const { task, begun, payload, log } = options;
  const { attemptToken } = begun;
  const lost = new AbortController();
  const signal = AbortSignal.any([lost.signal, task.stopping]);
  const reports = openProgressReports((done, total) =>
    task.client
      .reportProgress({
        params: payload,
        body: { attemptToken, done, total },
        signal: AbortSignal.any([signal, AbortSignal.timeout(longestReport)]),
      })
      .catch((error: unknown) => {
        if (isTakenAway(error)) lost.abort(error);
        else if (!signal.aborted) log.warn({ err: error }, 'progress not reported');
      }),
  );
  const onWait = (error: unknown): void => log.warn({ err: error }, 'waiting for the server');
  const { client, worker, policies, rewards, encoders, cacheFolder, draining } = task;
  try {
    const result = await handlers[begun.kind]({
      client,
      jobId: payload.jobId,
      attempt: payload.attempt,
      attemptToken,
      projectId: begun.projectId,
      input: begun.input,
      worker,
      policies,
      rewards,
      encoders,
      cacheFolder,
      log,
      signal,
      draining,
      send: (request) => untilAnswered(() => request(signal), { signal, onWait }),
      reportProgress: (done, total) => reports.set(done, total),
    });
    return { result };
  } catch (error) {
    return { error };
  } finally {
    await reports.close();
  }
}

const isTakenAway = (error: unknown): boolean => error instanceof ApiError && takenAway.has(error.code);
