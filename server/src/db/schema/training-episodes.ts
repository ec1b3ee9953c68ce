import { foreignKey, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { episodes } from './episodes.ts';
import { jobs } from './jobs.ts';
import { questions } from './questions.ts';

/** What a training job learns from, fixed when it is made: demonstrations with the answer that counted then. */
export const trainingEpisodes = pgTable(
  'training_episodes',
  {
    projectId: uuid('project_id').notNull(),
    jobId: uuid('job_id').notNull(),
    episodeId: uuid('episode_id').notNull(),
    questionId: uuid('question_id').notNull(),
    revision: integer('revision').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.episodeId] }),
    index('training_episodes_question').on(table.questionId),
    foreignKey({ columns: [table.projectId, table.jobId], foreignColumns: [jobs.projectId, jobs.id] }),
    foreignKey({
      columns: [table.projectId, table.episodeId],
      foreignColumns: [episodes.projectId, episodes.id],
    }),
    foreignKey({
      columns: [table.projectId, table.questionId],
      foreignColumns: [questions.projectId, questions.id],
    }),
  ],
);
