import type { GuidelinesKind } from '@rookery/shared/api';
import { and, desc, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { guidelines } from '../../db/schema/index.ts';
import { defaultGuidelines } from './default-texts.ts';

export type GuidelinesRow = typeof guidelines.$inferSelect;

/**
 * A project's newest guidelines of a kind. A project that has none yet, be it new or from an earlier release, gets the text that
 * Rookery brings as version 1, so that what work names is always there to be read.
 */
export async function currentGuidelines(
  db: Queryable,
  { projectId, kind, now }: { projectId: string; kind: GuidelinesKind; now: Date },
): Promise<GuidelinesRow> {
  const newest = async (): Promise<GuidelinesRow | undefined> => {
    const [row] = await db
      .select()
      .from(guidelines)
      .where(and(eq(guidelines.projectId, projectId), eq(guidelines.kind, kind)))
      .orderBy(desc(guidelines.version))
      .limit(1);
    return row;
  };
  const known = await newest();
  if (known) return known;
  const first = {
    projectId,
    kind,
    version: 1,
    text: defaultGuidelines[kind],
    note: '',
    createdBy: null,
    createdAt: now,
  };
  await db.insert(guidelines).values(first).onConflictDoNothing();
  // Somebody else may have been first, and may have gone on since.
  return (await newest()) ?? first;
}

/** One version; null if there is none of this number. */
export async function findVersion(
  db: Queryable,
  key: { projectId: string; kind: GuidelinesKind; version: number },
): Promise<GuidelinesRow | null> {
  const [row] = await db
    .select()
    .from(guidelines)
    .where(
      and(
        eq(guidelines.projectId, key.projectId),
        eq(guidelines.kind, key.kind),
        eq(guidelines.version, key.version),
      ),
    );
  return row ?? null;
}
