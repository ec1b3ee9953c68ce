import { z } from 'zod';
import { endings } from '../browser/index.ts';
import { idSchema, projectParams, sortedPageOf, sortedQuery, timeSchema } from './common.ts';
import { questionUseSchema } from './questions.ts';
import { recordingSchema } from './recordings.ts';
import { defineRoutes } from './route.ts';
import { assignmentStateSchema, episodeStateNameSchema, reviewDecisionSchema } from './tasks.ts';

/**
 * Where a demonstration that is done stands in the review, by the project's settings as they are now:
 * - `to-review`: a lead is to look at it.
 * - `not-drawn`: it is among those that the project does not review; it counts as accepted.
 * - `accepted`, `returned`, `excluded`: what a lead decided last.
 */
export const reviewStandings = ['to-review', 'not-drawn', 'accepted', 'returned', 'excluded'] as const;
export const reviewStandingSchema = z.enum(reviewStandings);
export type ReviewStanding = z.infer<typeof reviewStandingSchema>;

/** The standings of demonstrations that count as accepted. */
export const acceptedStandings = ['accepted', 'not-drawn'] as const satisfies readonly ReviewStanding[];

/**
 * What a lead may want to look at a demonstration for:
 * - `nonsense`, `controversial`: the person said so of the question.
 * - `action-limit`, `quote-budget`: browsing ended because actions or quote tokens were used up.
 * - `surplus`: it came after its place had gone to somebody else.
 * - `simulated`: by a program, and no person.
 * - `invalid-steps`: some actions were not carried out.
 * - `censored`: something was kept from a page that was met.
 * - `no-citation`: the answer cites no quote.
 * - `fast`: less than a third of the median active time of people's answers in the project.
 * - `revised`: there is more than one answer.
 */
export const demonstrationFlags = [
  'nonsense',
  'controversial',
  'no-citation',
  'fast',
  'invalid-steps',
  'censored',
  'action-limit',
  'quote-budget',
  'revised',
  'surplus',
  'simulated',
] as const;
export const demonstrationFlagSchema = z.enum(demonstrationFlags);
export type DemonstrationFlag = z.infer<typeof demonstrationFlagSchema>;

/** One row of the list of demonstrations. */
export const demonstrationSchema = z
  .object({
    episodeId: idSchema,
    question: z.object({
      id: idSchema,
      fullText: z.string(),
      dataset: z.string(),
      use: questionUseSchema,
    }),
    demonstrator: z.string().describe('Pseudonym.'),
    isSimulated: z.boolean().describe('By a program, and no person.'),
    state: episodeStateNameSchema,
    assignmentState: assignmentStateSchema,
    standing: reviewStandingSchema
      .nullable()
      .describe('Null until it is done, and while an answer that is to be reviewed is being revised.'),
    isBeingRevised: z.boolean().describe('The answer submitted before counts until another is.'),
    decisions: z.number().int().describe('How often leads have decided about it.'),
    flags: z.array(demonstrationFlagSchema),
    ending: z.enum(endings).nullable().describe('Why browsing ended.'),
    commands: z.number().int(),
    invalidCommands: z.number().int(),
    quotes: z.number().int(),
    answerRevision: z.number().int().nullable().describe('Counts from 1; null without an answer.'),
    answerCharacters: z.number().int().nullable(),
    activeSeconds: z.number(),
    startedAt: timeSchema,
    endedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Demonstration' });
export type Demonstration = z.infer<typeof demonstrationSchema>;

export const demonstrationSorts = [
  'started',
  'ended',
  'question',
  'demonstrator',
  'state',
  'standing',
  'active',
  'commands',
  'invalidCommands',
  'quotes',
  'answer',
] as const;
export type DemonstrationSort = (typeof demonstrationSorts)[number];

export const demonstrationFilterSchema = z.object({
  contains: z.string().max(500).optional().describe("Part of the question's text, in any case."),
  answer: z
    .string()
    .max(500)
    .optional()
    .describe('Words of the newest answer, or beginnings of words, in any case and order.'),
  state: episodeStateNameSchema.optional(),
  task: assignmentStateSchema.optional().describe('State of the assignment.'),
  standing: reviewStandingSchema.optional(),
  flag: demonstrationFlagSchema.optional(),
  by: z.enum(['people', 'programs']).optional(),
  demonstrator: z.string().max(200).optional().describe('Part of the pseudonym, in any case.'),
  questionId: idSchema.optional(),
  dataset: z.string().max(200).optional(),
  use: questionUseSchema.optional(),
});
export type DemonstrationFilter = z.infer<typeof demonstrationFilterSchema>;

/** A decision about a demonstration, as leads see it. */
export const reviewSchema = z.object({
  decision: reviewDecisionSchema,
  comment: z.string(),
  decidedBy: z.string().describe("The lead's name."),
  answerRevision: z.number().int().nullable().describe('The answer that was looked at.'),
  isBulk: z.boolean().describe('Together with others.'),
  at: timeSchema,
});
export type ReviewRow = z.infer<typeof reviewSchema>;

export const replaySchema = recordingSchema.extend({
  demonstration: demonstrationSchema,
  answers: z
    .array(
      z.object({
        revision: z.number().int(),
        text: z.string(),
        completionTokens: z.number().int(),
        submittedAt: timeSchema,
      }),
    )
    .describe('Every answer that was submitted, the first one first.'),
  activity: z
    .array(z.object({ startedAt: timeSchema, endedAt: timeSchema }))
    .describe('Intervals in which the server saw the person act.'),
  reviews: z.array(reviewSchema).describe('Every decision, the first one first.'),
});
export type Replay = z.infer<typeof replaySchema>;

const episodeParams = projectParams.extend({ episodeId: idSchema });

export const demonstrationRoutes = defineRoutes({
  listDemonstrations: {
    method: 'GET',
    path: '/api/projects/:projectId/demonstrations',
    summary: 'Demonstrations; newest first where no other order is asked for',
    tag: 'episodes',
    access: { project: ['lead'] },
    params: projectParams,
    query: sortedQuery(demonstrationSorts).extend({
      order: z.enum(['asc', 'desc']).default('desc'),
      ...demonstrationFilterSchema.shape,
    }),
    status: 200,
    answer: sortedPageOf(demonstrationSchema).extend({
      readAt: timeSchema.describe('When the list was read; sent along with decisions about many.'),
      medianActiveSeconds: z
        .number()
        .nullable()
        .describe("Of people's answers in the project; null without any."),
    }),
  },
  replayEpisode: {
    method: 'GET',
    path: '/api/projects/:projectId/episodes/:episodeId/replay',
    summary: 'Every step rebuilt from the log and the stored pages, the answers and the decisions',
    tag: 'episodes',
    access: { project: ['lead'] },
    params: episodeParams,
    status: 200,
    answer: replaySchema,
  },
});
