import { z } from 'zod';
import { idSchema, projectParams, textSchema, timeSchema } from './common.ts';
import { demonstrationFilterSchema, demonstrationSchema } from './demonstrations.ts';
import { defineRoutes } from './route.ts';
import { reviewDecisionSchema, type ReviewDecision } from './tasks.ts';

/** Most demonstrations that one request decides; what is more is decided by the requests that follow it. */
export const maxDecidedAtOnce = 100;
export const maxReviewComment = 5000;

/** Whether a decision needs words: the demonstrator, or who looks at it later, has to know why. */
export const needsComment = (decision: ReviewDecision): boolean =>
  decision === 'returned' || decision === 'excluded';

const decided = z.object({
  decision: reviewDecisionSchema.describe('`restored` takes back the decision before.'),
  comment: textSchema
    .max(maxReviewComment)
    .default('')
    .describe('Shown to the demonstrator. Needed to return or to exclude.'),
});
const hasWords = [
  ({ decision, comment }: z.output<typeof decided>): boolean =>
    !needsComment(decision) || comment.trim() !== '',
  { error: 'is needed to return or to exclude a demonstration', path: ['comment'] },
] satisfies Parameters<typeof decided.refine>;

export const reviewRoutes = defineRoutes({
  reviewDemonstration: {
    method: 'POST',
    path: '/api/projects/:projectId/episodes/:episodeId/reviews',
    summary:
      'Accept a demonstration, return it to its demonstrator, exclude it, or take such a decision back',
    tag: 'reviews',
    access: { project: ['lead'] },
    params: projectParams.extend({ episodeId: idSchema }),
    body: decided
      .extend({
        seen: z
          .object({ answerRevision: z.number().int().nullable(), decisions: z.number().int() })
          .describe(
            'What was looked at. A newer answer, or a decision of somebody else meanwhile, is a conflict.',
          ),
      })
      .refine(...hasWords),
    status: 200,
    answer: demonstrationSchema,
    errors: ['conflict', 'wrong_state'],
  },
  reviewDemonstrations: {
    method: 'POST',
    path: '/api/projects/:projectId/reviews',
    summary:
      'Decide about many demonstrations: those that are named, all that match, or those decided together before',
    tag: 'reviews',
    access: { project: ['lead'] },
    params: projectParams,
    body: decided
      .extend({
        which: z.union([
          z.object({ ids: z.array(idSchema).min(1).max(10_000) }),
          z.object({ matching: demonstrationFilterSchema }),
          z
            .object({ batchId: idSchema })
            .describe('Whose latest decision is one of these; for `restored`, which takes them back.'),
        ]),
        seenAt: timeSchema.describe(
          'When the list was read. What was answered or decided since is refused, unless it is of this batch.',
        ),
        next: z
          .object({ batchId: idSchema, after: idSchema })
          .optional()
          .describe('Of the answer before, to go on.'),
      })
      .refine(...hasWords)
      .refine(
        ({ which, decision }) => !('batchId' in which) || decision === 'restored',
        'only taking back can name decisions made together',
      ),
    status: 200,
    answer: z.object({
      batchId: idSchema,
      decided: z.number().int(),
      unchanged: z.number().int().describe('They stood like that already.'),
      refused: z
        .array(z.object({ episodeId: idSchema, reason: z.string() }))
        .describe('Left as they are, and why.'),
      next: z
        .object({ batchId: idSchema, after: idSchema })
        .nullable()
        .describe('Not null while there are more: send the same request again with it.'),
    }),
  },
  nextToReview: {
    method: 'GET',
    path: '/api/projects/:projectId/reviews/next',
    summary: 'The demonstration to review next, the oldest first',
    tag: 'reviews',
    access: { project: ['lead'] },
    params: projectParams,
    query: z.object({
      after: idSchema.optional().describe('The one before; after the last one comes the first again.'),
    }),
    status: 200,
    answer: z.object({
      episodeId: idSchema.nullable().describe('Null when none is left, but for the one before.'),
      toReview: z.number().int(),
    }),
  },
});
