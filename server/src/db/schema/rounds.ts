import { roundStates, type RoundOptions } from '@rookery/shared/api';
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
import { projects } from './projects.ts';
import { rewardModels } from './rewards.ts';
import { samplingPlans } from './samples.ts';

/** Rounds: samples, comparisons of them, and the reward model that learns from these. One at a time is open. */
export const rounds = pgTable(
  'rounds',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** Counts from 1 within the project. */
    number: integer('number').notNull(),
    name: text('name').notNull(),
    state: enumeration('state', roundStates).notNull(),
    /** As they were asked for. */
    options: jsonb('options').$type<RoundOptions>().notNull(),
    /** What the choice of pairs comes from. */
    seed: text('seed').notNull(),
    planId: uuid('plan_id').notNull(),
    /** The reward model that scores its samples and chooses their pairs; null: none was there. */
    startModelId: uuid('start_model_id'),
    scoringJobId: uuid('scoring_job_id'),
    pairingJobId: uuid('pairing_job_id'),
    trainingJobId: uuid('training_job_id'),
    rescoringJobId: uuid('rescoring_job_id'),
    /** That came of it. */
    modelId: uuid('model_id'),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
    closedAt: time('closed_at'),
  },
  (table) => [
    unique('rounds_in_project').on(table.projectId, table.id),
    uniqueIndex('rounds_number').on(table.projectId, table.number),
    uniqueIndex('rounds_plan').on(table.planId),
    /** The next one starts from what this one comes to. */
    uniqueIndex('rounds_open')
      .on(table.projectId)
      .where(sql`${table.state} not in ('closed', 'cancelled')`),
    index('rounds_model').on(table.modelId),
    foreignKey({
      columns: [table.projectId, table.planId],
      foreignColumns: [samplingPlans.projectId, samplingPlans.id],
    }),
    foreignKey({
      columns: [table.projectId, table.startModelId],
      foreignColumns: [rewardModels.projectId, rewardModels.id],
    }),
    foreignKey({
      columns: [table.projectId, table.modelId],
      foreignColumns: [rewardModels.projectId, rewardModels.id],
    }),
    foreignKey({ columns: [table.projectId, table.scoringJobId], foreignColumns: [jobs.projectId, jobs.id] }),
    foreignKey({ columns: [table.projectId, table.pairingJobId], foreignColumns: [jobs.projectId, jobs.id] }),
    foreignKey({
      columns: [table.projectId, table.trainingJobId],
      foreignColumns: [jobs.projectId, jobs.id],
    }),
    foreignKey({
      columns: [table.projectId, table.rescoringJobId],
      foreignColumns: [jobs.projectId, jobs.id],
    }),
    oneOf('rounds_state', table.state, roundStates),
    check(
      'rounds_closed',
      sql`(${table.closedAt} is not null) = (${table.state} in ('closed', 'cancelled'))`,
    ),
  ],
);
