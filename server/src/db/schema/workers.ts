import type { WorkerDescription } from '@rookery/shared/api';
import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { time } from './columns.ts';
import { apiTokens } from './tokens.ts';

/** Model workers, as they last reported themselves. */
export const workers = pgTable('workers', {
  /** Made by the worker's process at its start. */
  id: uuid('id').primaryKey(),
  tokenId: uuid('token_id')
    .notNull()
    .references(() => apiTokens.id),
  name: text('name').notNull(),
  /** What it takes, and how many at once. A worker of another version may name kinds that this server does not know. */
  kinds: jsonb('kinds').$type<{ kind: string; concurrency: number }[]>().notNull(),
  version: text('version').notNull(),
  device: text('device').notNull(),
  models: jsonb('models').$type<WorkerDescription['models']>().notNull(),
  endpoints: jsonb('endpoints').$type<string[]>().notNull(),
  /** Names of its encoder folders. */
  encoders: jsonb('encoders').$type<string[]>().notNull().default([]),
  startedAt: time('started_at').notNull(),
  lastSeenAt: time('last_seen_at').notNull(),
  /** When it said that it ends. */
  endedAt: time('ended_at'),
});
