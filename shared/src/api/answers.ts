import { z } from 'zod';
import { idSchema, pageOf, pagingQuery, projectParams, timeSchema } from './common.ts';
import { questionUseSchema } from './questions.ts';
import { defineRoutes } from './route.ts';

/** Where an answer comes from: a person's episode, an imported file, or a policy's episode. */
export const answerOrigins = ['demonstration', 'import', 'sample'] as const;
export const answerOriginSchema = z.enum(answerOrigins);
export type AnswerOrigin = z.infer<typeof answerOriginSchema>;

export const answerQuoteSchema = z.object({
  title: z.string(),
  domain: z.string().describe('Empty where the title holds it, as in imported files.'),
  extract: z.string(),
});
export type AnswerQuote = z.infer<typeof answerQuoteSchema>;

/** An answer as leads see it. */
export const answerSchema = z
  .object({
    id: idSchema,
    question: z.object({ id: idSchema, fullText: z.string(), dataset: z.string(), use: questionUseSchema }),
    origin: answerOriginSchema,
    source: z.string().describe('`demonstrations`, the source that an import names, or a policy.'),
    episodeId: idSchema.nullable().describe('Of a demonstration or a sample.'),
    sampleId: idSchema.nullable().describe('Of a sample.'),
    revision: z.number().int().nullable(),
    isNewest: z.boolean().describe('False where its demonstrator has submitted another answer since.'),
    author: z.string().nullable().describe('Pseudonym.'),
    text: z.string(),
    quotes: z.array(answerQuoteSchema),
    tokens: z.object({ prefix: z.number().int(), completion: z.number().int() }).describe("GPT-2's (r50k)."),
    pairs: z.number().int().describe('How many pairs it is in.'),
    createdAt: timeSchema,
  })
  .meta({ id: 'Answer' });
export type Answer = z.infer<typeof answerSchema>;

export const answerFilterSchema = z.object({
  questionId: idSchema.optional(),
  origin: answerOriginSchema.optional(),
  source: z.string().max(200).optional(),
  use: questionUseSchema.optional(),
  dataset: z.string().max(200).optional(),
  contains: z.string().max(500).optional().describe('Part of the question, in any case.'),
  answer: z.string().max(500).optional().describe('Words of the answer, or beginnings of words.'),
});
export type AnswerFilter = z.infer<typeof answerFilterSchema>;

export const answerRoutes = defineRoutes({
  listAnswers: {
    method: 'GET',
    path: '/api/projects/:projectId/answers',
    summary: 'Answers from wherever they come, newest first',
    tag: 'answers',
    access: { project: ['lead'] },
    params: projectParams,
    query: pagingQuery.extend(answerFilterSchema.shape),
    status: 200,
    answer: pageOf(answerSchema),
  },
  listAnswerSources: {
    method: 'GET',
    path: '/api/projects/:projectId/answers/sources',
    summary: 'How many answers there are from each source, and to how many questions',
    tag: 'answers',
    access: { project: ['lead'] },
    params: projectParams,
    status: 200,
    answer: z.array(
      z.object({
        origin: answerOriginSchema,
        source: z.string(),
        answers: z.number().int(),
        questions: z.number().int(),
      }),
    ),
  },
});
