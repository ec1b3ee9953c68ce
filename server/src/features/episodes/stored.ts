import type { ReviewStanding } from '@rookery/shared/api';
import { and, asc, count, desc, eq, gt, inArray, type SQL } from 'drizzle-orm';
import type { Queryable } from '../../db/database.ts';
import { standingOf } from '../../db/review-standing.ts';
import {
  activityIntervals,
  answers,
  assignments,
  commands,
  episodes,
  members,
  questions,
} from '../../db/schema/index.ts';

/** A demonstration with everything that is stored of it, pages excepted. */
export interface StoredEpisode {
  episode: typeof episodes.$inferSelect;
  assignment: typeof assignments.$inferSelect;
  question: {
    dataset: string;
    externalId: string;
    use: (typeof questions.$inferSelect)['use'];
    excludedAt: Date | null;
  };
  /** Pseudonym. */
  demonstrator: string;
  isSimulated: boolean;
  /** Where it stands in the review; null until it is done. */
  standing: ReviewStanding | null;
  /** Those that are done, in order. */
  commands: (typeof commands.$inferSelect)[];
  /** The latest revision. */
  answer: typeof answers.$inferSelect | null;
  activity: { startedAt: Date; endedAt: Date }[];
}

const batchSize = 20;

/** How many demonstrations a project has. */
export async function countStoredEpisodes(db: Queryable, projectId: string): Promise<number> {
  const [row] = await db.select({ total: count() }).from(episodes).where(ofProject(projectId));
  return row?.total ?? 0;
}

/**
 * All demonstrations of a project in the order they were started, in batches, so that memory does not grow with them.
 * Within a `repeatable read` transaction they are one snapshot.
 */
export async function* readStoredEpisodes(
  db: Queryable,
  { projectId, after }: { projectId: string; after?: string | undefined },
): AsyncGenerator<StoredEpisode[]> {
  let last = after;
  for (;;) {
    const batch = await readBatch(db, {
      projectId,
      where: last === undefined ? undefined : gt(episodes.id, last),
    });
    if (batch.length > 0) yield batch;
    if (batch.length < batchSize) return;
    last = batch.at(-1)!.episode.id;
  }
}

/** One demonstration; null if the project has none with this id. */
export async function readStoredEpisode(
  db: Queryable,
  key: { projectId: string; episodeId: string },
): Promise<StoredEpisode | null> {
  const { projectId, episodeId } = key;
  const [stored] = await readBatch(db, { projectId, where: eq(episodes.id, episodeId) });
  return stored ?? null;
}

const ofProject = (projectId: string) =>
  and(eq(episodes.projectId, projectId), eq(episodes.kind, 'demonstration'));

async function readBatch(
  db: Queryable,
  { projectId, where }: { projectId: string; where: SQL | undefined },
): Promise<StoredEpisode[]> {
  const rows = await db
    .select({
      episode: episodes,
      assignment: assignments,
      question: {
        dataset: questions.dataset,
        externalId: questions.externalId,
        use: questions.use,
        excludedAt: questions.excludedAt,
      },
      demonstrator: members.pseudonym,
      isSimulated: members.isSimulated,
      standing: standingOf(projectId),
    })
    .from(episodes)
    .innerJoin(assignments, eq(assignments.id, episodes.assignmentId))
    .innerJoin(questions, eq(questions.id, episodes.questionId))
    .innerJoin(members, eq(members.id, episodes.memberId))
    .where(and(ofProject(projectId), where))
    .orderBy(asc(episodes.id))
    .limit(batchSize);
  if (rows.length === 0) return [];
  const ids = rows.map(({ episode }) => episode.id);
  const commandRows = await db
    .select()
    .from(commands)
    .where(
      and(eq(commands.projectId, projectId), inArray(commands.episodeId, ids), eq(commands.status, 'done')),
    )
    .orderBy(asc(commands.sequence));
  const answerRows = await db
    .select()
    .from(answers)
    .where(and(eq(answers.projectId, projectId), inArray(answers.episodeId, ids)))
    .orderBy(desc(answers.revision));
  const activityRows = await db
    .select()
    .from(activityIntervals)
    .where(and(eq(activityIntervals.projectId, projectId), inArray(activityIntervals.episodeId, ids)))
    .orderBy(asc(activityIntervals.startedAt));
  const commandsOf = Map.groupBy(commandRows, ({ episodeId }) => episodeId);
  const answersOf = Map.groupBy(answerRows, ({ episodeId }) => episodeId);
  const activityOf = Map.groupBy(activityRows, ({ episodeId }) => episodeId);
  return rows.map(({ episode, assignment, question, demonstrator, isSimulated, standing }) => ({
    episode,
    assignment,
    question,
    demonstrator,
    isSimulated,
    standing,
    commands: commandsOf.get(episode.id) ?? [],
    answer: answersOf.get(episode.id)?.[0] ?? null,
    activity: activityOf.get(episode.id) ?? [],
  }));
}
