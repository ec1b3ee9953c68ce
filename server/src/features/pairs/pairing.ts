import { ApiError, type Job, type pairRoutes, type PairingOptions } from '@rookery/shared/api';
import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { z } from 'zod';
import type { Queryable, Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { pairings } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createJob, enqueueJob, jobAnswer, type JobRow } from '../jobs/index.ts';
import { findProject } from '../projects/index.ts';
import type { MakePairsInput } from './make-pairs.ts';
import { planPairs } from './planning.ts';

type Preview = z.input<(typeof pairRoutes)['previewPairing']['answer']>;

/** What a run of pairing would come to now. Without a seed one is drawn, so that the draw of the run is another one. */
export async function previewPairing(
  deps: Dependencies,
  { projectId, options }: { projectId: string; options: PairingOptions },
): Promise<Preview> {
  const { overlap, reratedPercent } = await settleTargets(deps.db, { projectId, options });
  const seed = options.seed || newSeed();
  const sum = { questions: 0, answers: 0, candidates: 0, twins: 0, existing: 0, pairs: 0 };
  for await (const { plans } of planPairs(deps.db, { projectId, seed, options, after: null })) {
    for (const plan of plans) {
      if (plan.candidates > 0) {
        sum.questions += 1;
        sum.answers += plan.answers;
      }
      sum.candidates += plan.candidates;
      sum.twins += plan.twins;
      sum.existing += plan.existing;
      sum.pairs += plan.chosen.length;
    }
  }
  const wanted = options.calibration ? 0 : overlap + reratedPercent / 100;
  return { ...sum, comparisons: sum.pairs * wanted };
}

interface NewPairing {
  projectId: string;
  options: PairingOptions;
  /** Null: the server itself. */
  actorId: string | null;
}

/** Queues a run of pairing. What the settings decide of it is decided now. */
export async function createPairing(deps: Dependencies, pairing: NewPairing): Promise<Job> {
  const job = await deps.db.transaction((tx) => insertPairing(deps, tx, pairing));
  await enqueueJob(deps, job);
  return jobAnswer(job);
}

/** Writes a run of pairing and its job. Call `enqueueJob` once the transaction is committed. */
export async function insertPairing(
  deps: Dependencies,
  tx: Transaction,
  { projectId, options, actorId }: NewPairing,
): Promise<JobRow> {
  const targets = await settleTargets(tx, { projectId, options });
  const at = deps.clock();
  const seed = options.seed || newSeed();
  const pairingId = uuidv7();
  const input: MakePairsInput = { pairingId, seed, options: { ...options, ...targets } };
  const row = await createJob(tx, {
    projectId,
    kind: 'make-pairs',
    input,
    createdBy: actorId,
    state: 'queued',
    at,
  });
  const method = options.perQuestion === null ? 'all' : 'per-question';
  await tx.insert(pairings).values({
    id: pairingId,
    projectId,
    method,
    options,
    seed,
    jobId: row.id,
    createdBy: actorId,
    createdAt: at,
  });
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'pairing',
    objectId: pairingId,
    kind: 'pairing.created',
    after: { method, options, seed },
    at,
  });
  return row;
}

const newSeed = (): string => randomBytes(8).toString('hex');

async function settleTargets(
  db: Queryable,
  { projectId, options }: { projectId: string; options: PairingOptions },
): Promise<{ overlap: number; reratedPercent: number }> {
  const project = await findProject(db, projectId);
  if (!project) throw new ApiError('not_found', 'There is no such project.');
  const { comparisons } = project.settings;
  return {
    overlap: options.overlap ?? comparisons.overlap,
    reratedPercent: options.reratedPercent ?? comparisons.reratedPercent,
  };
}
