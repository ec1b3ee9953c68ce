import type { RewardManifest, RewardSettings } from '@rookery/shared/api';
import type { CriterionId } from '@rookery/shared/comparisons';
import {
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { answers } from './answers.ts';
import { blobs } from './blobs.ts';
import { id, time } from './columns.ts';
import { comparisons } from './comparisons.ts';
import { jobs } from './jobs.ts';
import { pairs } from './pairs.ts';
import { people } from './people.ts';
import { projects } from './projects.ts';

/** Versions of the reward model. Rows are only added: scores and rounds name them. */
export const rewardModels = pgTable(
  'reward_models',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** Counts from 1 within the project; the highest is in use. */
    version: integer('version').notNull(),
    settings: jsonb('settings').$type<RewardSettings>().notNull(),
    note: text('note').notNull(),
    /** The model file; its hash is what the manifest says. */
    modelBlob: text('model_blob')
      .notNull()
      .references(() => blobs.hash),
    manifest: jsonb('manifest').$type<RewardManifest>().notNull(),
    /** That trained it. */
    jobId: uuid('job_id').notNull(),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    unique('reward_models_in_project').on(table.projectId, table.id),
    uniqueIndex('reward_models_version').on(table.projectId, table.version),
    uniqueIndex('reward_models_job').on(table.jobId),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
  ],
);

/** The comparisons that a training learns from and is tested on, fixed with their ratings when its job is made. */
export const rewardTrainingComparisons = pgTable(
  'reward_training_comparisons',
  {
    projectId: uuid('project_id').notNull(),
    jobId: uuid('job_id').notNull(),
    comparisonId: uuid('comparison_id').notNull(),
    pairId: uuid('pair_id').notNull(),
    revision: integer('revision').notNull(),
    /** `people`, `simulated`, or the name of an import. */
    source: text('source').notNull(),
    /** Positive: the pair's first answer is better. */
    ratings: jsonb('ratings').$type<Partial<Record<CriterionId, number>>>().notNull(),
    /** Its question is: the model is tested on it, and does not learn from it. */
    isHeldOut: boolean('is_held_out').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.comparisonId] }),
    index('reward_training_comparisons_pair').on(table.jobId, table.pairId),
    index('reward_training_comparisons_of_pair').on(table.pairId),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
    foreignKey({
      columns: [table.projectId, table.comparisonId],
      foreignColumns: [comparisons.projectId, comparisons.id],
    }),
    foreignKey({ columns: [table.projectId, table.pairId], foreignColumns: [pairs.projectId, pairs.id] }),
  ],
);

/** The demonstrations whose mean score is a version's zero, fixed when its training is made. */
export const rewardZeroAnswers = pgTable(
  'reward_zero_answers',
  {
    projectId: uuid('project_id').notNull(),
    jobId: uuid('job_id').notNull(),
    answerId: uuid('answer_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.answerId] }),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
    foreignKey({
      columns: [table.projectId, table.answerId],
      foreignColumns: [answers.projectId, answers.id],
    }),
  ],
);

/** What a version of the reward model makes of an answer. */
export const answerScores = pgTable(
  'answer_scores',
  {
    projectId: uuid('project_id').notNull(),
    modelId: uuid('model_id').notNull(),
    answerId: uuid('answer_id').notNull(),
    score: doublePrecision('score').notNull(),
    /** Standard deviation over the ensemble's members. */
    uncertainty: doublePrecision('uncertainty').notNull(),
    /** By the models that learnt from half of the questions each; null where the version has none. */
    firstHalf: doublePrecision('first_half'),
    secondHalf: doublePrecision('second_half'),
    jobId: uuid('job_id').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.modelId, table.answerId] }),
    index('answer_scores_order').on(table.modelId, table.score, table.answerId),
    index('answer_scores_answer').on(table.answerId),
    foreignKey({
      columns: [table.projectId, table.modelId],
      foreignColumns: [rewardModels.projectId, rewardModels.id],
    }),
    foreignKey({
      columns: [table.projectId, table.answerId],
      foreignColumns: [answers.projectId, answers.id],
    }),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
  ],
);
