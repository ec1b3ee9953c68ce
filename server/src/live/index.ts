import { liveMessageSchema, type LiveMessage } from '@rookery/shared/live';
import { sql } from 'drizzle-orm';
import type { FastifyBaseLogger } from 'fastify';
import pg from 'pg';
import { z } from 'zod';
import type { Queryable } from '../db/database.ts';

const channel = 'rookery_live';

/** Who is told: the leads of the project, and this member, if one is named; without a project, the leads of any, and admins. */
export interface Audience {
  projectId: string | null;
  memberId?: string | null | undefined;
}

export interface Live {
  /** Tells every server's listeners. Within a transaction, it is told when the transaction commits. */
  publish(db: Queryable, audience: Audience, message: LiveMessage): Promise<void>;
  /**
   * Tells what has been committed, within a fifth of a second and together with what else is told then; of messages about
   * the same object the last alone. For what happens often: a message within a transaction makes its commit wait for others.
   */
  publishSoon(audience: Audience, message: LiveMessage): void;
  /** Calls `listener` for every message from now on; returns how to stop. */
  subscribe(listener: (audience: Audience, message: LiveMessage) => void): () => void;
  close(): Promise<void>;
}

type Listener = Parameters<Live['subscribe']>[0];

/** How long messages that are told soon are gathered, in milliseconds. */
const gatheredMs = 200;

/**
 * Messages between servers by PostgreSQL's LISTEN/NOTIFY, ids and counts only. A lost connection is opened again;
 * what was said meanwhile is lost, which is why clients read the state over HTTP whenever they (re)connect.
 */
export async function openLive(options: { databaseUrl: string; log: FastifyBaseLogger }): Promise<Live> {
  const listeners = new Set<Listener>();
  let isClosed = false;
  let client = await connect();
  let retry: NodeJS.Timeout | undefined;
  const soon = new Map<string, string>();
  let gathering: NodeJS.Timeout | undefined;

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({ connectionString: options.databaseUrl, application_name: 'rookery-live' });
    next.on('notification', (notification) => receive(notification.payload ?? ''));
    next.on('error', (error) => options.log.warn({ err: error }, 'live connection failed'));
    next.on('end', reconnect);
    await next.connect();
    await next.query(`listen ${channel}`);
    return next;
  }

  function reconnect(): void {
    if (isClosed) return;
    retry = setTimeout(() => {
      connect().then(
        (next) => (client = next),
        (error: unknown) => {
          options.log.warn({ err: error }, 'live connection not back yet');
          reconnect();
        },
      );
    }, 1000);
  }

  function receive(payload: string): void {
    const notification = parseNotification(payload);
    if (!notification) return;
    for (const listener of listeners) listener(notification.audience, notification.message);
  }

  /** Over the connection that listens: no other has to wait for it. */
  function tellGathered(): void {
    gathering = undefined;
    const payloads = [...soon.values()];
    soon.clear();
    client
      .query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [channel, payloads])
      .catch((error: unknown) => options.log.debug({ err: error }, 'live messages were not sent'));
  }

  return {
    async publish(db, audience, message) {
      await db.execute(sql`select pg_notify(${channel}, ${JSON.stringify({ audience, message })})`);
    },
    publishSoon(audience, message) {
      soon.set(objectOf(message), JSON.stringify({ audience, message }));
      if (!isClosed) gathering ??= setTimeout(tellGathered, gatheredMs).unref();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      clearTimeout(gathering);
      await client.end();
    },
  };
}

/** What a message is about. */
const objectOf = (message: LiveMessage): string =>
  Object.entries(message)
    .filter(([name]) => name === 'type' || name.endsWith('Id'))
    .flat()
    .join(' ');

const audienceSchema = z.object({ projectId: z.string().nullable(), memberId: z.string().nullish() });
const notificationSchema = z.object({ audience: audienceSchema, message: liveMessageSchema });

/** Null for what is none of ours: every role of the database may notify every channel. */
function parseNotification(payload: string): { audience: Audience; message: LiveMessage } | null {
  try {
    return notificationSchema.parse(JSON.parse(payload));
  } catch {
    return null;
  }
}
