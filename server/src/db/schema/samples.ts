import { sampleStates, type SamplingOptions } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { enumeration, id, oneOf, time } from './columns.ts';
import { jobs } from './jobs.ts';
import { people } from './people.ts';
import { policyVersions } from './policies.ts';
import { projects } from './projects.ts';
import { questions } from './questions.ts';

/** States that are stored; a plan that runs and has no job left to do is done. */
export const storedPlanStates = ['running', 'paused', 'cancelled'] as const;

/** Sampling plans: which questions are sampled, from which policy versions, and how. */
export const samplingPlans = pgTable(
  'sampling_plans',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    name: text('name').notNull(),
    state: enumeration('state', storedPlanStates).notNull(),
    /** As they were asked for. */
    options: jsonb('options').$type<SamplingOptions>().notNull(),
    /** What every draw of it comes from. */
    seed: text('seed').notNull(),
    /** Settings of the project that its episodes are made under. */
    settingsVersion: integer('settings_version').notNull(),
    /** That makes its pairs; null: none was begun. */
    pairingJobId: uuid('pairing_job_id'),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
    /** When its last job ended, or it was cancelled. */
    endedAt: time('ended_at'),
  },
  (table) => [
    unique('sampling_plans_in_project').on(table.projectId, table.id),
    index('sampling_plans_order').on(table.projectId, table.createdAt),
    foreignKey({ columns: [table.projectId, table.pairingJobId], foreignColumns: [jobs.projectId, jobs.id] }),
    oneOf('sampling_plans_state', table.state, storedPlanStates),
  ],
);

/**
 * The samples of a plan: n for each question and version, and a job for each question and version. A draw of one is an episode;
 * it is drawn again when its answer is there already.
 */
export const samples = pgTable(
  'samples',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    planId: uuid('plan_id').notNull(),
    jobId: uuid('job_id').notNull(),
    questionId: uuid('question_id').notNull(),
    policyVersionId: uuid('policy_version_id').notNull(),
    /** 1 … n. */
    number: integer('number').notNull(),
    state: enumeration('state', sampleStates).notNull(),
    /** The present draw, or the last: `episodes.draw`. 0 before the first. */
    draw: integer('draw').notNull().default(0),
    createdAt: time('created_at').notNull(),
    endedAt: time('ended_at'),
  },
  (table) => [
    unique('samples_in_project').on(table.projectId, table.id),
    uniqueIndex('samples_number').on(table.planId, table.questionId, table.policyVersionId, table.number),
    index('samples_job').on(table.jobId, table.number),
    index('samples_version').on(table.policyVersionId, table.state),
    index('samples_question').on(table.questionId),
    index('samples_ended').on(table.planId, table.endedAt),
    foreignKey({
      columns: [table.projectId, table.planId],
      foreignColumns: [samplingPlans.projectId, samplingPlans.id],
    }),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
    foreignKey({
      columns: [table.projectId, table.questionId],
      foreignColumns: [questions.projectId, questions.id],
    }),
    foreignKey({
      columns: [table.projectId, table.policyVersionId],
      foreignColumns: [policyVersions.projectId, policyVersions.id],
    }),
    oneOf('samples_state', table.state, sampleStates),
    check('samples_draw', sql`${table.draw} >= 0 and ${table.number} >= 1`),
  ],
);
