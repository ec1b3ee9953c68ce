import { answerOrigins, type Sampled } from '@rookery/shared/api';
import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { enumeration, id, oneOf, time } from './columns.ts';
import { episodes } from './episodes.ts';
import { jobs } from './jobs.ts';
import { members } from './projects.ts';
import { questions } from './questions.ts';

/** The words of a text as they are, whatever the project's language. */
export const wordsOf = (text: SQLWrapper): SQL => sql`to_tsvector('simple', ${text})`;

/** A quote as an answer cites it. An imported one has its title and domain in one line, as in the file, and `domain` is empty. */
export interface AnswerQuote {
  title: string;
  domain: string;
  extract: string;
}

/** Answers to questions, from wherever they come. Tokens (GPT-2's, r50k) are counted once, when a row is made. */
export const answers = pgTable(
  'answers',
  {
    id: id(),
    projectId: uuid('project_id').notNull(),
    questionId: uuid('question_id').notNull(),
    origin: enumeration('origin', answerOrigins).notNull(),
    /** What pairs "across sources" go by: `demonstrations`, the source that an import names, or a policy. For leads alone. */
    source: text('source').notNull(),
    /** Of a demonstration or a sample: its episode, and which of its answers this is, from 1. */
    episodeId: uuid('episode_id'),
    revision: integer('revision'),
    /** Who wrote it, if it was a member: they never compare it. */
    authorId: uuid('author_id'),
    /** The import that brought it first. */
    importId: uuid('import_id'),
    text: text('text').notNull(),
    quotes: jsonb('quotes').$type<AnswerQuote[]>().notNull(),
    /** Of an imported one: SHA-256 of text and quotes, so that a file can be imported again. */
    contentHash: text('content_hash'),
    /** Of the answer prompt. */
    prefixTokens: integer('prefix_tokens').notNull(),
    /** Of the text. */
    completionTokens: integer('completion_tokens').notNull(),
    /** The tokens' ids as JSON arrays, which exports copy as they are; null on rows from before there were comparisons. */
    prefixTokenIds: text('prefix_token_ids'),
    completionTokenIds: text('completion_token_ids'),
    /** Of a sample: how its policy came to it. */
    sampled: jsonb('sampled').$type<Sampled>(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    unique('answers_in_project').on(table.projectId, table.id),
    uniqueIndex('answers_revision').on(table.episodeId, table.revision),
    uniqueIndex('answers_imported')
      .on(table.questionId, table.source, table.contentHash)
      .where(sql`${table.origin} = 'import'`),
    index('answers_question').on(table.questionId),
    index('answers_order').on(table.projectId, table.createdAt),
    /** Leads look for words of answers; looking through every text would take too long. */
    index('answers_words').using('gin', wordsOf(table.text)),
    foreignKey({
      columns: [table.projectId, table.questionId],
      foreignColumns: [questions.projectId, questions.id],
    }),
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
    foreignKey({
      columns: [table.projectId, table.authorId],
      foreignColumns: [members.projectId, members.id],
    }),
    foreignKey({ columns: [table.projectId, table.importId], foreignColumns: [jobs.projectId, jobs.id] }),
    oneOf('answers_origin', table.origin, answerOrigins),
    check(
      'answers_from',
      sql`(${table.origin} = 'import') = (${table.episodeId} is null)
        and (${table.origin} = 'import') = (${table.contentHash} is not null)
        and (${table.episodeId} is null) = (${table.revision} is null)`,
    ),
  ],
);
