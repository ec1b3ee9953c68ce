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

/** An episode that counts, a person's or a policy's, with everything that is stored of it, pages excepted. */
export interface StoredRecording {
  episode: typeof episodes.$inferSelect;
  /** Those that are done, in order. */
  commands: (typeof commands.$inferSelect)[];
  /** The latest revision. */
  answer: typeof answers.$inferSelect | null;
  activity: { startedAt: Date; endedAt: Date }[];
}

/** A demonstration with everything that is stored of it, pages excepted. */
export interface StoredEpisode extends StoredRecording {
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
}

/** Practice is none: it counts nowhere. */
const recordedKinds = ['demonstration', 'sample'] as const;

const batchSize = 20;

/** How many demonstrations a project has. */
export async function countStoredEpisodes(db: Queryable, projectId: string): Promise<number> {
  const [row] = await db.select({ total: count() }).from(episodes).where(areDemonstrations(projectId));
  return row?.total ?? 0;
}

/** How many demonstrations and samples a project has, all draws counted. */
export async function countRecordings(db: Queryable, projectId: string): Promise<number> {
  const [row] = await db.select({ total: count() }).from(episodes).where(areRecordings(projectId));
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
  yield* inBatches(after, (last) =>
    readDemonstrations(db, { projectId, where: last === undefined ? undefined : gt(episodes.id, last) }),
  );
}

/** All demonstrations and samples of a project, in the same way. */
export async function* readRecordings(
  db: Queryable,
  { projectId }: { projectId: string },
): AsyncGenerator<StoredRecording[]> {
  yield* inBatches(undefined, (last) =>
    readRecorded(db, { projectId, where: last === undefined ? undefined : gt(episodes.id, last) }),
  );
}

/** One demonstration; null if the project has none with this id. */
export async function readStoredEpisode(
  db: Queryable,
  { projectId, episodeId }: { projectId: string; episodeId: string },
): Promise<StoredEpisode | null> {
  const [stored] = await readDemonstrations(db, { projectId, where: eq(episodes.id, episodeId) });
  return stored ?? null;
}

/** One demonstration or sample; null if the project has none with this id. */
export async function readStoredRecording(
  db: Queryable,
  { projectId, episodeId }: { projectId: string; episodeId: string },
): Promise<StoredRecording | null> {
  const [stored] = await readRecorded(db, { projectId, where: eq(episodes.id, episodeId) });
  return stored ?? null;
}

const areDemonstrations = (projectId: string) =>
  and(eq(episodes.projectId, projectId), eq(episodes.kind, 'demonstration'));
const areRecordings = (projectId: string) =>
  and(eq(episodes.projectId, projectId), inArray(episodes.kind, [...recordedKinds]));

/** Batch after batch, each read after the last episode of the one before. */
async function* inBatches<T extends { episode: { id: string } }>(
  after: string | undefined,
  read: (after: string | undefined) => Promise<T[]>,
): AsyncGenerator<T[]> {
  let last = after;
  for (;;) {
    const batch = await read(last);
    if (batch.length > 0) yield batch;
    if (batch.length < batchSize) return;
    last = batch.at(-1)!.episode.id;
  }
}

async function readRecorded(
  db: Queryable,
  { projectId, where }: { projectId: string; where: SQL | undefined },
): Promise<StoredRecording[]> {
  const rows = await db
    .select({ episode: episodes })
    .from(episodes)
    .where(and(areRecordings(projectId), where))
    .orderBy(asc(episodes.id))
    .limit(batchSize);
  return addRecorded(db, { projectId, rows });
}

async function readDemonstrations(
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
    .where(and(areDemonstrations(projectId), where))
    .orderBy(asc(episodes.id))
    .limit(batchSize);
  return addRecorded(db, { projectId, rows });
}

/** Adds to episodes their commands, their newest answers and their people's activity. */
async function addRecorded<T extends Pick<StoredRecording, 'episode'>>(
  db: Queryable,
  { projectId, rows }: { projectId: string; rows: T[] },
): Promise<(T & StoredRecording)[]> {
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
  return rows.map((row) => ({
    ...row,
    commands: commandsOf.get(row.episode.id) ?? [],
    answer: answersOf.get(row.episode.id)?.[0] ?? null,
    activity: activityOf.get(row.episode.id) ?? [],
  }));
}
