import { pairingMethods, pairRules } from '@rookery/shared/api';
import { formNames } from '@rookery/shared/comparisons';
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  doublePrecision,
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
import { answers } from './answers.ts';
import { enumeration, id, oneOf, time } from './columns.ts';
import { jobs } from './jobs.ts';
import { people } from './people.ts';
import { projects } from './projects.ts';
import { questions } from './questions.ts';

/** How pairs were made: every run of pairing, every import of comparisons, and each pair that a lead made by hand. */
export const pairings = pgTable(
  'pairings',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    method: enumeration('method', pairingMethods).notNull(),
    /** What was asked for, as it was asked; null for an import and for a pair by hand. */
    options: jsonb('options').$type<Record<string, unknown>>(),
    /** What every draw of it comes from. */
    seed: text('seed').notNull(),
    jobId: uuid('job_id'),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    unique('pairings_in_project').on(table.projectId, table.id),
    uniqueIndex('pairings_job').on(table.jobId),
    index('pairings_order').on(table.projectId, table.createdAt),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
    oneOf('pairings_method', table.method, pairingMethods),
  ],
);

/** Two answers to one question that are to be compared, or were. */
export const pairs = pgTable(
  'pairs',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    questionId: uuid('question_id').notNull(),
    form: enumeration('form', formNames).notNull(),
    /** Which is first is drawn; ratings are positive where the first is better. */
    firstAnswerId: uuid('first_answer_id').notNull(),
    secondAnswerId: uuid('second_answer_id').notNull(),
    pairingId: uuid('pairing_id').notNull(),
    /** With what probability it was chosen among those that could have been; null: not known (imported), or chosen by hand. */
    probability: doublePrecision('probability'),
    /** By which rule of its round it was chosen; null: not in a round. */
    rule: enumeration('rule', pairRules),
    /** Places for comparisons by raters, 1 … wanted: the overlap, and one more where the lot fell on re-rating. */
    wanted: integer('wanted').notNull(),
    /** How many places are held, so that the next task is found by an index; kept by whoever changes a place. */
    held: integer('held').notNull().default(0),
    /** Everybody compares it once, outside the places. */
    isCalibration: boolean('is_calibration').notNull().default(false),
    /** Set by a lead: pairs of a higher one are given out first. */
    priority: integer('priority').notNull().default(0),
    /** From 0 to 1, drawn: the order in which pairs of one priority are given out, so that questions are mixed. */
    lot: doublePrecision('lot').notNull(),
    createdAt: time('created_at').notNull(),
    excludedAt: time('excluded_at'),
    excludedReason: text('excluded_reason'),
  },
  (table) => [
    unique('pairs_in_project').on(table.projectId, table.id),
    /** Two answers are one pair of a form, whichever is first. */
    uniqueIndex('pairs_answers').on(
      table.form,
      sql`least(${table.firstAnswerId}, ${table.secondAnswerId})`,
      sql`greatest(${table.firstAnswerId}, ${table.secondAnswerId})`,
    ),
    index('pairs_next')
      .on(
        table.projectId,
        table.form,
        table.priority.desc(),
        sql`(${table.held}::float8 / ${table.wanted})`,
        table.lot,
        table.id,
      )
      .where(
        sql`${table.excludedAt} is null and not ${table.isCalibration} and ${table.held} < ${table.wanted}`,
      ),
    index('pairs_calibration')
      .on(table.projectId, table.form, table.lot)
      .where(sql`${table.isCalibration} and ${table.excludedAt} is null`),
    index('pairs_order').on(table.projectId, table.createdAt, table.id),
    index('pairs_question').on(table.questionId),
    index('pairs_first').on(table.firstAnswerId),
    index('pairs_second').on(table.secondAnswerId),
    index('pairs_pairing').on(table.pairingId),
    foreignKey({
      columns: [table.projectId, table.questionId],
      foreignColumns: [questions.projectId, questions.id],
    }),
    foreignKey({
      columns: [table.projectId, table.firstAnswerId],
      foreignColumns: [answers.projectId, answers.id],
    }),
    foreignKey({
      columns: [table.projectId, table.secondAnswerId],
      foreignColumns: [answers.projectId, answers.id],
    }),
    foreignKey({
      columns: [table.projectId, table.pairingId],
      foreignColumns: [pairings.projectId, pairings.id],
    }),
    oneOf('pairs_form', table.form, formNames),
    oneOf('pairs_rule', table.rule, pairRules),
    check('pairs_two', sql`${table.firstAnswerId} <> ${table.secondAnswerId}`),
    check('pairs_probability', sql`${table.probability} > 0 and ${table.probability} <= 1`),
    /** What makes it impossible to collect more than was wanted. */
    check('pairs_held', sql`${table.held} >= 0 and ${table.held} <= ${table.wanted}`),
  ],
);
