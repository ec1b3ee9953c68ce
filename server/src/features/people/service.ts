import { ApiError, projectRoles, type Member, type ProjectRole } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { recordEvent } from '../../db/events.ts';
import type { Transaction } from '../../db/database.ts';
import { members, people, projects } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { madeUpEmail } from './emails.ts';
import { hasPassword, replaceSignInLink, signInAddress } from './links.ts';
import { randomPseudonym } from './pseudonyms.ts';
import { findMember, presentMember } from './queries.ts';

/** Roles in the order of their list, each once. */
export const inOrder = (roles: readonly ProjectRole[]): ProjectRole[] =>
  projectRoles.filter((role) => roles.includes(role));

/** Adds a person; without an address they can sign in only by a link. Gives their id. */
export async function createPerson(
  tx: Transaction,
  person: { name: string; email?: string; isAdmin?: boolean; actorId: string | null; at: Date },
): Promise<string> {
  const { name, email, isAdmin = false, actorId, at } = person;
  const id = uuidv7();
  await tx.insert(people).values({
    id,
    name,
    email: email ?? madeUpEmail(id),
    isAdmin,
    createdAt: at,
    updatedAt: at,
  });
  await recordEvent(tx, {
    projectId: null,
    actorId: actorId ?? id,
    objectType: 'person',
    objectId: id,
    kind: 'person.created',
    after: { isAdmin },
    at,
  });
  return id;
}

/**
 * Makes a person a member, under a new pseudonym; gives the member's id.
 * @throws ApiError `already_exists` when they are or were one
 */
export async function createMember(
  tx: Transaction,
  member: {
    projectId: string;
    personId: string;
    roles: readonly ProjectRole[];
    isSimulated?: boolean;
    ratingForm?: FormName;
    actorId: string | null;
    at: Date;
  },
): Promise<string> {
  const { projectId, personId, isSimulated = false, ratingForm, actorId, at } = member;
  const id = uuidv7();
  const roles = inOrder(member.roles);
  for (;;) {
    const row = {
      id,
      projectId,
      personId,
      roles,
      isSimulated,
      ...(ratingForm && { ratingForm }),
      pseudonym: randomPseudonym(),
      createdAt: at,
    };
    const inserted = await tx.insert(members).values(row).onConflictDoNothing().returning({ id: members.id });
    if (inserted.length > 0) break;
    // Either the pseudonym is taken, and another one is tried, or the person is.
    const [known] = await tx
      .select({ id: members.id })
      .from(members)
      .where(and(eq(members.projectId, projectId), eq(members.personId, personId)));
    if (known) throw new ApiError('already_exists', 'This person is a member of the project already.');
  }
  await recordEvent(tx, {
    projectId,
    actorId,
    objectType: 'member',
    objectId: id,
    kind: 'member.added',
    after: { roles, isSimulated },
    at,
  });
  return id;
}

/** A person who was added, with the personal link that is given back and stored nowhere. */
export interface AddedMember {
  member: Member;
  link: string;
}

/** Adds crowd workers, who sign in with personal links: all of them, or none. */
export async function addMembers(
  deps: Dependencies,
  options: {
    projectId: string;
    people: readonly { name: string; roles: ProjectRole[] }[];
    expiresAt: Date | null;
    actorId: string;
    origin: string;
  },
): Promise<AddedMember[]> {
  const { projectId, people, expiresAt, actorId, origin } = options;
  const at = deps.clock();
  requireFuture(expiresAt, at);
  return deps.db.transaction(async (tx) => {
    const added: AddedMember[] = [];
    for (const { name, roles } of people) {
      const personId = await createPerson(tx, { name, actorId, at });
      const memberId = await createMember(tx, { projectId, personId, roles, actorId, at });
      const token = await replaceSignInLink(tx, {
        personId,
        isSingleUse: false,
        expiresAt,
        actorId,
        projectId,
        at,
      });
      const row = await findMember(tx, { projectId, memberId });
      added.push({ member: presentMember(row!), link: signInAddress(origin, token) });
    }
    return added;
  });
}

/**
 * Changes what a member is in the project, pauses them, removes them or takes them back. Their sessions go on, but access reads
 * the member's row with every request.
 * @throws ApiError `not_found`; `conflict` when nobody would be left to lead the project
 */
export async function updateMember(
  deps: Dependencies,
  options: {
    projectId: string;
    memberId: string;
    roles?: ProjectRole[] | undefined;
    paused?: boolean | undefined;
    removed?: boolean | undefined;
    ratingForm?: FormName | undefined;
    actorId: string;
  },
): Promise<Member> {
  const { projectId, memberId, actorId } = options;
  const at = deps.clock();
  return deps.db.transaction(async (tx) => {
    // One change of a project's members at a time, or two leads could remove each other.
    const ofProject = eq(projects.id, projectId);
    await tx.select({ id: projects.id }).from(projects).where(ofProject).for('no key update');
    const before = await findMember(tx, { projectId, memberId });
    if (!before) throw noSuchMember();
    const roles = options.roles ? inOrder(options.roles) : before.roles;
    const isRemoved = options.removed ?? before.removedAt !== null;
    const removedAt = isRemoved ? (before.removedAt ?? at) : null;
    const isPaused = options.paused ?? before.pausedAt !== null;
    const pausedAt = isPaused ? (before.pausedAt ?? at) : null;
    const ratingForm = options.ratingForm ?? before.ratingForm;
    // Guidelines and practice are those of the form: another one's are new to them.
    const anew =
      ratingForm === before.ratingForm
        ? {}
        : { ratingPractice: 'offered' as const, ratingGuidelinesSeen: null };
    const wasLead = before.roles.includes('lead') && before.removedAt === null;
    const staysLead = roles.includes('lead') && !isRemoved;
    if (wasLead && !staysLead && !(await hasAnotherLead(tx, { projectId, memberId }))) {
      throw new ApiError(
        'conflict',
        'This is the last lead of the project. Make somebody else a lead first.',
      );
    }
    await tx
      .update(members)
      .set({ roles, pausedAt, removedAt, ratingForm, ...anew })
      .where(and(eq(members.projectId, projectId), eq(members.id, memberId)));
    const hasChanged =
      ratingForm !== before.ratingForm ||
      removedAt !== before.removedAt ||
      pausedAt !== before.pausedAt ||
      roles.join() !== before.roles.join();
    if (!hasChanged) return presentMember(before);
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'member',
      objectId: memberId,
      kind: 'member.changed',
      before: {
        roles: before.roles,
        pausedAt: before.pausedAt,
        removedAt: before.removedAt,
        ratingForm: before.ratingForm,
      },
      after: { roles, pausedAt, removedAt, ratingForm },
      at,
    });
    return presentMember({ ...before, roles, pausedAt, removedAt, ratingForm });
  });
}

/**
 * Makes a new personal link; the earlier ones stop working. Who holds the link is the person, so a lead gets one only
 * for people whose rights all come from the lead's own project.
 * @throws ApiError `not_found`; `wrong_state` for people with a password, admins and members of other projects
 */
export async function renewMemberLink(
  deps: Dependencies,
  options: {
    projectId: string;
    memberId: string;
    expiresAt: Date | null;
    actor: { id: string; isAdmin: boolean };
    origin: string;
  },
): Promise<{ link: string }> {
  const { projectId, memberId, expiresAt, actor, origin } = options;
  const at = deps.clock();
  requireFuture(expiresAt, at);
  return deps.db.transaction(async (tx) => {
    const member = await findMember(tx, { projectId, memberId });
    if (!member) throw noSuchMember();
    const { personId } = member;
    if (await hasPassword(tx, personId)) {
      throw new ApiError(
        'wrong_state',
        'This person signs in with e-mail and password, so they need no link.',
      );
    }
    if (member.isAdmin) {
      throw new ApiError(
        'wrong_state',
        "An admin's link is made on the server: run `npm start -- --admin-link` there.",
      );
    }
    if (!actor.isAdmin && (await isElsewhereToo(tx, { projectId, personId }))) {
      throw new ApiError(
        'wrong_state',
        'This person belongs to other projects too. Ask an admin to make the link.',
      );
    }
    const token = await replaceSignInLink(tx, {
      personId,
      isSingleUse: false,
      expiresAt,
      actorId: actor.id,
      projectId,
      at,
    });
    return { link: signInAddress(origin, token) };
  });
}

/** @throws ApiError `invalid_request` when an expiry has passed already */
export function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt && expiresAt <= now)
    throw new ApiError('invalid_request', 'The expiry has passed. Choose a later one.');
}

export const noSuchMember = () => new ApiError('not_found', 'There is no such member in this project.');

async function hasAnotherLead(
  tx: Transaction,
  key: { projectId: string; memberId: string },
): Promise<boolean> {
  const [other] = await tx
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.projectId, key.projectId),
        ne(members.id, key.memberId),
        isNull(members.removedAt),
        sql`'lead' = any(${members.roles})`,
      ),
    )
    .limit(1);
  return other !== undefined;
}

async function isElsewhereToo(
  tx: Transaction,
  key: { projectId: string; personId: string },
): Promise<boolean> {
  const [other] = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.personId, key.personId), ne(members.projectId, key.projectId)))
    .limit(1);
  return other !== undefined;
}
