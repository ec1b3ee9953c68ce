import { z } from 'zod';
import { idSchema, nameSchema, projectParams, textSchema, timeSchema } from './common.ts';
import { formNameSchema } from './pairs.ts';
import { defineRoutes, projectRoleSchema } from './route.ts';

export const memberSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    email: z.string().nullable(),
    pseudonym: z.string(),
    roles: z.array(projectRoleSchema),
    ratingForm: formNameSchema.describe('The form that they compare with, as a rater.'),
    isSimulated: z.boolean().describe('A program, and no person.'),
    createdAt: timeSchema,
    lastSeenAt: timeSchema.nullable(),
    pausedAt: timeSchema.nullable().describe('Gets no new tasks since then.'),
    removedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof memberSchema>;

/** Medians over submitted demonstrations, those that were excluded left out; null where there is none. */
export const workMediansSchema = z.object({
  activeSeconds: z.number().nullable(),
  steps: z.number().nullable().describe('Commands, invalid ones too.'),
  quotes: z.number().nullable(),
  answerCharacters: z.number().nullable(),
});
export type WorkMedians = z.infer<typeof workMediansSchema>;

/** What a member has done: counts and medians of demonstrations, active time of comparisons too. Days begin at midnight UTC. */
export const memberWorkSchema = z
  .object({
    memberId: idSchema,
    submitted: z.number().int().describe('Holding a place.'),
    surplus: z.number().int().describe('Submitted after the place had gone to somebody else.'),
    inProgress: z.number().int().describe('Being worked on, or paused.'),
    expired: z.number().int(),
    released: z.number().int().describe('Given back.'),
    accepted: z.number().int(),
    returned: z.number().int().describe('Demonstrations that were ever returned for another answer.'),
    excluded: z.number().int(),
    activeSeconds: z
      .object({
        today: z.number(),
        week: z.number().describe('Today and the six days before.'),
        total: z.number(),
      })
      .describe('With demonstrations and comparisons together.'),
    medians: workMediansSchema,
  })
  .describe(
    'What a member has done. Counts and medians are of demonstrations; see `listRaters` for comparisons.',
  )
  .meta({ id: 'MemberWork' });
export type MemberWork = z.infer<typeof memberWorkSchema>;

/** Most people that are added at once. */
export const maxMembersAtOnce = 500;

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
export type Invitation = z.infer<typeof invitationSchema>;

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
  addMembers: {
    method: 'POST',
    path: '/api/projects/:projectId/members/batch',
    summary:
      'Add many crowd workers, each with a personal link; all of them or, if one cannot be added, none',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      people: z
        .array(z.object({ name: nameSchema, roles: rolesSchema.optional() }))
        .min(1, 'name at least one person')
        .max(maxMembersAtOnce, `has more than ${maxMembersAtOnce} people; add them in parts`),
      roles: rolesSchema.describe('Of those who bring none of their own.'),
      expiresAt: timeSchema.nullable().default(null),
    }),
    status: 201,
    answer: z.array(z.object({ member: memberSchema, link: z.url() })),
  },
  listMemberWork: {
    method: 'GET',
    path: '/api/projects/:projectId/members/work',
    summary: 'What each person has done, with medians, and the medians of the project to compare them with',
    tag: 'people',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.object({ medians: workMediansSchema, members: z.array(memberWorkSchema) }),
  },
  getMember: {
    method: 'GET',
    path: '/api/projects/:projectId/members/:memberId',
    summary: 'One person of the project, and their active time of the last days',
    tag: 'people',
    access: { project: ['lead'] },
    params: memberParams,
    status: 200,
    answer: memberSchema.extend({
      days: z
        .array(z.object({ day: z.iso.date(), activeSeconds: z.number(), submitted: z.number().int() }))
        .describe(
          'The last 28 days, which begin at midnight UTC; the last one is today. Demonstrations and comparisons together.',
        ),
    }),
  },
  updateMember: {
    method: 'PATCH',
    path: '/api/projects/:projectId/members/:memberId',
    summary: 'Change roles, pause, remove from the project, or take back',
    tag: 'people',
    access: { project: ['lead'] },
    params: memberParams,
    body: z.object({
      roles: rolesSchema.optional(),
      paused: z
        .boolean()
        .optional()
        .describe('Paused people get no new tasks; what they have begun they may finish.'),
      removed: z.boolean().optional(),
      ratingForm: formNameSchema
        .optional()
        .describe('They get pairs of this form alone from then on; guidelines and practice are new to them.'),
    }),
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
