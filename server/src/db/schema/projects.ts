import type { ProjectRole, ProjectSettings } from '@rookery/shared/api';
import { guidelinesKinds, practiceStates, projectRoles, projectSettingsSchema } from '@rookery/shared/api';
import { formNames } from '@rookery/shared/comparisons';
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { enumeration, id, oneOf, time } from './columns.ts';
import { people } from './people.ts';

const roleList = sql.raw(`array[${projectRoles.map((role) => `'${role}'`).join(', ')}]`);

export const projects = pgTable(
  'projects',
  {
    id: id(),
    name: text('name').notNull(),
    /** The newest row of `project_settings`. */
    settingsVersion: integer('settings_version').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [uniqueIndex('projects_name').on(sql`lower(${table.name})`)],
);

/** Settings as they are now: what rows of an earlier release lack gets its default. */
const settingsColumn = customType<{ data: ProjectSettings; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (settings) => JSON.stringify(settings),
  fromDriver: (stored) => projectSettingsSchema.parse(stored),
});

/** Every version of a project's settings; work records the version it was done under. */
export const projectSettings = pgTable(
  'project_settings',
  {
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    version: integer('version').notNull(),
    settings: settingsColumn('settings').notNull(),
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.version] })],
);

/** Every version of a project's guidelines, in Markdown; work records the version it was done under. */
export const guidelines = pgTable(
  'guidelines',
  {
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** Whom they are for: demonstrators, or the raters of a form. */
    kind: enumeration('kind', guidelinesKinds).notNull().default('demonstrations'),
    /** Counts from 1 within the kind. */
    version: integer('version').notNull(),
    text: text('text').notNull(),
    /** What its writer says has changed. */
    note: text('note').notNull(),
    /** Null: the text that Rookery brings. */
    createdBy: uuid('created_by').references(() => people.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.kind, table.version] }),
    oneOf('guidelines_kind', table.kind, guidelinesKinds),
  ],
);

/** People in a project, with what they are there. Removed members keep their row, since their work names it. */
export const members = pgTable(
  'members',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id),
    /** Random per project; the only name exports show. */
    pseudonym: text('pseudonym').notNull(),
    roles: text('roles').array().$type<ProjectRole[]>().notNull(),
    createdAt: time('created_at').notNull(),
    removedAt: time('removed_at'),
    /** A program that acts as people would (`rookery simulate`); its work is never to be taken for a person's. */
    isSimulated: boolean('is_simulated').notNull().default(false),
    /** Gets no new tasks from then on; what they have begun they may finish. */
    pausedAt: time('paused_at'),
    /** What became of the guided first task. */
    practice: enumeration('practice', practiceStates).notNull().default('offered'),
    /** The question practised on: it is never offered to them for real. */
    practiceQuestionId: uuid('practice_question_id'),
    /** The newest version of the demonstrators' guidelines they were shown or told of. */
    guidelinesSeen: integer('guidelines_seen'),
    /** The form they compare with, as a rater. */
    ratingForm: enumeration('rating_form', formNames).notNull().default('webgpt-five'),
    /** What became of the practice pair of that form. */
    ratingPractice: enumeration('rating_practice', practiceStates).notNull().default('offered'),
    /** The newest version of that form's guidelines they were shown or told of. */
    ratingGuidelinesSeen: integer('rating_guidelines_seen'),
  },
  (table) => [
    unique('members_in_project').on(table.projectId, table.id),
    uniqueIndex('members_person').on(table.projectId, table.personId),
    uniqueIndex('members_pseudonym').on(table.projectId, table.pseudonym),
    index('members_by_person').on(table.personId),
    oneOf('members_practice', table.practice, practiceStates),
    oneOf('members_rating_form', table.ratingForm, formNames),
    oneOf('members_rating_practice', table.ratingPractice, practiceStates),
    check('members_roles', sql`${table.roles} <@ ${roleList}`),
  ],
);

/** Invitation links: who opens one joins the project with these roles. */
export const invitations = pgTable(
  'invitations',
  {
    id: id(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    tokenHash: text('token_hash').notNull(),
    roles: text('roles').array().$type<ProjectRole[]>().notNull(),
    note: text('note').notNull(),
    maxUses: integer('max_uses').notNull(),
    uses: integer('uses').notNull().default(0),
    createdBy: uuid('created_by').notNull(),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
  },
  (table) => [
    uniqueIndex('invitations_token').on(table.tokenHash),
    index('invitations_project').on(table.projectId),
    foreignKey({ columns: [table.createdBy], foreignColumns: [people.id] }),
    check('invitations_roles', sql`${table.roles} <@ ${roleList}`),
    check('invitations_uses', sql`${table.uses} <= ${table.maxUses}`),
  ],
);
