import {
  ApiError,
  type Question,
  type QuestionFilter,
  type questionRoutes,
  type QuestionSet,
  type QuestionSort,
} from '@rookery/shared/api';
import { and, count, eq, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { likePattern } from '../../db/like-pattern.ts';
import { questions } from '../../db/schema/index.ts';
import { keyset, type SortKey } from '../../http/cursor.ts';

export interface QuestionKey {
  projectId: string;
  questionId: string;
}

/**
 * The question's assignments that are done, or are being worked on; they hold its places. The tables are named by hand, since Drizzle
 * leaves the names out where it selects from one table.
 */
const submitted = sql<number>`(select count(*)::int from assignments
  where assignments.question_id = questions.id and assignments.state = 'submitted')`;
const inProgress = sql<number>`(select count(*)::int from assignments
  where assignments.question_id = questions.id and assignments.state in ('active', 'paused', 'returned'))`;
const accepted = sql<number>`(select count(*)::int from assignments
  inner join episodes on episodes.assignment_id = assignments.id and episodes.review_state = 'accepted'
  where assignments.question_id = questions.id and assignments.state = 'submitted')`;

const columns = {
  id: questions.id,
  dataset: questions.dataset,
  externalId: questions.externalId,
  fullText: questions.fullText,
  referenceAnswers: questions.referenceAnswers,
  referencePages: questions.referencePages,
  use: questions.use,
  priority: questions.priority,
  wanted: questions.wanted,
  submitted,
  accepted,
  inProgress,
  excludedAt: questions.excludedAt,
  excludedReason: questions.excludedReason,
  createdAt: questions.createdAt,
};

function select(db: Queryable, where: SQL | undefined) {
  return db.select(columns).from(questions).where(where);
}

function present(row: Awaited<ReturnType<typeof select>>[number]): Question {
  const { wanted, submitted, accepted, inProgress, ...question } = row;
  return {
    ...question,
    demonstrations: { wanted, submitted, accepted, inProgress },
    excludedAt: row.excludedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

/** The same order on every machine, whatever the database's language. */
const plainly = (text: SQL): SQL => sql`${text} collate "C"`;

const sorts: Record<QuestionSort, SortKey> = {
  created: { by: questions.createdAt, type: 'timestamptz' },
  text: { by: plainly(sql`lower(left(${questions.fullText}, 200))`), type: 'text' },
  dataset: { by: plainly(sql`(${questions.dataset} || e'\\x1f' || ${questions.externalId})`), type: 'text' },
  use: { by: questions.use, type: 'text' },
  priority: { by: questions.priority, type: 'integer' },
  wanted: { by: questions.wanted, type: 'integer' },
  submitted: { by: submitted, type: 'integer' },
  inProgress: { by: inProgress, type: 'integer' },
};

export async function listQuestions(
  db: Queryable,
  options: QuestionFilter & {
    projectId: string;
    sort: QuestionSort;
    order: 'asc' | 'desc';
    limit: number;
    cursor?: string | undefined;
  },
): Promise<z.input<(typeof questionRoutes)['listQuestions']['answer']>> {
  const { sort, order, limit, cursor } = options;
  const set = keyset({ sorts, sort, order, id: questions.id, cursor, limit });
  const matching = matchingQuestions(options);
  const [found, [counted]] = await Promise.all([
    db
      .select({ ...columns, place: set.place })
      .from(questions)
      .where(and(matching, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    db.select({ total: count() }).from(questions).where(matching),
  ]);
  const { rows, ...page } = set.page(found);
  return {
    ...page,
    items: rows.map(({ place: _place, ...row }) => present(row)),
    total: counted?.total ?? 0,
  };
}

/** The questions of a project that a filter lets through. */
export function matchingQuestions(filter: QuestionFilter & { projectId: string }): SQL | undefined {
  const { projectId, use, dataset, contains, state, coverage } = filter;
  return and(
    eq(questions.projectId, projectId),
    use === undefined ? undefined : eq(questions.use, use),
    dataset === undefined ? undefined : eq(questions.dataset, dataset),
    contains === undefined ? undefined : hasText(contains),
    state === undefined ? undefined : inState(state),
    coverage === undefined ? undefined : isCovered(coverage),
  );
}

function hasText(text: string): SQL {
  const pattern = likePattern(text);
  return sql`(${questions.fullText} ilike ${pattern} or ${questions.externalId} ilike ${pattern})`;
}

/** @throws ApiError `not_found` */
export async function readQuestion(db: Queryable, key: QuestionKey): Promise<Question> {
  const [row] = await select(
    db,
    and(eq(questions.projectId, key.projectId), eq(questions.id, key.questionId)),
  );
  return row ? present(row) : questionNotFound();
}

export function questionNotFound(): never {
  throw new ApiError('not_found', 'There is no such question in this project.');
}

/** By use and data set, in the order of their lists. */
export async function listQuestionSets(db: Queryable, projectId: string): Promise<QuestionSet[]> {
  const { rows } = await db.execute<QuestionSet & Record<string, unknown>>(sql`
    with covered as (
      select assignments.question_id,
        (count(*) filter (where assignments.state = 'submitted'))::int as submitted,
        (count(*) filter (where assignments.state = 'submitted' and episodes.review_state = 'accepted'))::int as accepted,
        (count(*) filter (where assignments.state in ('active', 'paused', 'returned')))::int as in_progress
      from assignments left join episodes on episodes.assignment_id = assignments.id
      where assignments.project_id = ${projectId}
      group by assignments.question_id)
    select questions.use, questions.dataset,
      (count(*) filter (where excluded_at is null and coalesce(submitted, 0) < wanted))::int as open,
      (count(*) filter (where excluded_at is null and coalesce(submitted, 0) >= wanted))::int as done,
      (count(*) filter (where excluded_at is not null))::int as excluded,
      (coalesce(sum(wanted) filter (where excluded_at is null), 0))::int as wanted,
      (coalesce(sum(submitted) filter (where excluded_at is null), 0))::int as submitted,
      (coalesce(sum(accepted) filter (where excluded_at is null), 0))::int as accepted,
      (coalesce(sum(in_progress) filter (where excluded_at is null), 0))::int as "inProgress"
    from questions left join covered on covered.question_id = questions.id
    where questions.project_id = ${projectId}
    group by questions.use, questions.dataset
    order by array_position(array['bc', 'rm', 'rl', 'evaluation'], questions.use), questions.dataset collate "C"`);
  return rows;
}

const isDone = sql`${submitted} >= ${questions.wanted}`;

function inState(state: NonNullable<QuestionFilter['state']>): SQL | undefined {
  if (state === 'excluded') return isNotNull(questions.excludedAt);
  return and(isNull(questions.excludedAt), state === 'done' ? isDone : sql`not (${isDone})`);
}

function isCovered(coverage: NonNullable<QuestionFilter['coverage']>): SQL | undefined {
  if (coverage === 'none') return sql`${submitted} = 0`;
  return coverage === 'full' ? isDone : and(sql`${submitted} > 0`, sql`not (${isDone})`);
}
