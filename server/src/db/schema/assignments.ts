import { assignmentStates, revisionFallbacks } from '@rookery/shared/api';
import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { enumeration, id, oneOf, time } from './columns.ts';
import { members } from './projects.ts';
import { questions } from './questions.ts';

/** Tasks leased to people. */
export const assignments = pgTable(
  'assignments',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    questionId: uuid('question_id').notNull(),
    memberId: uuid('member_id').notNull(),
    state: enumeration('state', assignmentStates).notNull(),
    /**
     * Set while the answer that was submitted is being revised: what the assignment is again if the revision comes to
     * nothing. The answer submitted before counts then, so a revision never expires.
     */
    fallsBackTo: enumeration('falls_back_to', revisionFallbacks),
    /**
     * Which of the question's places this assignment holds, 1 … wanted; null once it holds none (expired, released,
     * surplus, excluded). The unique index below is what makes it impossible to collect more than was wanted.
     */
    place: integer('place'),
    leaseToken: text('lease_token').notNull(),
    /** End of the lease; of the pause while it is paused. */
    leaseExpiresAt: time('lease_expires_at').notNull(),
    /** The window of a browser that the task is open in, as it names itself. */
    openIn: text('open_in'),
    settingsVersion: integer('settings_version').notNull(),
    /** The newest guidelines when it was claimed; null: from before there were any. */
    guidelinesVersion: integer('guidelines_version'),
    releaseReason: text('release_reason'),
    createdAt: time('created_at').notNull(),
    /** When it was submitted last, or ended otherwise. */
    endedAt: time('ended_at'),
  },
  (table) => [
    unique('assignments_in_project').on(table.projectId, table.id),
    foreignKey({
      columns: [table.projectId, table.questionId],
      foreignColumns: [questions.projectId, questions.id],
    }),
    foreignKey({
      columns: [table.projectId, table.memberId],
      foreignColumns: [members.projectId, members.id],
    }),
    uniqueIndex('assignments_place').on(table.questionId, table.place),
    /** One person demonstrates a question once; what was released can be claimed again by others only. */
    uniqueIndex('assignments_once').on(table.questionId, table.memberId),
    index('assignments_member').on(table.projectId, table.memberId, table.createdAt),
    index('assignments_leases')
      .on(table.leaseExpiresAt)
      .where(sql`${table.state} in ('active', 'paused')`),
    oneOf('assignments_state', table.state, assignmentStates),
    oneOf('assignments_falls_back_to', table.fallsBackTo, revisionFallbacks),
    check('assignments_revised', sql`${table.fallsBackTo} is null or ${table.state} in ('active', 'paused')`),
    check(
      'assignments_place_held',
      sql`(${table.place} is not null) = (${table.state} in ('active', 'paused', 'returned', 'submitted')
        and ${table.fallsBackTo} is distinct from 'surplus')`,
    ),
  ],
);
