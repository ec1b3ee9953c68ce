import {
  ApiError,
  questionUses,
  type Question,
  type QuestionFilter,
  type questionRoutes,
  type QuestionSet,
  type QuestionSort,
} from '@rookery/shared/api';
import { and, count, eq, inArray, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import type { Queryable } from '../../db/database.ts';
import { likePattern } from '../../db/like-pattern.ts';
import { questions } from '../../db/schema/index.ts';
import { keyset, type SortKey } from '../../http/cursor.ts';
import { coverageOf, orNone, placesHeld } from './coverage.ts';

export interface QuestionKey {
  projectId: string;
  questionId: string;
}

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
  excludedAt: questions.excludedAt,
  excludedReason: questions.excludedReason,
  createdAt: questions.createdAt,
};

/** The questions of a project with these ids, in their order. */
async function readQuestions(
  db: Queryable,
  key: { projectId: string; questionIds: string[] },
): Promise<Question[]> {
  const { projectId, questionIds } = key;
  if (questionIds.length === 0) return [];
  const covered = coverageOf(db, key);
  const rows = await db
    .select({
      ...columns,
      submitted: orNone(covered.submitted),
      accepted: orNone(covered.accepted),
      inProgress: orNone(covered.inProgress),
    })
    .from(questions)
    .leftJoin(covered, eq(covered.questionId, questions.id))
    .where(and(eq(questions.projectId, projectId), inArray(questions.id, questionIds)));
  const byId = new Map(
    rows.map(({ wanted, submitted, accepted, inProgress, ...question }) => [
      question.id,
      {
        ...question,
        demonstrations: { wanted, submitted, accepted, inProgress },
        excludedAt: question.excludedAt?.toISOString() ?? null,
        createdAt: question.createdAt.toISOString(),
      },
    ]),
  );
  return questionIds.flatMap((id) => byId.get(id) ?? []);
}

/** The same order on every machine, whatever the database's language. */
const plainly = (text: SQL): SQL => sql`${text} collate "C"`;

const sortsBy = (held: Held): Record<QuestionSort, SortKey> => ({
  created: { by: questions.createdAt, type: 'timestamptz' },
  text: { by: plainly(sql`lower(left(${questions.fullText}, 200))`), type: 'text' },
  dataset: { by: plainly(sql`(${questions.dataset} || e'\\x1f' || ${questions.externalId})`), type: 'text' },
  use: { by: questions.use, type: 'text' },
  priority: { by: questions.priority, type: 'integer' },
  wanted: { by: questions.wanted, type: 'integer' },
  submitted: { by: orNone(held.submitted), type: 'integer' },
  inProgress: { by: orNone(held.inProgress), type: 'integer' },
});

type Held = ReturnType<typeof placesHeld>;

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
  const { projectId, sort, order, limit, cursor } = options;
  const held = placesHeld(db, projectId);
  const set = keyset({ sorts: sortsBy(held), sort, order, id: questions.id, cursor, limit });
  const matching = matches(options, held);
  const [found, [counted]] = await Promise.all([
    db
      .select({ id: questions.id, place: set.place })
      .from(questions)
      .leftJoin(held, eq(held.questionId, questions.id))
      .where(and(matching, set.where))
      .orderBy(...set.orderBy)
      .limit(set.limit),
    db
      .select({ total: count() })
      .from(questions)
      .leftJoin(held, eq(held.questionId, questions.id))
      .where(matching),
  ]);
  const { rows, ...page } = set.page(found);
  const items = await readQuestions(db, { projectId, questionIds: rows.map((row) => row.id) });
  return { ...page, items, total: counted?.total ?? 0 };
}

/** The ids of a project's questions that a filter lets through, as a part of other statements. */
export function matchingQuestions(db: Queryable, filter: QuestionFilter & { projectId: string }) {
  const held = placesHeld(db, filter.projectId);
  return db
    .select({ id: questions.id })
    .from(questions)
    .leftJoin(held, eq(held.questionId, questions.id))
    .where(matches(filter, held));
}

function matches(filter: QuestionFilter & { projectId: string }, held: Held): SQL | undefined {
  const { projectId, use, dataset, contains, state, coverage } = filter;
  const submitted = orNone(held.submitted);
  const isDone = sql`${submitted} >= ${questions.wanted}`;
  return and(
    eq(questions.projectId, projectId),
    use === undefined ? undefined : eq(questions.use, use),
    dataset === undefined ? undefined : eq(questions.dataset, dataset),
    contains === undefined ? undefined : hasText(contains),
    state === undefined
      ? undefined
      : state === 'excluded'
        ? isNotNull(questions.excludedAt)
        : isNull(questions.excludedAt),
    state === 'done' || coverage === 'full' ? isDone : undefined,
    state === 'open' || coverage === 'some' ? sql`not (${isDone})` : undefined,
    coverage === 'none' ? sql`${submitted} = 0` : undefined,
    coverage === 'some' ? sql`${submitted} > 0` : undefined,
  );
}

function hasText(text: string): SQL {
  const pattern = likePattern(text);
  return sql`(${questions.fullText} ilike ${pattern} or ${questions.externalId} ilike ${pattern})`;
}

/** @throws ApiError `not_found` */
export async function readQuestion(db: Queryable, key: QuestionKey): Promise<Question> {
  const [question] = await readQuestions(db, { projectId: key.projectId, questionIds: [key.questionId] });
  return question ?? questionNotFound();
}

export function questionNotFound(): never {
  throw new ApiError('not_found', 'There is no such question in this project.');
}

/** By use and data set, in the order of their lists. */
export async function listQuestionSets(db: Queryable, projectId: string): Promise<QuestionSet[]> {
  const covered = coverageOf(db, { projectId });
  const isIncluded = sql`${questions.excludedAt} is null`;
  const isDone = sql`${orNone(covered.submitted)} >= ${questions.wanted}`;
  const countOf = (what: SQL) => sql<number>`(count(*) filter (where ${what}))::int`;
  const sumOf = (what: unknown) => sql<number>`coalesce((sum(${what}) filter (where ${isIncluded}))::int, 0)`;
  return db
    .select({
      use: questions.use,
      dataset: questions.dataset,
      open: countOf(sql`${isIncluded} and not (${isDone})`),
      done: countOf(sql`${isIncluded} and ${isDone}`),
      excluded: countOf(sql`not (${isIncluded})`),
      wanted: sumOf(questions.wanted),
      submitted: sumOf(covered.submitted),
      accepted: sumOf(covered.accepted),
      inProgress: sumOf(covered.inProgress),
    })
    .from(questions)
    .leftJoin(covered, eq(covered.questionId, questions.id))
    .where(eq(questions.projectId, projectId))
    .groupBy(questions.use, questions.dataset)
    .orderBy(
      sql`array_position(${sql.raw(`array[${questionUses.map((use) => `'${use}'`).join(', ')}]`)}, ${questions.use})`,
      plainly(sql`${questions.dataset}`),
    );
}
