import { ApiError, type Guidelines, type GuidelinesKind, type GuidelinesVersion } from '@rookery/shared/api';
import { and, desc, eq, min, sql } from 'drizzle-orm';
import { recordEvent } from '../../db/events.ts';
import { assignments, guidelines, members, people, projects } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { currentGuidelines, findVersion, type GuidelinesRow } from './queries.ts';

const present = ({ version, text, note, createdAt }: GuidelinesRow): Guidelines => ({
  version,
  text,
  note,
  createdAt: createdAt.toISOString(),
});

/**
 * The newest guidelines, and the version that a member knows: the newest they were shown or told of, or else the one
 * they first claimed a task under. Null for somebody who is no member, and for one who has met none.
 */
export async function readGuidelines(
  deps: Dependencies,
  { projectId, kind, memberId }: { projectId: string; kind: GuidelinesKind; memberId: string | null },
): Promise<Guidelines & { known: number | null }> {
  const newest = await currentGuidelines(deps.db, { projectId, kind, now: deps.clock() });
  return {
    ...present(newest),
    known: memberId === null ? null : await knownVersion(deps, { kind, memberId }),
  };
}

async function knownVersion(
  { db }: Dependencies,
  { kind, memberId }: { kind: GuidelinesKind; memberId: string },
): Promise<number | null> {
  const [member] = await db
    .select({
      seen: members.guidelinesSeen,
      ratingSeen: members.ratingGuidelinesSeen,
      ratingForm: members.ratingForm,
    })
    .from(members)
    .where(eq(members.id, memberId));
  if (kind !== 'demonstrations') return member?.ratingForm === kind ? member.ratingSeen : null;
  if (member?.seen != null) return member.seen;
  const [worked] = await db
    .select({ first: min(assignments.guidelinesVersion) })
    .from(assignments)
    .where(eq(assignments.memberId, memberId));
  return worked?.first ?? null;
}

/** @throws ApiError `not_found` */
export async function readVersion(
  deps: Dependencies,
  key: { projectId: string; kind: GuidelinesKind; version: number },
): Promise<Guidelines> {
  const row = await findVersion(deps.db, key);
  if (!row) throw noSuchVersion();
  return present(row);
}

const noSuchVersion = (): ApiError =>
  new ApiError('not_found', 'There is no such version of the guidelines in this project.');

/** Newest first. */
export async function listVersions(
  deps: Dependencies,
  { projectId, kind }: { projectId: string; kind: GuidelinesKind },
): Promise<GuidelinesVersion[]> {
  await currentGuidelines(deps.db, { projectId, kind, now: deps.clock() });
  const rows = await deps.db
    .select({
      version: guidelines.version,
      note: guidelines.note,
      createdAt: guidelines.createdAt,
      characters: sql<number>`char_length(${guidelines.text})`,
      createdBy: people.name,
    })
    .from(guidelines)
    .leftJoin(people, eq(people.id, guidelines.createdBy))
    .where(and(eq(guidelines.projectId, projectId), eq(guidelines.kind, kind)))
    .orderBy(desc(guidelines.version));
  return rows.map(({ version, note, createdAt, characters, createdBy }) => ({
    version,
    note,
    createdAt: createdAt.toISOString(),
    characters,
    createdBy,
  }));
}

/**
 * Writes the guidelines as a new version. The text of the newest one changes nothing, so that sending the same again is
 * answered the same.
 * @throws ApiError `not_found`; `conflict` when `baseVersion` is no longer the newest (`details.version`)
 */
export async function writeGuidelines(
  deps: Dependencies,
  change: {
    projectId: string;
    kind: GuidelinesKind;
    actorId: string;
    text: string;
    note: string;
    baseVersion: number;
  },
): Promise<Guidelines> {
  const { projectId, kind, actorId, text, note, baseVersion } = change;
  const at = deps.clock();
  return deps.db.transaction(async (tx) => {
    await tx
      .select({ id: projects.id })
      .from(projects)
      .where(eq(projects.id, projectId))
      .for('no key update');
    const newest = await currentGuidelines(tx, { projectId, kind, now: at });
    if (newest.text === text) return present(newest);
    if (newest.version !== baseVersion) {
      throw new ApiError(
        'conflict',
        'Somebody else has written the guidelines meanwhile. Look at their version, then save yours over it or take it.',
        { details: { version: newest.version } },
      );
    }
    const row = {
      projectId,
      kind,
      version: newest.version + 1,
      text,
      note,
      createdBy: actorId,
      createdAt: at,
    };
    await tx.insert(guidelines).values(row);
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'project',
      objectId: projectId,
      kind: 'project.guidelines_written',
      before: { guidelines: kind, version: newest.version },
      after: { guidelines: kind, version: row.version, note },
      at,
    });
    return present(row);
  });
}

/**
 * Keeps that a member has been shown a version, or told of it; an older one than they know changes nothing.
 * @throws ApiError `not_found` for a version that there is not
 */
export async function markSeen(
  deps: Dependencies,
  seen: { projectId: string; kind: GuidelinesKind; memberId: string | null; version: number },
): Promise<void> {
  const { projectId, kind, memberId, version } = seen;
  if (!(await findVersion(deps.db, seen))) throw noSuchVersion();
  if (memberId === null) return;
  const isTheirs = and(eq(members.projectId, projectId), eq(members.id, memberId));
  if (kind === 'demonstrations') {
    await deps.db
      .update(members)
      .set({ guidelinesSeen: sql`greatest(${members.guidelinesSeen}, ${version}::int)` })
      .where(isTheirs);
  } else {
    // Who has another form by now is not told of this one's guidelines.
    await deps.db
      .update(members)
      .set({ ratingGuidelinesSeen: sql`greatest(${members.ratingGuidelinesSeen}, ${version}::int)` })
      .where(and(isTheirs, eq(members.ratingForm, kind)));
  }
}
