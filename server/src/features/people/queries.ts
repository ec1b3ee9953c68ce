import type { Member } from '@rookery/shared/api';
import { and, asc, eq } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { members, people } from '../../db/schema/index.ts';
import { publicEmail } from './emails.ts';

const columns = {
  id: members.id,
  personId: members.personId,
  name: people.name,
  email: people.email,
  isAdmin: people.isAdmin,
  pseudonym: members.pseudonym,
  roles: members.roles,
  ratingForm: members.ratingForm,
  isSimulated: members.isSimulated,
  createdAt: members.createdAt,
  lastSeenAt: people.lastSeenAt,
  pausedAt: members.pausedAt,
  removedAt: members.removedAt,
};

export type MemberRow = Awaited<ReturnType<typeof listMemberRows>>[number];

/** Everybody who is or was a member of the project, in the order they came. */
export function listMemberRows(db: Queryable, projectId: string) {
  return db
    .select(columns)
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(eq(members.projectId, projectId))
    .orderBy(asc(members.createdAt), asc(members.id));
}

export async function findMember(
  db: Queryable,
  key: { projectId: string; memberId: string },
): Promise<MemberRow | undefined> {
  const [row] = await db
    .select(columns)
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.projectId, key.projectId), eq(members.id, key.memberId)));
  return row;
}

export const presentMember = (row: MemberRow): Member => ({
  id: row.id,
  name: row.name,
  email: publicEmail(row.email),
  pseudonym: row.pseudonym,
  roles: row.roles,
  ratingForm: row.ratingForm,
  isSimulated: row.isSimulated,
  createdAt: row.createdAt.toISOString(),
  lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  pausedAt: row.pausedAt?.toISOString() ?? null,
  removedAt: row.removedAt?.toISOString() ?? null,
});
