import type { peopleRoutes } from '@rookery/shared/api';
import type { Dependencies } from '../../dependencies.ts';
import type { Handlers } from '../../http/handlers.ts';
import { ownOrigin } from '../../http/origin.ts';
import { createInvitation, listInvitations, revokeInvitation } from './invitations.ts';
import { listMemberRows, presentMember } from './queries.ts';
import { addMembers, renewMemberLink, updateMember } from './service.ts';
import { listMemberWork, readMember } from './work.ts';

export const peopleHandlers = (deps: Dependencies): Handlers<typeof peopleRoutes> => ({
  listMembers: async ({ params }) => (await listMemberRows(deps.db, params.projectId)).map(presentMember),

  addMember: async ({ params, body, caller, request }) => {
    const [added] = await addMembers(deps, {
      ...params,
      people: [body],
      expiresAt: toDate(body.expiresAt),
      actorId: caller.person.id,
      origin: ownOrigin(request, deps.config),
    });
    return added!;
  },

  addMembers: ({ params, body, caller, request }) =>
    addMembers(deps, {
      ...params,
      people: body.people.map(({ name, roles }) => ({ name, roles: roles ?? body.roles })),
      expiresAt: toDate(body.expiresAt),
      actorId: caller.person.id,
      origin: ownOrigin(request, deps.config),
    }),

  listMemberWork: ({ params }) => listMemberWork(deps, params.projectId),

  getMember: ({ params }) => readMember(deps, params),

  updateMember: ({ params, body, caller }) =>
    updateMember(deps, { ...params, ...body, actorId: caller.person.id }),

  renewMemberLink: ({ params, body, caller, request }) =>
    renewMemberLink(deps, {
      ...params,
      expiresAt: toDate(body.expiresAt),
      actor: caller.person,
      origin: ownOrigin(request, deps.config),
    }),

  listInvitations: ({ params }) => listInvitations(deps.db, params.projectId),

  createInvitation: ({ params, body, caller, request }) =>
    createInvitation(deps, {
      projectId: params.projectId,
      roles: body.roles,
      note: body.note,
      maxUses: body.maxUses,
      expiresAt: toDate(body.expiresAt),
      actorId: caller.person.id,
      origin: ownOrigin(request, deps.config),
    }),

  revokeInvitation: ({ params, caller }) => revokeInvitation(deps, { ...params, actorId: caller.person.id }),
});

const toDate = (time: string | null | undefined): Date | null => (time ? new Date(time) : null);
