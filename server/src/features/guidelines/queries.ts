import { and, desc, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { guidelines } from '../../db/schema/index.ts';
import { defaultGuidelines } from './default-text.ts';

export type GuidelinesRow = typeof guidelines.$inferSelect;

/**
 * A project's newest guidelines. A project that has none yet, be it new or from an earlier release, gets the text that
 * Rookery brings as version 1, so that what work names is always there to be read.
 */
export async function currentGuidelines(
  db: Queryable,
  { projectId, now }: { projectId: string; now: Date },
): Promise<GuidelinesRow> {
  const newest = async (): Promise<GuidelinesRow | undefined> => {
    const [row] = await db
      .select()
      .from(guidelines)
      .where(eq(guidelines.projectId, projectId))
      .orderBy(desc(guidelines.version))
      .limit(1);
    return row;
  };
  const known = await newest();
  if (known) return known;
  const first = { projectId, version: 1, text: defaultGuidelines, note: '', createdBy: null, createdAt: now };
  await db.insert(guidelines).values(first).onConflictDoNothing();
  // Somebody else may have been first, and may have gone on since.
  return (await newest()) ?? first;
}

/** One version; null if there is none of this number. */
export async function findVersion(
  db: Queryable,
  key: { projectId: string; version: number },
): Promise<GuidelinesRow | null> {
  const [row] = await db
    .select()
    .from(guidelines)
    .where(and(eq(guidelines.projectId, key.projectId), eq(guidelines.version, key.version)));
  return row ?? null;
}
