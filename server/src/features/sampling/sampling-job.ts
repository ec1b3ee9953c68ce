import {
  ApiError,
  endpointSettingsSchema,
  rankerManifestSchema,
  rankerSettingsSchema,
  samplingOptionsSchema,
  type SamplingJob,
  type SamplingOptions,
  type SamplingPolicy,
} from '@rookery/shared/api';
import { and, asc, eq } from 'drizzle-orm';
import type { Queryable, Transaction } from '../../db/database.ts';
import { policyVersions, questions, samples, samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { FileAnswer } from '../../http/handlers.ts';
import { findModelJob } from '../jobs/index.ts';
import { modelFile } from '../policies/index.ts';
import type { PlanRow } from './plans.ts';
import type { VersionRow } from './scope.ts';

export interface WorkerKey {
  jobId: string;
  tokenId: string;
}

/** What a job samples: a question, by a version, in a plan. */
export interface SampledCell {
  plan: PlanRow;
  options: SamplingOptions;
  version: VersionRow;
  question: { id: string; fullText: string };
}

/** What every choice of a draw comes from. */
export const seedOfDraw = (
  { plan, version, question }: SampledCell,
  { number, draw }: { number: number; draw: number },
): string => `${plan.seed} ${question.id} ${version.source} ${number} ${draw}`;

/**
 * What a job samples, for a worker whose token is for its project.
 * @throws ApiError `not_found`; `wrong_state` when the job is no sampling job
 */
export async function findCell(db: Queryable, key: WorkerKey): Promise<SampledCell> {
  const job = await findModelJob(db, key);
  const [row] = await db
    .select({
      plan: samplingPlans,
      version: policyVersions,
      question: { id: questions.id, fullText: questions.fullText },
    })
    .from(samples)
    .innerJoin(samplingPlans, eq(samplingPlans.id, samples.planId))
    .innerJoin(policyVersions, eq(policyVersions.id, samples.policyVersionId))
    .innerJoin(questions, eq(questions.id, samples.questionId))
    .where(eq(samples.jobId, job.id))
    .limit(1);
  if (!row) throw new ApiError('wrong_state', `This job (${job.kind}) has no samples to draw.`);
  return { ...row, options: samplingOptionsSchema.parse(row.plan.options) };
}

/** What a sampling job is to do, and how far it is. @throws as `findCell` */
export async function getSamplingJob(deps: Dependencies, key: WorkerKey): Promise<SamplingJob> {
  const { options, version, question } = await findCell(deps.db, key);
  const rows = await deps.db
    .select({ number: samples.number, state: samples.state, draw: samples.draw })
    .from(samples)
    .where(eq(samples.jobId, key.jobId))
    .orderBy(asc(samples.number));
  return { question, policy: policyOf(version), temperature: options.temperature, samples: rows };
}

function policyOf(row: VersionRow): SamplingPolicy {
  const { id, name, version, kind, settings, manifest } = row;
  if (kind === 'endpoint')
    return { kind, id, name, version, settings: endpointSettingsSchema.parse(settings) };
  return {
    kind,
    id,
    name,
    version,
    settings: rankerSettingsSchema.parse(settings),
    manifest: rankerManifestSchema.parse(manifest),
  };
}

/** The model file that a job samples with. @throws as `findCell`; `wrong_state` too when its policy has none, or it is not intact */
export async function samplingModel(deps: Dependencies, key: WorkerKey): Promise<FileAnswer> {
  const { plan, version } = await findCell(deps.db, key);
  return modelFile(deps, { projectId: plan.projectId, versionId: version.id });
}

/** The row of one of a job's samples, which nobody else changes until the transaction ends. @throws ApiError `not_found` */
export async function lockSample(
  tx: Transaction,
  key: { jobId: string; number: number },
): Promise<typeof samples.$inferSelect> {
  const [sample] = await tx
    .select()
    .from(samples)
    .where(and(eq(samples.jobId, key.jobId), eq(samples.number, key.number)))
    .for('no key update');
  if (sample) return sample;
  throw new ApiError('not_found', `This job has no sample ${key.number}.`);
}
