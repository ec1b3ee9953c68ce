import { ApiError, type Member, type simulatedRoles } from '@rookery/shared/api';
import type { FormName } from '@rookery/shared/comparisons';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { createApiToken, hashToken } from '../../access/index.ts';
import { recordEvent } from '../../db/events.ts';
import type { Transaction } from '../../db/database.ts';
import { apiTokens, members, people } from '../../db/schema/index.ts';
import type { Dependencies } from '../../dependencies.ts';
import { createMember, createPerson, findMember, presentMember } from '../people/index.ts';
import { findProject } from '../projects/index.ts';

/**
 * Makes a simulated person of a project, or finds the one of that name, and a token to act as them. Their rows are
 * marked by `members.is_simulated`, which never changes.
 * @throws ApiError `wrong_state` in a project that is not marked for simulation
 */
export async function createSimulatedMember(
  deps: Dependencies,
  options: {
    projectId: string;
    name: string;
    role: (typeof simulatedRoles)[number];
    ratingForm: FormName;
    actorId: string;
  },
): Promise<{ member: Member; token: string }> {
  const { projectId, name, role, ratingForm, actorId } = options;
  const at = deps.clock();
  return deps.db.transaction(async (tx) => {
    // Two runs that begin at once must not make two people of one name.
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`simulated ${projectId} ${name}`}, 0))`,
    );
    const project = await findProject(tx, projectId);
    if (!project) throw new ApiError('not_found', 'There is no such project.');
    if (project.settings.simulation === 'refused') {
      throw new ApiError(
        'wrong_state',
        'This project takes no simulated people. If their work may be among its demonstrations, allow them in its settings.',
      );
    }
    const member =
      (await findSimulatedMember(tx, { projectId, name })) ??
      (await insertSimulatedMember(tx, { projectId, name, role, ratingForm, actorId, at }));
    if (!member.roles.includes(role)) {
      throw new ApiError('wrong_state', `"${name}" has another role here. Choose another name.`);
    }
    if (role === 'rater' && member.ratingForm !== ratingForm) {
      throw new ApiError(
        'wrong_state',
        `"${name}" compares with the form ${member.ratingForm} here, not with ${ratingForm}. Choose another name, or that form.`,
      );
    }
    const token = createApiToken();
    await tx
      .update(apiTokens)
      .set({ revokedAt: at })
      .where(and(eq(apiTokens.personId, member.personId), isNull(apiTokens.revokedAt)));
    const [inserted] = await tx
      .insert(apiTokens)
      .values({
        personId: member.personId,
        projectId,
        name: 'simulation',
        tokenHash: hashToken(token),
        scopes: ['read', 'write'],
        createdAt: at,
        expiresAt: null,
      })
      .returning({ id: apiTokens.id });
    await recordEvent(tx, {
      projectId,
      actorId,
      objectType: 'api_token',
      objectId: inserted!.id,
      kind: 'api_token.created',
      after: { simulatedMemberId: member.id },
      at,
    });
    const row = await findMember(tx, { projectId, memberId: member.id });
    return { member: presentMember(row!), token };
  });
}

async function findSimulatedMember(tx: Transaction, key: { projectId: string; name: string }) {
  const [row] = await tx
    .select({
      id: members.id,
      personId: members.personId,
      roles: members.roles,
      ratingForm: members.ratingForm,
    })
    .from(members)
    .innerJoin(people, eq(people.id, members.personId))
    .where(and(eq(members.projectId, key.projectId), members.isSimulated, eq(people.name, key.name)));
  return row;
}

async function insertSimulatedMember(
  tx: Transaction,
  person: Parameters<typeof createSimulatedMember>[1] & { at: Date },
) {
  const { projectId, name, role, ratingForm, actorId, at } = person;
  const roles = [role];
  const personId = await createPerson(tx, { name, actorId, at });
  const id = await createMember(tx, {
    projectId,
    personId,
    roles,
    isSimulated: true,
    ratingForm,
    actorId,
    at,
  });
  return { id, personId, roles, ratingForm };
}
