import { and, asc, eq, exists, isNotNull, or, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/database.ts';
import { accounts, people, projects, signInLinks } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createPerson, replaceSignInLink, signInAddress } from '../people/index.ts';
import { insertProject } from '../projects/index.ts';
import { removePassword } from './passwords.ts';

const linkLifeMs = 24 * 60 * 60 * 1000;
const defaultProjectName = 'Rookery';
/** Of the advisory lock that lets one server at a time look for the first admin. */
const lock = 7_246_002;

/** Makes the project that an installation without any begins with. */
export type MakeFirstProject = (tx: Transaction, project: { makerId: string; at: Date }) => Promise<unknown>;

/** A project with nothing in it. */
const makeEmptyProject: MakeFirstProject = (tx, project) =>
  insertProject(tx, { ...project, name: defaultProjectName, actorId: null });

/**
 * A one-time link, good for 24 hours, that signs the first admin in; null once an admin has signed in. Makes the admin
 * and the first project if there are none; links made earlier stop working.
 * @param origin where people reach this server, without a trailing slash
 * @param makeFirstProject left out: a project with nothing in it
 */
export async function firstAdminLink(
  deps: Dependencies,
  origin: string,
  makeFirstProject: MakeFirstProject = makeEmptyProject,
): Promise<string | null> {
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${lock})`);
    return (await hasAdminSignedIn(tx)) ? null : makeAdminLink(deps, tx, { origin, makeFirstProject });
  });
}

/**
 * The same for admins who are locked out, for whoever can run commands on the server: the link signs the oldest admin
 * in, and their old password no longer works, so that they can set a new one without it.
 */
export async function lockedOutAdminLink(deps: Dependencies, origin: string): Promise<string> {
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${lock})`);
    const adminId = await findOldestAdmin(tx);
    if (adminId !== null) await removePassword(tx, { personId: adminId, at: deps.clock() });
    return makeAdminLink(deps, tx, { origin, makeFirstProject: makeEmptyProject });
  });
}

async function makeAdminLink(
  deps: Dependencies,
  tx: Transaction,
  { origin, makeFirstProject }: { origin: string; makeFirstProject: MakeFirstProject },
): Promise<string> {
  const at = deps.clock();
  const personId =
    (await findOldestAdmin(tx)) ??
    (await createPerson(tx, { name: 'Admin', isAdmin: true, actorId: null, at }));
  const [anyProject] = await tx.select({ id: projects.id }).from(projects).limit(1);
  if (!anyProject) await makeFirstProject(tx, { makerId: personId, at });
  const expiresAt = new Date(at.getTime() + linkLifeMs);
  const token = await replaceSignInLink(tx, {
    personId,
    isSingleUse: true,
    expiresAt,
    actorId: null,
    projectId: null,
    at,
  });
  return signInAddress(origin, token);
}

async function findOldestAdmin(tx: Transaction): Promise<string | null> {
  const [admin] = await tx
    .select({ id: people.id })
    .from(people)
    .where(eq(people.isAdmin, true))
    .orderBy(asc(people.createdAt), asc(people.id))
    .limit(1);
  return admin?.id ?? null;
}

async function hasAdminSignedIn(tx: Transaction): Promise<boolean> {
  const password = tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.userId, people.id), isNotNull(accounts.password)));
  const usedLink = tx
    .select({ id: signInLinks.id })
    .from(signInLinks)
    .where(and(eq(signInLinks.personId, people.id), isNotNull(signInLinks.usedAt)));
  const [admin] = await tx
    .select({ id: people.id })
    .from(people)
    .where(and(eq(people.isAdmin, true), or(exists(password), exists(usedLink))))
    .limit(1);
  return admin !== undefined;
}
