import { ApiError } from '@rookery/shared/api';
import { familyOf } from '@rookery/shared/queues';
import { and, eq, isNull, or } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { apiTokens, jobs } from '../../db/schema/index.ts';
import type { JobRow } from './presenter.ts';

/**
 * A model job that a worker's token is for: one that is bound to a project works on that project's jobs alone.
 * @throws ApiError `not_found`
 */
export async function findModelJob(db: Queryable, key: { jobId: string; tokenId: string }): Promise<JobRow> {
  const [row] = await db
    .select({ job: jobs })
    .from(jobs)
    .innerJoin(
      apiTokens,
      and(
        eq(apiTokens.id, key.tokenId),
        or(isNull(apiTokens.projectId), eq(apiTokens.projectId, jobs.projectId)),
      ),
    )
    .where(eq(jobs.id, key.jobId));
  if (!row || familyOf(row.job.kind) !== 'model') throw modelJobNotFound();
  return row.job;
}

export const modelJobNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such job for model workers.');

/**
 * Locks the row of a job whose attempt runs under this token: until the transaction ends it is not superseded, held, cancelled or ended.
 * `share` lets others do the same meanwhile, `update` lets nobody.
 * @throws ApiError `conflict` when the attempt no longer counts
 */
export async function lockRunningAttempt(
  tx: Transaction,
  key: { jobId: string; attemptToken: string; strength: 'share' | 'update' },
): Promise<JobRow> {
  const isRunning = and(
    eq(jobs.id, key.jobId),
    eq(jobs.attemptToken, key.attemptToken),
    eq(jobs.state, 'running'),
  );
  const [job] = await tx.select().from(jobs).where(isRunning).for(key.strength);
  if (job) return job;
  throw attemptSuperseded();
}

export const attemptSuperseded = (): ApiError =>
  new ApiError(
    'conflict',
    'This attempt no longer counts: another one has begun, or the job was held or has ended. Drop it.',
  );
