import { z } from 'zod';
import { demonstrationsSource } from '../datasets/answers.ts';
import { questionFormatNames } from '../datasets/formats.ts';
import { nameSchema, projectParams, sha256Schema } from './common.ts';
import { jobParams, jobProblemSchema, jobSchema } from './jobs.ts';
import { prioritySchema, questionUseSchema, wantedSchema, type QuestionUse } from './questions.ts';
import { formNameSchema, maxOverlap } from './pairs.ts';
import { defineRoutes } from './route.ts';

export const questionFormatSchema = z.enum(questionFormatNames);

/** Percent of the questions for each use. */
const sharesSchema = z
  .partialRecord(questionUseSchema, z.number().int().min(0).max(100))
  .refine(
    (shares: Partial<Record<QuestionUse, number>>) =>
      Object.values(shares).reduce((sum, share) => sum + share, 0) === 100,
    'must add up to 100',
  );

/** How an import reads its files of questions. Questions that are there already keep their use, places and priority. */
export const importQuestionsOptionsSchema = z
  .object({
    format: z
      .enum(['auto', ...questionFormatNames])
      .default('auto')
      .describe('What the rows are; `auto` goes by the columns of the first one of each file.'),
    dataset: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .describe('Of rows of published formats; null: the name of the format.'),
    shares: sharesSchema
      .default({ bc: 100 })
      .describe(
        'Uses of new questions whose rows do not say. By a hash of data set and id: always the same.',
      ),
    wanted: wantedSchema.nullable().default(null).describe("Null: what the project's settings say."),
    priority: prioritySchema.default(0),
    referenceAnswers: z
      .number()
      .int()
      .min(0)
      .max(10)
      .default(1)
      .describe(
        'How many answers of an ELI5 post become reference answers, best first; 0: none, of any format.',
      ),
  })
  .meta({ id: 'ImportQuestionsOptions' });
export type ImportQuestionsOptions = z.output<typeof importQuestionsOptionsSchema>;

const isNotDemonstrations = (source: string | null): boolean => source !== demonstrationsSource;
const ofOwnDemonstrations = `must not be "${demonstrationsSource}", the source of this project's own; choose another name`;

/** How an import reads its files of answers: rows `{question, answer, quotes?, source}`, see docs/comparisons.md. */
export const importAnswersOptionsSchema = z
  .object({
    source: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .refine(isNotDemonstrations, ofOwnDemonstrations)
      .describe('Of rows that name none.'),
    dataset: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .describe('Of new questions whose rows do not say.'),
    use: questionUseSchema.default('rm').describe('Of new questions; those that are there keep theirs.'),
  })
  .meta({ id: 'ImportAnswersOptions' });
export type ImportAnswersOptions = z.output<typeof importAnswersOptionsSchema>;

/** How an import reads its files of comparisons, in the raw or the flat shape of `openai/webgpt_comparisons`. */
export const importComparisonsOptionsSchema = z
  .object({
    name: nameSchema
      .refine(isNotDemonstrations, ofOwnDemonstrations)
      .describe(
        'Under which these comparisons are kept apart from others. The same name again adds what is new.',
      ),
    dataset: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .describe('Of new questions whose rows do not say.'),
    use: questionUseSchema.default('rm').describe('Of new questions; those that are there keep theirs.'),
    form: formNameSchema.default('webgpt-five').describe('The form that new pairs are of.'),
    wanted: z
      .number()
      .int()
      .min(0)
      .max(maxOverlap)
      .default(0)
      .describe('How many raters are to compare each new pair again; 0: none, until a lead says so.'),
  })
  .meta({ id: 'ImportComparisonsOptions' });
export type ImportComparisonsOptions = z.output<typeof importComparisonsOptionsSchema>;

/** What the first rows of an import's files come to, before it starts. */
export const importPreviewSchema = z
  .object({
    files: z.array(
      z.object({
        path: z.string(),
        format: questionFormatSchema.nullable().describe('Null: no row could be read.'),
        rows: z.number().int().describe('That were looked at.'),
        isWhole: z.boolean().describe('All rows of the file were looked at.'),
      }),
    ),
    counts: z.object({
      questions: z.number().int(),
      dropped: z.number().int(),
      problems: z.number().int(),
    }),
    uses: z.partialRecord(questionUseSchema, z.number().int()),
    questions: z
      .array(
        z.object({
          file: z.string(),
          row: z.number().int(),
          dataset: z.string(),
          id: z.string(),
          fullText: z.string(),
          referenceAnswers: z.array(z.string()),
          use: questionUseSchema,
        }),
      )
      .describe('The first few.'),
    dropped: z.array(jobProblemSchema).describe('The first few rows that the format leaves out, and why.'),
    problems: z.array(jobProblemSchema).describe('The first few.'),
  })
  .meta({ id: 'ImportPreview' });
export type ImportPreview = z.infer<typeof importPreviewSchema>;

export const importRoutes = defineRoutes({
  createImport: {
    method: 'POST',
    path: '/api/projects/:projectId/imports',
    summary: 'Begin an import: add files to it, then start it',
    tag: 'imports',
    access: { project: ['lead'] },
    params: projectParams,
    body: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('import-questions'),
        options: importQuestionsOptionsSchema.prefault({}),
      }),
      z.object({
        kind: z.literal('import-library'),
        baseUrl: z
          .url({ protocol: /^https?$/ })
          .describe(
            "Address of the folder: a file's address is this and its path. JSONL rows bring their own.",
          ),
      }),
      z.object({ kind: z.literal('import-answers'), options: importAnswersOptionsSchema.prefault({}) }),
      z.object({ kind: z.literal('import-comparisons'), options: importComparisonsOptionsSchema }),
    ]),
    status: 201,
    answer: jobSchema,
  },
  addImportFile: {
    method: 'PUT',
    path: '/api/projects/:projectId/imports/:jobId/files',
    summary: 'Add or replace one file of an import; its bytes are the body',
    tag: 'imports',
    access: { project: ['lead'] },
    params: jobParams,
    query: z.object({
      path: z.string().min(1).max(1000).describe('Relative to the folder, with forward slashes.'),
    }),
    body: 'binary',
    status: 200,
    answer: z.object({ path: z.string(), size: z.number().int(), sha256: sha256Schema }),
    errors: ['wrong_state'],
  },
  previewImport: {
    method: 'PUT',
    path: '/api/projects/:projectId/imports/:jobId/options',
    summary: 'Set how an import of questions reads its files, and see what comes out, before it starts',
    tag: 'imports',
    access: { project: ['lead'] },
    params: jobParams,
    body: importQuestionsOptionsSchema,
    status: 200,
    answer: importPreviewSchema,
    errors: ['wrong_state'],
  },
  startImport: {
    method: 'POST',
    path: '/api/projects/:projectId/imports/:jobId/start',
    summary: 'Start an import; starting it twice is the same as once',
    tag: 'imports',
    access: { project: ['lead'] },
    params: jobParams,
    status: 202,
    answer: jobSchema,
    errors: ['wrong_state'],
  },
});
