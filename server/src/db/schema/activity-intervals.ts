import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, pgTable, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { id, time } from './columns.ts';
import { comparisons } from './comparisons.ts';
import { episodes } from './episodes.ts';
import { members } from './projects.ts';

/**
 * Intervals in which the server saw the person act; pay and time figures are derived from them. A person's intervals
 * never overlap, however many tabs, devices and tasks they have open.
 */
export const activityIntervals = pgTable(
  'activity_intervals',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    /** What they acted on: an episode, or a comparison. */
    episodeId: uuid('episode_id'),
    comparisonId: uuid('comparison_id'),
    memberId: uuid('member_id').notNull(),
    startedAt: time('started_at').notNull(),
    endedAt: time('ended_at').notNull(),
    /** Whether it is the person's last one: activity goes on with it, whatever it is of. */
    isLast: boolean('is_last').notNull(),
  },
  (table) => [
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
    foreignKey({
      columns: [table.projectId, table.memberId],
      foreignColumns: [members.projectId, members.id],
    }),
    check('activity_intervals_of', sql`num_nonnulls(${table.episodeId}, ${table.comparisonId}) = 1`),
    index('activity_intervals_episode').on(table.episodeId),
    index('activity_intervals_comparison')
      .on(table.comparisonId)
      .where(sql`${table.comparisonId} is not null`),
    foreignKey({
      columns: [table.projectId, table.comparisonId],
      foreignColumns: [comparisons.projectId, comparisons.id],
    }),
    index('activity_intervals_member').on(table.memberId, table.endedAt),
    uniqueIndex('activity_intervals_last')
      .on(table.memberId)
      .where(sql`${table.isLast}`),
  ],
);
