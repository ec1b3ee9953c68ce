import { ApiError, type Access, type Method, type ProjectRole } from '@rookery/shared/api';
import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { apiTokens, assignments, comparisons, episodes, members, projects } from '../db/schema/index.ts';
import type { Identity, PersonCaller, ProjectCaller, SamplingCaller, WorkerCaller } from './identity.ts';

export type Caller = Identity | PersonCaller | ProjectCaller | SamplingCaller | WorkerCaller;

const notFound = () =>
  new ApiError(
    'not_found',
    'There is nothing here. It may have been moved, or you may not have access to it.',
  );

/**
 * Decides whether `identity` may call a route, per object, and gives the caller its handler works for.
 * This is the only place where access is decided; `access.test.ts` walks it for every route.
 *
 * @throws ApiError `not_signed_in` or `session_expired` (401), `forbidden` (403: the route is for others), `not_found`
 *   (404: the project or the object is not theirs, so that nobody learns that it exists).
 */
export async function authorize(request: {
  db: Database;
  access: Access;
  method: Method;
  identity: Identity;
  params: Record<string, string>;
}): Promise<Caller> {
  const { db, access, method, identity, params } = request;
  if (access === 'public') return identity;
  if (identity.kind === 'nobody') {
    const message =
      identity.reason === 'session_expired'
        ? 'Your session has ended. Sign in again; what you typed is kept on this page.'
        : 'Sign in to do this.';
    throw new ApiError(identity.reason, message);
  }
  if (access === 'worker') {
    if (identity.kind === 'worker') return { tokenId: identity.tokenId };
    throw new ApiError(
      'forbidden',
      'Only model workers may do this: use an API token with the scope "worker".',
    );
  }
  if (identity.kind === 'worker') {
    if (typeof access === 'object' && access.orWorker) return authorizeSampling(db, { identity, params });
    throw new ApiError('forbidden', 'A token with the scope "worker" may only work on jobs of the queue.');
  }
  const { person, session } = identity;
  const caller: PersonCaller = { person, session, onlyProjectId: identity.token?.projectId ?? null };
  if (identity.token) {
    if (access === 'session') {
      throw new ApiError(
        'forbidden',
        'An API token cannot do this. Sign in with e-mail and password or a link.',
      );
    }
    const wanted = method === 'GET' ? 'read' : 'write';
    if (!identity.token.scopes.includes(wanted)) {
      throw new ApiError('forbidden', `This token lacks the scope "${wanted}". Make one that has it.`);
    }
  }
  if (access === 'signed-in' || access === 'session') return caller;
  if (access === 'admin') {
    if (identity.person.isAdmin && !identity.token?.projectId) return caller;
    throw new ApiError('forbidden', 'Only admins may do this.');
  }

  const projectId = params['projectId'] ?? '';
  if (identity.token?.projectId && identity.token.projectId !== projectId) throw notFound();
  const membership = await findMembership(db, { own: access.own, params, personId: identity.person.id });
  if (!membership) throw notFound();
  const roles = new Set<ProjectRole>(membership.roles ?? []);
  if (identity.person.isAdmin) roles.add('lead');
  if (roles.size === 0) throw notFound();
  if (!access.project.some((role) => roles.has(role))) {
    throw new ApiError(
      'forbidden',
      `This is for people with the role ${access.project.join(' or ')} in this project.`,
    );
  }
  if (access.own) {
    const { objectId, ownerId, memberId } = membership;
    const entersAsLead = roles.has('lead') && access.project.includes('lead');
    const isOwn = ownerId !== null && ownerId === memberId;
    if (objectId === null || !(isOwn || entersAsLead)) throw notFound();
  }
  return { ...caller, projectId, memberId: membership.memberId, roles: [...roles] };
}

/** A worker acts in samples alone, and only in those of a project that its key is for. */
async function authorizeSampling(
  db: Database,
  request: { identity: Extract<Identity, { kind: 'worker' }>; params: Record<string, string> },
): Promise<SamplingCaller> {
  const { tokenId } = request.identity;
  const [sample] = await statementsOf(db).sample.execute({
    projectId: request.params['projectId'] ?? '',
    objectId: request.params['episodeId'] ?? '',
    tokenId,
  });
  if (!sample) throw notFound();
  return { tokenId, projectId: sample.projectId };
}

/**
 * Null when there is no such project; nulls within when the person is no member of it. Where the route is about an
 * object, that is looked up with it: `objectId` is null when there is no such object in the project, `ownerId` is the
 * member it belongs to (null: a policy's episode).
 */
async function findMembership(
  db: Database,
  key: {
    own: 'assignment' | 'episode' | 'comparison' | undefined;
    params: Record<string, string>;
    personId: string;
  },
) {
  const { own, params, personId } = key;
  const projectId = params['projectId'] ?? '';
  const statements = statementsOf(db);
  const [row] =
    own === undefined
      ? await statements.membership.execute({ projectId, personId })
      : await statements[own].execute({ projectId, personId, objectId: params[`${own}Id`] ?? '' });
  return row ?? null;
}

function prepare(db: Database) {
  const isTheirs = and(
    eq(members.projectId, projects.id),
    eq(members.personId, sql.placeholder('personId')),
    isNull(members.removedAt),
  );
  const isProject = eq(projects.id, sql.placeholder('projectId'));
  const membershipAndOwner = (
    table: typeof assignments | typeof episodes | typeof comparisons,
    name: string,
  ) =>
    db
      .select({ memberId: members.id, roles: members.roles, objectId: table.id, ownerId: table.memberId })
      .from(projects)
      .leftJoin(members, isTheirs)
      .leftJoin(table, and(eq(table.projectId, projects.id), eq(table.id, sql.placeholder('objectId'))))
      .where(isProject)
      .prepare(name);
  return {
    membership: db
      .select({
        memberId: members.id,
        roles: members.roles,
        objectId: sql<string | null>`null`,
        ownerId: sql<string | null>`null`,
      })
      .from(projects)
      .leftJoin(members, isTheirs)
      .where(isProject)
      .prepare('authorize_membership'),
    assignment: membershipAndOwner(assignments, 'authorize_assignment'),
    episode: membershipAndOwner(episodes, 'authorize_episode'),
    comparison: membershipAndOwner(comparisons, 'authorize_comparison'),
    sample: db
      .select({ projectId: episodes.projectId })
      .from(episodes)
      .innerJoin(
        apiTokens,
        and(
          eq(apiTokens.id, sql.placeholder('tokenId')),
          or(isNull(apiTokens.projectId), eq(apiTokens.projectId, episodes.projectId)),
        ),
      )
      .where(
        and(
          eq(episodes.projectId, sql.placeholder('projectId')),
          eq(episodes.id, sql.placeholder('objectId')),
          eq(episodes.kind, 'sample'),
        ),
      )
      .prepare('authorize_sample'),
  };
}

const prepared = new WeakMap<Database, ReturnType<typeof prepare>>();

/** Most requests run these, so they are planned once for each connection. */
function statementsOf(db: Database): ReturnType<typeof prepare> {
  const known = prepared.get(db);
  if (known) return known;
  const statements = prepare(db);
  prepared.set(db, statements);
  return statements;
}
