import type { Queryable } from './database.ts';
import { events } from './schema/index.ts';

export interface EventRecord {
  /** Null: an event of the installation. */
  projectId: string | null;
  /** Null: the server itself, or a model worker. */
  actorId: string | null;
  objectType: string;
  objectId: string;
  /** `<object>.<what happened>`, e.g. `question.excluded`. */
  kind: string;
  before?: unknown;
  after?: unknown;
  at: Date;
}

/** Records a change of state; call it in the transaction that makes the change. */
export async function recordEvent(db: Queryable, event: EventRecord): Promise<void> {
  await db.insert(events).values({ ...event, before: event.before ?? null, after: event.after ?? null });
}

/** Most rows of one statement, whose values must stay fewer than PostgreSQL's 65,535. */
const recordedAtOnce = 1000;

/** Records many changes of state, in their order. */
export async function recordEvents(db: Queryable, list: readonly EventRecord[]): Promise<void> {
  for (let from = 0; from < list.length; from += recordedAtOnce) {
    await db.insert(events).values(list.slice(from, from + recordedAtOnce));
  }
}
