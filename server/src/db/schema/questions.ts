import { questionUses } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
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
import { projects } from './projects.ts';

export const questions = pgTable(
  'questions',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    dataset: text('dataset').notNull(),
    /** The question's id in its data set; with it, importing a file again updates instead of doubling. */
    externalId: text('external_id').notNull(),
    fullText: text('full_text').notNull(),
    referenceAnswers: jsonb('reference_answers').$type<string[]>().notNull(),
    referencePages: jsonb('reference_pages').$type<string[]>().notNull(),
    use: enumeration('use', questionUses).notNull(),
    /** Places for demonstrations: assignments take places 1 … wanted. */
    wanted: integer('wanted').notNull(),
    /** Set by a lead: questions of a higher one are given out first. */
    priority: integer('priority').notNull().default(0),
    /** How many places are held, so that the next task is found by an index; kept by whoever changes a place. */
    held: integer('held').notNull().default(0),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    excludedAt: time('excluded_at'),
    excludedReason: text('excluded_reason'),
    /** Reward models are tested on it, and never learn from it; null: none has learnt yet, and it is not decided. Never changed once decided. */
    isHeldOut: boolean('is_held_out'),
  },
  (table) => [
    unique('questions_in_project').on(table.projectId, table.id),
    uniqueIndex('questions_external').on(table.projectId, table.dataset, table.externalId),
    index('questions_order').on(table.projectId, table.createdAt, table.id),
    index('questions_next')
      .on(
        table.projectId,
        table.priority.desc(),
        sql`(${table.held}::float8 / ${table.wanted})`,
        table.createdAt,
        table.id,
      )
      .where(sql`${table.excludedAt} is null and ${table.held} < ${table.wanted}`),
    oneOf('questions_use', table.use, questionUses),
    check('questions_wanted', sql`${table.wanted} >= 0`),
  ],
);
