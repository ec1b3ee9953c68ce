import { comparisonOrigins, comparisonStates } from '@rookery/shared/api';
import {
  criterionIds,
  formNames,
  questionFlags,
  sides,
  type FormField,
  type Judgement,
  type SoftPrompt,
} from '@rookery/shared/comparisons';
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
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { enumeration, id, oneOf, time } from './columns.ts';
import { jobs } from './jobs.ts';
import { pairs } from './pairs.ts';
import { people } from './people.ts';
import { members, projects } from './projects.ts';

/** Comparisons that were imported together, kept apart from people's under a name. */
export const comparisonImports = pgTable(
  'comparison_imports',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    name: text('name').notNull(),
    /** The import that made it; others may have added to it. */
    jobId: uuid('job_id').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    unique('comparison_imports_in_project').on(table.projectId, table.id),
    uniqueIndex('comparison_imports_name').on(table.projectId, table.name),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
  ],
);

/** One rater's judgement of one pair, from the moment that the pair is leased to them; or an imported one. */
export const comparisons = pgTable(
  'comparisons',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    pairId: uuid('pair_id').notNull(),
    origin: enumeration('origin', comparisonOrigins).notNull(),
    state: enumeration('state', comparisonStates).notNull(),
    form: enumeration('form', formNames).notNull(),
    /** Null for an import. */
    formVersion: integer('form_version'),
    memberId: uuid('member_id'),
    /** Of an imported one: its import, and the how manieth of this pair it is in there, from 1. */
    importId: uuid('import_id'),
    occurrence: integer('occurrence'),
    /** The pair was a calibration pair when it was claimed: it holds no place. */
    isCalibration: boolean('is_calibration').notNull().default(false),
    /** Which of the pair's places it holds, 1 … wanted; null once it holds none. */
    place: integer('place'),
    /** The side on which the pair's first answer was shown; decided when it was claimed. Null for an import. */
    firstSide: enumeration('first_side', sides),
    /** What this task requires, drawn when it was claimed; null for an import. */
    requiredFields: text('required_fields').array().$type<FormField[]>(),
    leaseToken: text('lease_token'),
    leaseExpiresAt: time('lease_expires_at'),
    settingsVersion: integer('settings_version'),
    guidelinesVersion: integer('guidelines_version'),
    /** As the screen has it, by side; null until something was saved. */
    draft: jsonb('draft').$type<Judgement>(),
    draftVersion: integer('draft_version').notNull().default(0),
    draftSavedAt: time('draft_saved_at'),
    /** The newest submitted revision; 0 before the first. */
    revision: integer('revision').notNull().default(0),
    /** What the newest revision says of the question; its ratings are left away then. */
    questionFlag: enumeration('question_flag', questionFlags),
    /** When it was submitted first: revisions are open for some time after. */
    submittedAt: time('submitted_at'),
    /** Active time until the newest revision, in milliseconds. */
    activeMs: integer('active_ms'),
    /** Of the newest revision, so that leads can list and sort by it: claims that are marked, whether there are notes, and what the rater may have been asked about. */
    spans: integer('spans').notNull().default(0),
    isNoted: boolean('is_noted').notNull().default(false),
    softPrompts: text('soft_prompts').array().$type<SoftPrompt[]>().notNull().default([]),
    /** Why it was skipped or flagged, in the rater's words. */
    releaseReason: text('release_reason'),
    createdAt: time('created_at').notNull(),
    /** When it was submitted last, or ended otherwise. */
    endedAt: time('ended_at'),
    /** Set while a lead has taken it out. */
    excludedAt: time('excluded_at'),
    excludedBy: uuid('excluded_by').references(() => people.id),
    excludedReason: text('excluded_reason'),
  },
  (table) => [
    unique('comparisons_in_project').on(table.projectId, table.id),
    foreignKey({ columns: [table.projectId, table.pairId], foreignColumns: [pairs.projectId, pairs.id] }),
    foreignKey({
      columns: [table.projectId, table.memberId],
      foreignColumns: [members.projectId, members.id],
    }),
    foreignKey({
      columns: [table.projectId, table.importId],
      foreignColumns: [comparisonImports.projectId, comparisonImports.id],
    }),
    uniqueIndex('comparisons_place').on(table.pairId, table.place),
    /** Nobody gets a pair twice. */
    uniqueIndex('comparisons_once').on(table.pairId, table.memberId),
    uniqueIndex('comparisons_imported')
      .on(table.importId, table.pairId, table.occurrence)
      .where(sql`${table.importId} is not null`),
    index('comparisons_member').on(table.projectId, table.memberId, table.createdAt),
    index('comparisons_order').on(table.projectId, table.createdAt, table.id),
    index('comparisons_leases')
      .on(table.leaseExpiresAt)
      .where(sql`${table.state} = 'active'`),
    oneOf('comparisons_origin', table.origin, comparisonOrigins),
    oneOf('comparisons_state', table.state, comparisonStates),
    oneOf('comparisons_form', table.form, formNames),
    oneOf('comparisons_first_side', table.firstSide, sides),
    oneOf('comparisons_question_flag', table.questionFlag, questionFlags),
    check(
      'comparisons_by_rater',
      sql`case ${table.origin} when 'rater' then ${table.importId} is null and num_nulls(${table.memberId}, ${table.formVersion},
        ${table.firstSide}, ${table.requiredFields}, ${table.leaseToken}, ${table.leaseExpiresAt}, ${table.settingsVersion}) = 0
        else ${table.state} in ('submitted', 'excluded') and ${table.importId} is not null and ${table.occurrence} is not null
        and num_nonnulls(${table.memberId}, ${table.firstSide}, ${table.place}) = 0 end`,
    ),
    check(
      'comparisons_place_held',
      sql`(${table.place} is not null) = (${table.origin} = 'rater' and not ${table.isCalibration}
        and ${table.state} in ('active', 'submitted'))`,
    ),
    check('comparisons_excluded', sql`(${table.state} = 'excluded') = (${table.excludedAt} is not null)`),
  ],
);

/** Every judgement that was submitted, as the rater saw it, by side. The newest one counts, the earlier ones are kept. */
export const comparisonRevisions = pgTable(
  'comparison_revisions',
  {
    projectId: uuid('project_id').notNull(),
    comparisonId: uuid('comparison_id').notNull(),
    /** Counts from 1. */
    revision: integer('revision').notNull(),
    judgement: jsonb('judgement').$type<Judgement>().notNull(),
    /** Active time until then, in milliseconds. */
    activeMs: integer('active_ms').notNull(),
    submittedAt: time('submitted_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.comparisonId, table.revision] }),
    foreignKey({
      columns: [table.projectId, table.comparisonId],
      foreignColumns: [comparisons.projectId, comparisons.id],
    }),
  ],
);

/** What the newest revision of a comparison says by criterion; positive prefers the pair's first answer, whatever side it was on. */
export const ratings = pgTable(
  'ratings',
  {
    projectId: uuid('project_id').notNull(),
    comparisonId: uuid('comparison_id').notNull(),
    criterion: enumeration('criterion', criterionIds).notNull(),
    /** In [−1, 1]: people's in steps of 0.5, imported ones exact. */
    value: doublePrecision('value').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.comparisonId, table.criterion] }),
    foreignKey({
      columns: [table.projectId, table.comparisonId],
      foreignColumns: [comparisons.projectId, comparisons.id],
    }),
    oneOf('ratings_criterion', table.criterion, criterionIds),
    check('ratings_value', sql`${table.value} between -1 and 1`),
  ],
);
