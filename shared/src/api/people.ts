import { z } from 'zod';
import { idSchema, nameSchema, projectParams, textSchema, timeSchema } from './common.ts';
import { defineRoutes, projectRoleSchema } from './route.ts';

export const memberSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    email: z.string().nullable(),
    pseudonym: z.string(),
    roles: z.array(projectRoleSchema),
    isSimulated: z.boolean().describe('A program, and no person.'),
    createdAt: timeSchema,
    lastSeenAt: timeSchema.nullable(),
    removedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof memberSchema>;

export const invitationSchema = z
  .object({
    id: idSchema,
    roles: z.array(projectRoleSchema),
    note: z.string(),
    maxUses: z.number().int(),
    uses: z.number().int(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
    revokedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Invitation' });

const rolesSchema = z.array(projectRoleSchema).min(1, 'choose at least one role').max(3);
const memberParams = projectParams.extend({ memberId: idSchema });

export const peopleRoutes = defineRoutes({
  listMembers: {
    method: 'GET',
    path: '/api/projects/:projectId/members',
    summary: 'People of the project',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.array(memberSchema),
  },
  addMember: {
    method: 'POST',
    path: '/api/projects/:projectId/members',
    summary: 'Add a crowd worker who signs in with a personal link, which is shown only once',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({ name: nameSchema, roles: rolesSchema, expiresAt: timeSchema.nullable().default(null) }),
    status: 201,
    answer: z.object({ member: memberSchema, link: z.url() }),
  },
  updateMember: {
    method: 'PATCH',
    path: '/api/projects/:projectId/members/:memberId',
    summary: 'Change roles, remove from the project, or take back',
    tag: 'people',
    access: { project: ['lead'] },
    params: memberParams,
    body: z.object({ roles: rolesSchema.optional(), removed: z.boolean().optional() }),
    status: 200,
    answer: memberSchema,
    errors: ['conflict'],
  },
  renewMemberLink: {
    method: 'POST',
    path: '/api/projects/:projectId/members/:memberId/link',
    summary: 'Make a new personal link for a person without a password; the old one stops working',
    tag: 'people',
    access: { project: ['lead'] },
    params: memberParams,
    body: z.object({ expiresAt: timeSchema.nullable().default(null) }),
    status: 201,
    answer: z.object({ link: z.url() }),
    errors: ['wrong_state'],
  },
  listInvitations: {
    method: 'GET',
    path: '/api/projects/:projectId/invitations',
    summary: 'Invitations of the project',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.array(invitationSchema),
  },
  createInvitation: {
    method: 'POST',
    path: '/api/projects/:projectId/invitations',
    summary: 'Invite people by a link with an expiry, which is shown only once',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      roles: rolesSchema,
      note: textSchema.max(500).default(''),
      maxUses: z.number().int().min(1).max(10_000).default(1),
      expiresAt: timeSchema.optional().describe('Default: in 7 days.'),
    }),
    status: 201,
    answer: z.object({ invitation: invitationSchema, link: z.url() }),
  },
  revokeInvitation: {
    method: 'DELETE',
    path: '/api/projects/:projectId/invitations/:invitationId',
    summary: 'Revoke an invitation',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams.extend({ invitationId: idSchema }),
    status: 204,
    answer: null,
  },
});
