import type { ServerJobKind } from '@rookery/shared/queues';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { openBlobFolder } from '../blobs/index.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { projects } from '../db/schema/index.ts';
import type { Dependencies } from '../dependencies.ts';
import {
  createJob,
  enqueueJob,
  type JobContext,
  type JobProcessor,
  type JobRow,
} from '../features/jobs/index.ts';
import { openLive } from '../live/index.ts';
import { createQueues } from '../plugins/queues.ts';
import type { Processors } from './runner.ts';

/** A server without its routes, for tests of jobs; several may share a database and a queue. */
export interface JobServer {
  deps: Dependencies;
  /** What was logged, a JSON line each. */
  logged: string[];
  /** Moves this server's clock, which otherwise is the real one. */
  advance(ms: number): void;
  newProject(): Promise<string>;
  newJob(options: { projectId: string; kind?: ServerJobKind; isLost?: boolean }): Promise<JobRow>;
  close(): Promise<void>;
}

export async function openJobServer(options: {
  databaseUrl: string;
  redisUrl: string | undefined;
  folder: string;
}): Promise<JobServer> {
  const config = readConfig({
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    ROOKERY_DATA_DIR: options.folder,
    ROOKERY_SECRET: randomBytes(32).toString('hex'),
  });
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 5 });
  pool.on('error', () => {});
  const db = openDatabase(pool);
  let offset = 0;
  const clock = (): Date => new Date(Date.now() + offset);
  const queues = await createQueues({ config, pool });
  const live = await openLive({ databaseUrl: options.databaseUrl, log });
  const blobs = await openBlobFolder(options.folder);
  const deps: Dependencies = { config, pool, db, queues, blobs, live, clock, log };
  return {
    deps,
    logged,
    advance: (ms) => void (offset += ms),
    async newProject() {
      const id = uuidv7();
      await db.insert(projects).values({ id, name: `Project ${id}`, settingsVersion: 1, createdAt: clock() });
      return id;
    },
    async newJob({ projectId, kind = 'verify-episodes', isLost = false }) {
      const job = await createJob(db, {
        projectId,
        kind,
        input: {},
        createdBy: null,
        state: 'queued',
        at: clock(),
      });
      if (!isLost) await enqueueJob(deps, job);
      return job;
    },
    async close() {
      await queues.close();
      await live.close();
      await pool.end();
    },
  };
}

/** One processor for every kind. */
export const processAll = (processor: JobProcessor): Processors => ({
  'import-questions': processor,
  'import-library': processor,
  'export-demonstrations': processor,
  'verify-episodes': processor,
  'import-answers': processor,
  'import-comparisons': processor,
  'make-pairs': processor,
  'choose-pairs': processor,
  'export-comparisons': processor,
});

/** Resolves when the signal aborts, with its reason as the rejection: what waiting work does. */
export const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

export const stepsInAll = 5;

/** Work in five steps with a checkpoint after each; a step leaves one problem as its trace. */
export async function workInSteps(
  deps: Dependencies,
  context: JobContext,
  beforeStep: (step: number) => Promise<void>,
): Promise<void> {
  const first = Number(context.checkpoint?.['next'] ?? 1);
  for (let step = first; step <= stepsInAll; step += 1) {
    await beforeStep(step);
    await deps.db.transaction(async (tx) => {
      await context.addProblems([{ file: 'steps', row: step, reason: 'a trace' }], tx);
      await context.saveCheckpoint({ next: step + 1 }, tx);
    });
    await context.reportProgress(step, stepsInAll);
  }
}
