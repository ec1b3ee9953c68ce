import type { Client } from '@rookery/shared/api';
import type { ModelJobKind } from '@rookery/shared/queues';
import type { Logger } from 'pino';
import type { EncoderFolder } from '../encoder/index.ts';
import type { OpenPolicies } from '../policies/open.ts';
import type { OpenRewards } from '../reward/open-rewards.ts';
import { ping } from './ping.ts';
import { sample } from './sample.ts';
import { score } from './score.ts';
import { scoreAnswers } from './score-answers.ts';
import { trainReward } from './train-reward.ts';
import { trainRanker } from './train-ranker.ts';

/** What a worker says of itself. */
export interface WorkerIdentity {
  id: string;
  name: string;
  /** Of its program. */
  version: string;
}

/** What a handler works with. */
export interface JobContext {
  client: Client;
  jobId: string;
  attempt: number;
  /** Goes with every write of this attempt. */
  attemptToken: string;
  projectId: string;
  /** As the server stored it; a handler checks it against its own schema. */
  input: Record<string, unknown>;
  worker: WorkerIdentity;
  policies: OpenPolicies;
  rewards: OpenRewards;
  /** Encoder folders of this worker, by name. */
  encoders: ReadonlyMap<string, EncoderFolder>;
  /** A folder for what can be made or downloaded again. */
  cacheFolder: string;
  log: Logger;
  /** Aborted when the server takes the attempt away from this worker, or the process has to end: stop at once. */
  signal: AbortSignal;
  /** Aborted when the process is asked to end: come to a point from which another worker can go on, and throw DeliverAgain. */
  draining: AbortSignal;
  /** Sends a request, which has to be safe to repeat, until the server has answered it; it is given `signal`. */
  send: <T>(request: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** Says how far it is; `total` is null while it is not known. */
  reportProgress(done: number, total: number | null): void;
}

/** Does one attempt; its answer, ids and JSON-safe values, is the job's result. A rejection is reported as failure. */
export type JobHandler = (context: JobContext) => Promise<JobResult>;
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JobResult = Record<string, Json>;

export const handlers: Record<ModelJobKind, JobHandler> = {
  ping,
  'train-ranker': trainRanker,
  sample,
  'train-reward': trainReward,
  'score-answers': scoreAnswers,
  score,
};
