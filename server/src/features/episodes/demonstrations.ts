import {
  ApiError,
  demonstrationFlags,
  type Demonstration,
  type DemonstrationFilter,
  type DemonstrationFlag,
  type DemonstrationSort,
  type ReviewStanding,
} from '@rookery/shared/api';
import { and, count, eq, gt, inArray, sql, type SQL } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { Queryable } from '../../db/database.ts';
import { likePattern } from '../../db/like-pattern.ts';
import { standingOf } from '../../db/review-standing.ts';
import { wordBeginnings } from '../../db/word-beginnings.ts';
import { assignments, episodes, members, questions, wordsOf } from '../../db/schema/index.ts';
import { keyset, type SortKey } from '../../http/cursor.ts';
import { activeMsOf } from './figures.ts';
import type { EpisodeKey } from './load.ts';

/** Of people's answers in a project, in milliseconds; simulated people's pace says nothing about it. Worked out once a statement. */
const medianActiveMs = (projectId: string): SQL<number | null> => sql<number | null>`(
  select percentile_cont(0.5) within group (order by episodes.active_ms)
  from episodes inner join members on members.id = episodes.member_id and not members.is_simulated
  where episodes.project_id = ${projectId} and episodes.answer_revision is not null)`;

/** Of fewer answers a median says little. */
const fewestForMedian = 10;
const hasMedian = (projectId: string): SQL => sql`(
  select count(*) >= ${fewestForMedian}
  from episodes inner join members on members.id = episodes.member_id and not members.is_simulated
  where episodes.project_id = ${projectId} and episodes.answer_revision is not null)`;

const flagConditions = (projectId: string): Record<DemonstrationFlag, SQL> => ({
  nonsense: sql`${episodes.ending} = 'nonsense'`,
  controversial: sql`${episodes.ending} = 'controversial'`,
  'action-limit': sql`${episodes.ending} = 'action-limit'`,
  'quote-budget': sql`${episodes.ending} = 'quote-budget'`,
  'no-citation': sql`${episodes.answerCitations} = 0`,
  fast: sql`(not ${members.isSimulated} and ${episodes.answerRevision} is not null
    and ${episodes.activeMs} < ${medianActiveMs(projectId)} / 3 and ${hasMedian(projectId)})`,
  'invalid-steps': sql`${episodes.invalidCommands} > 0`,
  censored: sql`${episodes.censoredCommands} > 0`,
  revised: sql`${episodes.answerRevision} > 1`,
  surplus: sql`(${assignments.state} = 'surplus' or ${assignments.fallsBackTo} is not distinct from 'surplus')`,
  simulated: sql`${members.isSimulated}`,
});

function flagsOf(projectId: string): SQL<DemonstrationFlag[]> {
  const conditions = flagConditions(projectId);
  const cases = demonstrationFlags.map((flag) => sql`case when ${conditions[flag]} then ${flag}::text end`);
  return sql<DemonstrationFlag[]>`array_remove(array[${sql.join(cases, sql`, `)}], null)`;
}

/**
 * Kept from when it was done last; before that, counted. Names in parts that select by themselves are written out, since
 * Drizzle leaves the table's away where a statement has only one.
 */
const activeMs = sql<number>`coalesce(${episodes.activeMs}, ${activeMsOf(sql`episodes.id`)})`;

const columnsOf = (projectId: string) => ({
  id: episodes.id,
  questionId: episodes.questionId,
  questionText: episodes.questionText,
  dataset: questions.dataset,
  use: questions.use,
  demonstrator: members.pseudonym,
  isSimulated: members.isSimulated,
  state: episodes.state,
  assignmentState: assignments.state,
  standing: standingOf(projectId),
  isBeingRevised: sql<boolean>`${assignments.fallsBackTo} is not null`,
  decisions: episodes.decisions,
  flags: flagsOf(projectId),
  ending: episodes.ending,
  commands: sql<number>`${episodes.nextSequence} - 1`,
  invalidCommands: episodes.invalidCommands,
  quotes: episodes.quotes,
  answerRevision: episodes.answerRevision,
  answerCharacters: episodes.answerCharacters,
  activeMs,
  startedAt: episodes.createdAt,
  endedAt: episodes.endedAt,
});

/** The tables of a row, and how they belong together. */
const joins = {
  questions: { table: questions, on: eq(questions.id, episodes.questionId) },
  members: { table: members, on: eq(members.id, episodes.memberId) },
  assignments: { table: assignments, on: eq(assignments.id, episodes.assignmentId) },
};
const selectDemonstrations = (db: Queryable, projectId: string) =>
  db
    .select(columnsOf(projectId))
    .from(episodes)
    .innerJoin(questions, joins.questions.on)
    .innerJoin(members, joins.members.on)
    .innerJoin(assignments, joins.assignments.on);

type DemonstrationRow = Awaited<ReturnType<typeof selectDemonstrations>>[number];

function presentDemonstration(row: DemonstrationRow): Demonstration {
  const { id, questionId, questionText, dataset, use, activeMs, startedAt, endedAt, ...rest } = row;
  return {
    ...rest,
    episodeId: id,
    question: { id: questionId, fullText: questionText, dataset, use },
    activeSeconds: activeMs / 1000,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

/** @throws ApiError `not_found` */
export async function readDemonstration(db: Queryable, key: EpisodeKey): Promise<Demonstration> {
  const { projectId } = key;
  const where = and(eq(episodes.projectId, projectId), eq(episodes.id, key.episodeId));
  const [row] = await selectDemonstrations(db, projectId).where(where);
  if (row) return presentDemonstration(row);
  throw demonstrationNotFound();
}

export const demonstrationNotFound = (): ApiError =>
  new ApiError('not_found', 'There is no such demonstration in this project.');

/** The same order on every machine, whatever the database's language. */
const plainly = (text: SQL): SQL => sql`${text} collate "C"`;

const sortsOf = (projectId: string): Record<DemonstrationSort, SortKey> => ({
  started: { by: episodes.createdAt, type: 'timestamptz' },
  ended: { by: sql`coalesce(${episodes.endedAt}, 'infinity'::timestamptz)`, type: 'timestamptz' },
  question: { by: plainly(sql`lower(left(${episodes.questionText}, 200))`), type: 'text' },
  demonstrator: { by: plainly(sql`${members.pseudonym}`), type: 'text' },
  state: { by: plainly(sql`${episodes.state}`), type: 'text' },
  standing: { by: plainly(sql`coalesce(${standingOf(projectId)}, '')`), type: 'text' },
  active: { by: activeMs, type: 'integer' },
  commands: { by: episodes.nextSequence, type: 'integer' },
  invalidCommands: { by: episodes.invalidCommands, type: 'integer' },
  quotes: { by: episodes.quotes, type: 'integer' },
  answer: { by: sql`coalesce(${episodes.answerCharacters}, -1)`, type: 'integer' },
});

/** A page of a project's demonstrations, sorted, with the median that the flag `fast` goes by. */
export async function listDemonstrations(
  db: Queryable,
  options: DemonstrationFilter & {
    projectId: string;
    sort: DemonstrationSort;
    order: 'asc' | 'desc';
    limit: number;
    cursor?: string | undefined;
  },
) {
  const { projectId, sort, order, limit, cursor } = options;
  const set = keyset({ sorts: sortsOf(projectId), sort, order, id: episodes.id, cursor, limit });
  const { where, tables } = matchingDemonstrations(options);
  const inOrder = db.select({ id: episodes.id, place: set.place }).from(episodes).$dynamic();
  joinTables(inOrder, [...tables, ...(tablesOfSorts[sort] ?? [])]);
  const [found, total, { rows: medians }] = await Promise.all([
    inOrder
      .where(and(where, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    countDemonstrations(db, options),
    db.execute<{ median: number | null }>(sql`select ${medianActiveMs(projectId)} as median`),
  ]);
  const { rows, ...page } = set.page(found);
  const ids = rows.map(({ id }) => id);
  const shown = await selectDemonstrations(db, projectId).where(inArray(episodes.id, ids));
  const byId = new Map(shown.map((row) => [row.id, row]));
  const median = medians[0]?.median ?? null;
  return {
    ...page,
    items: ids.flatMap((id) => byId.get(id) ?? []).map(presentDemonstration),
    total,
    medianActiveSeconds: median === null ? null : median / 1000,
  };
}

type Joined = keyof typeof joins;

/** Joining costs time for every row of a project: only those tables are joined that a filter or a sorting reads. */
function joinTables(query: PgSelect, tables: readonly Joined[]): void {
  for (const name of new Set(tables)) query.innerJoin(joins[name].table, joins[name].on);
}

const tablesOfSorts: Partial<Record<DemonstrationSort, readonly Joined[]>> = {
  demonstrator: ['members'],
  standing: ['assignments'],
};
const tablesOfFlags: Partial<Record<DemonstrationFlag, readonly Joined[]>> = {
  fast: ['members'],
  simulated: ['members'],
  surplus: ['assignments'],
};

/** The demonstrations of a project that a filter lets through, and the tables that it reads beside `episodes`. */
function matchingDemonstrations(filter: DemonstrationFilter & { projectId: string }): {
  where: SQL | undefined;
  tables: Joined[];
} {
  const { projectId, contains, answer, state, task, standing, flag, by, demonstrator } = filter;
  const { questionId, dataset, use } = filter;
  const tables: Joined[] = [];
  const reading = (names: readonly Joined[], condition: SQL): SQL => {
    tables.push(...names);
    return condition;
  };
  const where = and(
    eq(episodes.projectId, projectId),
    eq(episodes.kind, 'demonstration'),
    contains === undefined ? undefined : sql`${episodes.questionText} ilike ${likePattern(contains)}`,
    answer === undefined ? undefined : hasAnswer(answer),
    state === undefined ? undefined : eq(episodes.state, state),
    task === undefined ? undefined : reading(['assignments'], eq(assignments.state, task)),
    standing === undefined
      ? undefined
      : reading(['assignments'], sql`${standingOf(projectId)} = ${standing}`),
    flag === undefined ? undefined : reading(tablesOfFlags[flag] ?? [], flagConditions(projectId)[flag]),
    by === undefined ? undefined : reading(['members'], eq(members.isSimulated, by === 'programs')),
    demonstrator === undefined
      ? undefined
      : reading(['members'], sql`${members.pseudonym} ilike ${likePattern(demonstrator)}`),
    questionId === undefined ? undefined : eq(episodes.questionId, questionId),
    dataset === undefined ? undefined : reading(['questions'], eq(questions.dataset, dataset)),
    use === undefined ? undefined : reading(['questions'], eq(questions.use, use)),
  );
  return { where, tables };
}

/** Whether the newest answer has every word, or words that begin so. */
function hasAnswer(typed: string): SQL | undefined {
  const query = wordBeginnings(typed);
  if (query === null) return undefined;
  return sql`exists (
    select from answers where answers.episode_id = episodes.id and answers.revision = episodes.answer_revision
      and ${wordsOf(sql`answers.text`)} @@ to_tsquery('simple', ${query}))`;
}

/** A demonstration with what a decision about it is based on. */
export interface FoundDemonstration {
  id: string;
  answerRevision: number | null;
  decisions: number;
  standing: ReviewStanding | null;
  /** Answered or decided about after `changedSince`, but for decisions of one batch. */
  isChanged: boolean;
}

/** Demonstrations that match, in the order of their ids, after one of them. */
export async function findDemonstrations(
  db: Queryable,
  options: DemonstrationFilter & {
    projectId: string;
    also?: SQL | undefined;
    after?: string | undefined;
    changedSince?: { at: Date; exceptBatch: string } | undefined;
    limit: number;
  },
): Promise<FoundDemonstration[]> {
  const { projectId, also, after, changedSince, limit } = options;
  const { id, answerRevision, decisions } = episodes;
  const isChanged = changedSince ? changedAfter(changedSince) : sql<boolean>`false`;
  const { where, tables } = matchingDemonstrations(options);
  const query = db
    .select({ id, answerRevision, decisions, standing: standingOf(projectId), isChanged })
    .from(episodes)
    .$dynamic();
  joinTables(query, [...tables, 'assignments']);
  return query
    .where(and(where, also, after === undefined ? undefined : gt(id, after)))
    .orderBy(id)
    .limit(limit);
}

const changedAfter = ({ at, exceptBatch }: { at: Date; exceptBatch: string }): SQL<boolean> => sql<boolean>`(
  exists (select from answers where answers.episode_id = episodes.id and answers.created_at > ${at.toISOString()}::timestamptz)
  or exists (select from reviews where reviews.episode_id = episodes.id
    and reviews.created_at > ${at.toISOString()}::timestamptz and reviews.batch_id is distinct from ${exceptBatch}::uuid))`;

/** How many demonstrations match. */
export async function countDemonstrations(
  db: Queryable,
  filter: DemonstrationFilter & { projectId: string },
): Promise<number> {
  const { where, tables } = matchingDemonstrations(filter);
  const query = db.select({ total: count() }).from(episodes).$dynamic();
  joinTables(query, tables);
  const [counted] = await query.where(where);
  return counted?.total ?? 0;
}
