import type { RewardSettings } from '@rookery/shared/api';
import type { Queryable, Transaction } from '../../db/database.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createJob, type JobRow } from '../jobs/index.ts';

export const makeScoring = (
  deps: Dependencies,
  tx: Transaction,
  {
    projectId,
    modelId,
    planId,
    actorId,
  }: { projectId: string; modelId: string; planId: string | null; actorId: string | null },
): Promise<JobRow> =>
  createJob(tx, {
    projectId,
    kind: 'score-answers',
    input: { modelId, planId },
    createdBy: actorId,
    state: 'queued',
    at: deps.clock(),
  });

export const makeRewardTraining = (
  deps: Dependencies,
  tx: Transaction,
  {
    projectId,
    note,
    settings,
    actorId,
  }: { projectId: string; note: string; settings: RewardSettings; actorId: string | null },
): Promise<JobRow> =>
  createJob(tx, {
    projectId,
    kind: 'train-reward',
    input: { note, settings },
    createdBy: actorId,
    state: 'queued',
    at: deps.clock(),
  });

export const previewTraining = (
  _db: Queryable,
  _options: { projectId: string; settings: RewardSettings },
): Promise<{ problem: string | null }> => Promise.resolve({ problem: null });
