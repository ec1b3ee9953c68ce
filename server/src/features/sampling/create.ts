import { ApiError, type SamplingOptions, type SamplingPlan } from '@rookery/shared/api';
import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Transaction } from '../../db/database.ts';
import { recordEvent } from '../../db/events.ts';
import { samples, samplingPlans } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createJobs, enqueueJobs, type JobRow } from '../jobs/index.ts';
import { findProject } from '../projects/index.ts';
import { announcePlan } from './announce.ts';
import { readPlan } from './plans.ts';
import { questionsInScope, readVersions } from './scope.ts';

/** More would be many days' work, and is better done in several plans. */
const mostSamples = 200_000;
/** Rows of one statement, whose values must stay fewer than PostgreSQL's 65,535. */
const rowsAtOnce = 1000;

interface NewPlan {
  projectId: string;
  name: string;
  options: SamplingOptions;
  actorId: string;
}

/** Makes a plan, and queues its jobs. @throws as `insertSamplingPlan` */
export async function createSamplingPlan(deps: Dependencies, plan: NewPlan): Promise<SamplingPlan> {
  const { id, jobs } = await deps.db.transaction((tx) => insertSamplingPlan(deps, tx, plan));
  await enqueueJobs(deps, jobs);
  const { projectId } = plan;
  announcePlan(deps, { projectId, id });
  return readPlan(deps, { projectId, planId: id });
}

/**
 * Writes a plan with its jobs, one for each question and version, and its samples, all waiting. Call `enqueueJobs` once the transaction is
 * committed.
 * @throws ApiError `not_found` for a version that the project has not; `wrong_state` when it would sample nothing, or too much
 */
export async function insertSamplingPlan(
  deps: Dependencies,
  tx: Transaction,
  plan: NewPlan,
): Promise<{ id: string; jobs: JobRow[] }> {
  const { projectId, name, actorId } = plan;
  const at = deps.clock();
  const id = uuidv7();
  const seed = plan.options.seed || randomBytes(8).toString('hex');
  const project = await findProject(tx, projectId);
  if (!project) throw new ApiError('not_found', 'There is no such project.');
  const versions = await readVersions(tx, { projectId, versionIds: plan.options.versionIds });
  const options = { ...plan.options, versionIds: versions.map((version) => version.id) };
  const { questionIds, learnt } = await questionsInScope(tx, { projectId, options, versions, seed });
  checkSize({ questions: questionIds.length, learnt, options });
  const { settingsVersion } = project;
  await tx.insert(samplingPlans).values({
    id,
    projectId,
    name,
    state: 'running',
    options,
    seed,
    settingsVersion,
    createdBy: actorId,
    createdAt: at,
  });
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'sampling-plan',
    objectId: id,
    kind: 'sampling-plan.created',
    after: { name, state: 'running', questions: questionIds.length, options, seed, settingsVersion },
    at,
  });
  const cells = questionIds.flatMap((questionId) =>
    options.versionIds.map((policyVersionId) => ({ questionId, policyVersionId })),
  );
  const inputs = cells.map(() => ({ planId: id }));
  const made = await createJobs(tx, { projectId, kind: 'sample', inputs, createdBy: actorId, at });
  await insertSamples(tx, {
    cells,
    jobs: made,
    projectId,
    planId: id,
    perQuestion: options.perQuestion,
    at,
  });
  return { id, jobs: made };
}

function checkSize(plan: { questions: number; learnt: number; options: SamplingOptions }): void {
  const { questions, learnt, options } = plan;
  if (questions === 0) {
    throw new ApiError(
      'wrong_state',
      learnt > 0
        ? `The policies have learnt from all ${learnt} questions that match. Choose others, or include those learnt from.`
        : `No question in use matches. Choose other uses (now: ${options.uses.join(', ')}) or data sets, or import questions.`,
    );
  }
  const total = questions * options.versionIds.length * options.perQuestion;
  if (total > mostSamples) {
    throw new ApiError(
      'wrong_state',
      `This would be ${total} samples, and a plan has at most ${mostSamples}. Take fewer questions, or make several plans.`,
    );
  }
}

/** Their ids are in the order of questions, versions and numbers. */
async function insertSamples(
  tx: Transaction,
  rows: {
    cells: readonly { questionId: string; policyVersionId: string }[];
    jobs: readonly JobRow[];
    projectId: string;
    planId: string;
    perQuestion: number;
    at: Date;
  },
): Promise<void> {
  const { cells, jobs, projectId, planId, perQuestion, at } = rows;
  const values = cells.flatMap((cell, index) =>
    Array.from({ length: perQuestion }, (_, before) => ({
      id: uuidv7(),
      projectId,
      planId,
      jobId: jobs[index]!.id,
      ...cell,
      number: before + 1,
      state: 'waiting' as const,
      createdAt: at,
    })),
  );
  for (let from = 0; from < values.length; from += rowsAtOnce) {
    await tx.insert(samples).values(values.slice(from, from + rowsAtOnce));
  }
}
