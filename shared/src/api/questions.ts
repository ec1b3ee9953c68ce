import { z } from 'zod';
import { idSchema, projectParams, sortedPageOf, sortedQuery, textSchema, timeSchema } from './common.ts';
import { defineRoutes } from './route.ts';

export const questionUses = ['bc', 'rm', 'rl', 'evaluation'] as const;
export const questionUseSchema = z.enum(questionUses);
export type QuestionUse = z.infer<typeof questionUseSchema>;

/** Most demonstrations that can be wanted of one question. */
export const maxWanted = 100;
/** Priorities go from minus this to this. */
export const maxPriority = 1000;
export const wantedSchema = z.number().int().min(0).max(maxWanted);
export const prioritySchema = z.number().int().min(-maxPriority).max(maxPriority);

export const questionSchema = z
  .object({
    id: idSchema,
    dataset: z.string(),
    externalId: z.string().describe("The question's id in its data set."),
    fullText: z.string(),
    referenceAnswers: z.array(z.string()).describe('For leads only.'),
    referencePages: z.array(z.string()).describe('For leads only.'),
    use: questionUseSchema,
    priority: z.number().int().describe('Questions of a higher one are given out first.'),
    demonstrations: z.object({
      wanted: z.number().int(),
      submitted: z.number().int().describe('They hold a place, whatever the review says.'),
      accepted: z
        .number()
        .int()
        .describe('Of those that are submitted: accepted, or not reviewed by the settings.'),
      inProgress: z.number().int().describe('Being worked on, paused, or returned for another answer.'),
    }),
    excludedAt: timeSchema.nullable(),
    excludedReason: z.string().nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Question' });
export type Question = z.infer<typeof questionSchema>;

/** `done`: as many demonstrations are submitted as are wanted. */
export const questionStates = ['open', 'done', 'excluded'] as const;
/** How many demonstrations are submitted: none, fewer than wanted, as many as wanted. */
export const questionCoverages = ['none', 'some', 'full'] as const;
export const questionSorts = [
  'created',
  'text',
  'dataset',
  'use',
  'priority',
  'wanted',
  'submitted',
  'inProgress',
] as const;
export type QuestionSort = (typeof questionSorts)[number];

export const questionFilterSchema = z.object({
  use: questionUseSchema.optional(),
  dataset: z.string().max(200).optional(),
  contains: z.string().max(500).optional().describe('Part of the text or of the id, in any case.'),
  state: z.enum(questionStates).optional(),
  coverage: z.enum(questionCoverages).optional(),
});
export type QuestionFilter = z.infer<typeof questionFilterSchema>;

/** What a lead can change of questions; what is left out stays. */
export const questionChangeSchema = z
  .object({
    use: questionUseSchema.optional().describe('Questions on which work is recorded keep theirs.'),
    wanted: wantedSchema.optional().describe('Places that are taken beyond a lower number stay taken.'),
    priority: prioritySchema.optional(),
    excluded: z.boolean().optional().describe('Out of use, or back in; nothing is deleted.'),
    reason: textSchema.max(500).optional().describe('Why it is excluded.'),
  })
  .refine((change) => Object.keys(change).some((name) => name !== 'reason'), 'names no change');
export type QuestionChange = z.infer<typeof questionChangeSchema>;

/** Counts of the questions of one use and data set; those of excluded questions are in `excluded` alone. */
export const questionSetSchema = z
  .object({
    use: questionUseSchema,
    dataset: z.string(),
    open: z.number().int(),
    done: z.number().int(),
    excluded: z.number().int(),
    wanted: z.number().int(),
    submitted: z.number().int(),
    accepted: z.number().int(),
    inProgress: z.number().int(),
  })
  .meta({ id: 'QuestionSet' });
export type QuestionSet = z.infer<typeof questionSetSchema>;

const questionParams = projectParams.extend({ questionId: idSchema });

export const questionRoutes = defineRoutes({
  listQuestions: {
    method: 'GET',
    path: '/api/projects/:projectId/questions',
    summary: 'Questions; in the order of their import where no other is asked for',
    tag: 'questions',
    access: { project: ['lead'] },
    params: projectParams,
    query: sortedQuery(questionSorts).extend(questionFilterSchema.shape),
    status: 200,
    answer: sortedPageOf(questionSchema),
  },
  updateQuestions: {
    method: 'PATCH',
    path: '/api/projects/:projectId/questions',
    summary: 'Change many questions at once: those that are named, or all that match',
    tag: 'questions',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.object({
      which: z.union([
        z.object({ ids: z.array(idSchema).min(1).max(1000) }),
        z.object({ matching: questionFilterSchema }),
      ]),
      change: questionChangeSchema,
    }),
    status: 200,
    answer: z.object({
      changed: z.number().int(),
      unchanged: z.number().int().describe('They were like that already.'),
      refused: z
        .number()
        .int()
        .describe('Work on them is recorded, so they keep their use and are left as they are.'),
    }),
  },
  listQuestionSets: {
    method: 'GET',
    path: '/api/projects/:projectId/questions/sets',
    summary: 'How many questions there are of each use and data set, and how far they are covered',
    tag: 'questions',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.array(questionSetSchema),
  },
  getQuestion: {
    method: 'GET',
    path: '/api/projects/:projectId/questions/:questionId',
    summary: 'One question',
    tag: 'questions',
    access: { project: ['lead'] },
    params: questionParams,
    status: 200,
    answer: questionSchema,
  },
  updateQuestion: {
    method: 'PATCH',
    path: '/api/projects/:projectId/questions/:questionId',
    summary: 'Change one question',
    tag: 'questions',
    access: { project: ['lead'] },
    params: questionParams,
    body: questionChangeSchema,
    status: 200,
    answer: questionSchema,
    errors: ['wrong_state'],
  },
});
