import { ApiError, type Demonstration, type EpisodeStateName } from '@rookery/shared/api';
import { and, count, desc, eq, lt, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import {
  activityIntervals,
  answers,
  assignments,
  commands,
  episodes,
  members,
  questions,
} from '../../db/schema/index.ts';
import type { EpisodeKey } from './load.ts';

function selectDemonstrations(db: Queryable, where: SQL | undefined) {
  return db
    .select({
      episodeId: episodes.id,
      questionId: episodes.questionId,
      questionText: episodes.questionText,
      dataset: questions.dataset,
      demonstrator: members.pseudonym,
      isSimulated: members.isSimulated,
      state: episodes.state,
      assignmentState: assignments.state,
      commands: sql<number>`${episodes.nextSequence} - 1`,
      invalidCommands: sql<number>`(
        select count(*) from ${commands}
        where ${commands.episodeId} = ${episodes.id} and not ${commands.isValid})::int`,
      quotes: sql<number>`jsonb_array_length(${episodes.browserState} -> 'quotes')`,
      answerCharacters: sql<number | null>`(
        select char_length(${answers.text}) from ${answers} where ${answers.episodeId} = ${episodes.id}
        order by ${answers.revision} desc limit 1)`,
      activeSeconds: sql<number>`coalesce((
        select extract(epoch from sum(${activityIntervals.endedAt} - ${activityIntervals.startedAt}))
        from ${activityIntervals} where ${activityIntervals.episodeId} = ${episodes.id}), 0)::float8`,
      startedAt: episodes.createdAt,
      endedAt: episodes.endedAt,
    })
    .from(episodes)
    .innerJoin(questions, eq(questions.id, episodes.questionId))
    .innerJoin(members, eq(members.id, episodes.memberId))
    .innerJoin(assignments, eq(assignments.id, episodes.assignmentId))
    .where(where);
}

type DemonstrationRow = Awaited<ReturnType<typeof selectDemonstrations>>[number];

const presentDemonstration = (row: DemonstrationRow): Demonstration => ({
  episodeId: row.episodeId,
  question: { id: row.questionId, fullText: row.questionText, dataset: row.dataset },
  demonstrator: row.demonstrator,
  isSimulated: row.isSimulated,
  state: row.state,
  assignmentState: row.assignmentState,
  commands: row.commands,
  invalidCommands: row.invalidCommands,
  quotes: row.quotes,
  answerCharacters: row.answerCharacters,
  activeSeconds: row.activeSeconds,
  startedAt: row.startedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** @throws ApiError `not_found` */
export async function readDemonstration(db: Queryable, key: EpisodeKey): Promise<Demonstration> {
  const where = and(eq(episodes.projectId, key.projectId), eq(episodes.id, key.episodeId));
  const [row] = await selectDemonstrations(db, where);
  if (row) return presentDemonstration(row);
  throw new ApiError('not_found', 'There is no such demonstration in this project.');
}

/** Newest first. Ids are made in the order of time: the cursor is the last id of the page before. */
export async function listDemonstrations(
  db: Queryable,
  options: {
    projectId: string;
    state?: EpisodeStateName | undefined;
    questionId?: string | undefined;
    contains?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: Demonstration[]; nextCursor: string | null; total: number }> {
  const { projectId, state, questionId, contains, limit } = options;
  const before = parseCursor(options.cursor);
  const matching = and(
    eq(episodes.projectId, projectId),
    eq(episodes.kind, 'demonstration'),
    state === undefined ? undefined : eq(episodes.state, state),
    questionId === undefined ? undefined : eq(episodes.questionId, questionId),
    contains === undefined ? undefined : sql`strpos(lower(${episodes.questionText}), lower(${contains})) > 0`,
  );
  const onPage = and(matching, before === undefined ? undefined : lt(episodes.id, before));
  const rows = await selectDemonstrations(db, onPage)
    .orderBy(desc(episodes.id))
    .limit(limit + 1);
  const [counted] = await db.select({ total: count() }).from(episodes).where(matching);
  const items = rows.slice(0, limit).map(presentDemonstration);
  return {
    items,
    nextCursor: rows.length > limit ? items.at(-1)!.episodeId : null,
    total: counted?.total ?? 0,
  };
}

function parseCursor(cursor: string | undefined): string | undefined {
  const parsed = z.uuid().optional().safeParse(cursor);
  if (parsed.success) return parsed.data;
  throw new ApiError('invalid_request', 'This cursor is not valid. Start again from the first page.');
}
