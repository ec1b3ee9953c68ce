import type { ModelJobKind } from '@rookery/shared/queues';
import { ping } from './ping.ts';

/** What a handler works with. */
export interface JobContext {
  projectId: string;
  /** As the server stored it; a handler checks it against its own schema. */
  input: Record<string, unknown>;
  worker: { id: string; name: string };
  /** Aborted when the server takes the attempt away from this worker: stop soon. */
  signal: AbortSignal;
  /** Says how far it is; `total` is null while it is not known. */
  reportProgress(done: number, total: number | null): Promise<void>;
}

/** Does one attempt; its answer, ids and JSON-safe values, is the job's result. A rejection is reported as failure. */
export type JobHandler = (context: JobContext) => Promise<Result>;
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type Result = Record<string, Json>;

/** Says that another attempt would fail in the same way; the message is for a lead. */
export class FinalFailure extends Error {
  override name = 'FinalFailure';
}

const later: JobHandler = () => Promise.reject(new Error('to be built'));
export const handlers: Record<ModelJobKind, JobHandler> = { ping, 'train-ranker': later, sample: later };
